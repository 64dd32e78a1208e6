import CLinux
import Glibc

/// Wakes a thread that waits in epoll, from any thread (eventfd).
public struct WakeUp: ~Copyable, Sendable {
  public let descriptor: Descriptor

  public init() throws(SocketError) {
    let number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard number >= 0 else { throw .last("eventfd") }
    descriptor = Descriptor(owning: number)
  }

  /// Makes the descriptor readable. Signals add up to one until `clear`.
  public func signal() {
    var one: UInt64 = 1
    _ = write(descriptor.number, &one, 8)
  }

  public func clear() {
    var count: UInt64 = 0
    _ = read(descriptor.number, &count, 8)
  }
}
