import CLinux
import Glibc

/// A connected, non-blocking TCP socket.
public struct StreamSocket: ~Copyable, Sendable {
  /// What a read or a write of a non-blocking socket came to.
  public enum Transfer: Sendable, Hashable {
    case bytes(Int)
    /// Nothing now; epoll tells when to try again.
    case wouldBlock
    /// The peer ended its side, or the connection is gone.
    case ended
  }

  public let descriptor: Descriptor

  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Connects and waits for it, then becomes non-blocking: for tests and tools.
  public init(connectingTo address: SocketAddress) throws(SocketError) {
    let family = Int32(address.storage.ss_family)
    let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw .last("socket") }
    let descriptor = Descriptor(owning: number)
    guard address.withPointer({ connect(number, $0, $1) }) == 0 else {
      throw .last("connect \(address)")
    }
    guard fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0 else {
      throw .last("fcntl")
    }
    self.descriptor = descriptor
  }

  /// Reads what is there, at most as much as fits.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    transfer { recv(descriptor.number, buffer.baseAddress, buffer.count, 0) }
  }

  /// Writes as much as the kernel takes. A gone peer raises no SIGPIPE.
  public func send(_ buffer: UnsafeRawBufferPointer) -> Transfer {
    let flags = Int32(MSG_NOSIGNAL)
    return transfer { Glibc.send(descriptor.number, buffer.baseAddress, buffer.count, flags) }
  }

  /// Ends the sending side, so that the peer reads the end; what it still sends can be received.
  public func shutdownWrite() { _ = shutdown(descriptor.number, Int32(SHUT_WR)) }

  /// A reset is an end like another: there is nobody to tell.
  @inline(__always)
  private func transfer(_ call: () -> Int) -> Transfer {
    while true {
      let count = call()
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wouldBlock
      default: return .ended
      }
    }
  }
}
