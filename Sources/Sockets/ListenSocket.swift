import CLinux
import Glibc

/// A non-blocking socket that accepts connections.
public struct ListenSocket: ~Copyable, Sendable {
  public enum Accepted: ~Copyable {
    case connection(StreamSocket, from: SocketAddress)
    /// Nobody waits.
    case none
    /// Out of descriptors or memory, or worse: to be tried again later, not at once.
    case exhausted(SocketError)
  }

  public let descriptor: Descriptor
  /// With the port that the kernel chose if 0 was asked for.
  public let address: SocketAddress

  /// Binds and listens.
  ///
  /// - Parameter isShared: lets other listeners of this process take the same port
  ///   (`SO_REUSEPORT`), which then share its connections.
  /// - Throws: `SocketError`, e.g. when the port is taken or below 1,024.
  public init(
    _ address: SocketAddress, isShared: Bool = false, backlog: Int32 = 4_096
  ) throws(SocketError) {
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let number = socket(Int32(address.storage.ss_family), Int32(kind), 0)
    guard number >= 0 else { throw .last("socket") }
    let descriptor = Descriptor(owning: number)
    var options = [(SOL_SOCKET, SO_REUSEADDR, Int32(1))]
    if isShared { options.append((SOL_SOCKET, SO_REUSEPORT, 1)) }
    // Accepted sockets inherit it: an answer never waits for the acknowledgement of another.
    options.append((Int32(IPPROTO_TCP), TCP_NODELAY, 1))
    // [::] takes IPv4 clients, too, whatever the machine's default is.
    if address.isIPv6 { options.append((Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)) }
    for (level, name, value) in options {
      var value = value
      let size = socklen_t(MemoryLayout<Int32>.size)
      guard setsockopt(number, level, name, &value, size) == 0 else { throw .last("setsockopt") }
    }
    guard address.withPointer({ bind(number, $0, $1) }) == 0 else { throw .last("bind \(address)") }
    guard listen(number, backlog) == 0 else { throw .last("listen \(address)") }
    var bound = SocketAddress()
    guard bound.withMutablePointer({ getsockname(number, $0, $1) }) == 0 else {
      throw .last("getsockname")
    }
    self.descriptor = descriptor
    self.address = bound
  }

  /// Takes over a socket that already listens, from the program that started this one.
  ///
  /// - Throws: `SocketError` if it is no listening TCP socket. It is not closed then.
  init(inherited number: Int32) throws(SocketError) {
    let operation = "descriptor \(number)"
    func option(_ name: Int32) -> Int32? {
      var value: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      return getsockopt(number, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
    let isTCP = [AF_INET, AF_INET6].contains(option(SO_DOMAIN)) && option(SO_PROTOCOL) == 6
    guard isTCP, option(SO_ACCEPTCONN) == 1 else {
      throw SocketError(operation, reason: "not a listening TCP socket")
    }
    var bound = SocketAddress()
    guard bound.withMutablePointer({ getsockname(number, $0, $1) }) == 0,
      fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0,
      fcntl(number, F_SETFD, FD_CLOEXEC) == 0
    else { throw .last(operation) }
    var on: Int32 = 1
    setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    descriptor = Descriptor(owning: number)
    address = bound
  }

  /// Opens `count` listeners on one port.
  ///
  /// `SO_REUSEPORT` would let a second server of the same user take the port without an error and
  /// half of the connections with it, so a listener of our own is tried alone first.
  /// - Throws: `SocketError`, `EADDRINUSE` among them.
  public static func sharing(
    _ address: SocketAddress, count: Int
  ) throws(SocketError) -> [SharedListener] {
    var address = address
    do {
      let probe = try ListenSocket(address)
      address.port = probe.address.port
    }
    var listeners: [SharedListener] = []
    for _ in 0..<count {
      listeners.append(SharedListener(try ListenSocket(address, isShared: true)))
    }
    return listeners
  }

  /// Takes one waiting connection.
  public func accept() -> Accepted {
    while true {
      var peer = SocketAddress()
      let number = peer.withMutablePointer { clinux_accept(descriptor.number, $0, $1) }
      if number >= 0 {
        return .connection(StreamSocket(Descriptor(owning: number)), from: peer)
      }
      switch errno {
      case EAGAIN: return .none
      // The client left before it was accepted, or a network error of its own: take the next.
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENOPROTOOPT,
        EOPNOTSUPP, ETIMEDOUT, EPERM:
        continue
      default: return .exhausted(.last("accept"))
      }
    }
  }
}

/// A listener that threads can hand to each other.
public final class SharedListener: Sendable {
  public let socket: ListenSocket
  /// Somebody else holds it, too, and gives it to whoever comes after us: who connects while we
  /// stop is served by our successor.
  public let isInherited: Bool

  init(_ socket: consuming ListenSocket, isInherited: Bool = false) {
    self.socket = socket
    self.isInherited = isInherited
  }

  /// Takes over a descriptor that listens already, and that others hold, too.
  ///
  /// - Throws: `SocketError` if it is no listening TCP socket; it is not closed then.
  public static func inheriting(_ descriptor: Int32) throws(SocketError) -> SharedListener {
    SharedListener(try ListenSocket(inherited: descriptor), isInherited: true)
  }
}
