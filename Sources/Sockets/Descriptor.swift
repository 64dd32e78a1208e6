import Glibc

/// A file descriptor with one owner, closed when the owner goes.
public struct Descriptor: ~Copyable, Sendable {
  public let number: Int32

  /// - Parameter number: an open descriptor that nobody else closes.
  public init(owning number: Int32) { self.number = number }

  deinit { _ = Glibc.close(number) }
}

/// Lets the process open as many descriptors as its hard limit allows: one per connection is
/// needed, and the usual soft limit of 1,024 is kept low only for programs that use `select`.
///
/// - Returns: the limit that holds now.
@discardableResult
public func raiseDescriptorLimit() -> UInt {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
  let before = limit.rlim_cur
  limit.rlim_cur = limit.rlim_max
  let raised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
  return UInt(raised ? limit.rlim_cur : before)
}
