/// Whether the store takes writes, as its last writes tell: when it stopped, why, and when it takes
/// them again.
///
/// A full disk may refuse a large event and take the small proof of a health check in the same
/// second. So it counts as regained only after `calmMs` without a failure, and what is logged is
/// one line per change, however many requests met it.
public struct Availability: Sendable {
  /// What is worth a line in the log.
  public enum Change: Hashable, Sendable {
    case lost(reason: String)
    /// - Parameter refused: Calls that failed meanwhile.
    case regained(afterMs: Int64, refused: Int)
  }

  static let calmMs: Int64 = 2_000

  /// Why nothing is stored at present; nil while writes are taken.
  public private(set) var reason: String?
  private var sinceMs: Int64 = 0
  private var lastFailureMs: Int64 = 0
  private var refused = 0

  public init() {}

  /// A call failed for a reason that concerns every call.
  public mutating func noteFailure(_ reason: String, nowMs: Int64) -> Change? {
    let isNews = self.reason == nil
    self.reason = reason
    lastFailureMs = nowMs
    if isNews { (sinceMs, refused) = (nowMs, 0) }
    refused += 1
    return isNews ? .lost(reason: reason) : nil
  }

  /// A write was committed.
  public mutating func noteCommit(nowMs: Int64) -> Change? {
    // abs: a clock that is set back must not keep it lost for as long as it was set back.
    guard reason != nil, abs(nowMs - lastFailureMs) >= Self.calmMs else { return nil }
    reason = nil
    return .regained(afterMs: max(0, nowMs - sinceMs), refused: refused)
  }
}
