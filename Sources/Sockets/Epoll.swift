import CLinux
import Glibc

/// An epoll instance: which of many descriptors can be read or written.
public struct Epoll: ~Copyable {
  /// What happened to the descriptor that was added with `token`.
  public struct Event: Sendable, Hashable {
    public let token: UInt64
    public let isReadable: Bool
    public let isWritable: Bool
    /// The peer ended its side, or the connection broke; a read tells which.
    public let isEnding: Bool
  }

  private let descriptor: Descriptor
  private let events: UnsafeMutableBufferPointer<epoll_event>

  /// - Parameter eventsMax: how many events one `wait` reports.
  public init(eventsMax: Int = 256) throws(SocketError) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw .last("epoll_create1") }
    descriptor = Descriptor(owning: number)
    events = .allocate(capacity: eventsMax)
    events.initialize(repeating: epoll_event())
  }

  deinit { events.deallocate() }

  /// Reports the descriptor as long as it can be read.
  public func addReadable(_ target: borrowing Descriptor, token: UInt64) throws(SocketError) {
    try add(target, token, EPOLLIN.rawValue)
  }

  /// As `addReadable`, for a listener that several instances watch: an event wakes one or a few of
  /// them, not all.
  public func addShared(_ target: borrowing Descriptor, token: UInt64) throws(SocketError) {
    try add(target, token, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue)
  }

  /// Reports each time the descriptor becomes readable, writable or ended: the caller reads and
  /// writes until the socket would block, and needs no further system call to change its wishes.
  public func addEdges(_ target: borrowing Descriptor, token: UInt64) throws(SocketError) {
    let mask = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    try add(target, token, mask)
  }

  /// No more reports. Closing a descriptor does that by itself.
  public func remove(_ target: borrowing Descriptor) {
    _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, target.number, nil)
  }

  /// Blocks until something happens, or for `timeoutMs` (nil: for ever).
  ///
  /// - Returns: how many events there are to be read with `event`.
  public func wait(timeoutMs: Int64?) -> Int {
    let timeout = Int32(clamping: timeoutMs ?? -1)
    let count = epoll_wait(descriptor.number, events.baseAddress, Int32(events.count), timeout)
    return max(0, Int(count))  // -1 is EINTR, and the caller comes again
  }

  /// An event of the last `wait`.
  public func event(_ index: Int) -> Event {
    let event = events[index]
    let gone = EPOLLHUP.rawValue | EPOLLERR.rawValue
    return Event(
      token: event.data.u64, isReadable: event.events & (EPOLLIN.rawValue | gone) != 0,
      isWritable: event.events & (EPOLLOUT.rawValue | gone) != 0,
      isEnding: event.events & (EPOLLRDHUP.rawValue | gone) != 0)
  }

  private func add(
    _ target: borrowing Descriptor, _ token: UInt64, _ mask: UInt32
  ) throws(SocketError) {
    var event = epoll_event()
    event.events = mask
    event.data.u64 = token
    guard epoll_ctl(descriptor.number, EPOLL_CTL_ADD, target.number, &event) == 0 else {
      throw .last("epoll_ctl")
    }
  }
}
