/// When a piece of work that met a passing failure is tried again (Q9).
public struct RetryPolicy: Sendable, Hashable {
  public var firstDelayMs: Int64
  public var delayMsMax: Int64

  public init(firstDelayMs: Int64, delayMsMax: Int64) {
    self.firstDelayMs = firstDelayMs
    self.delayMsMax = delayMsMax
  }

  /// For queued work: 0.5 s, 1 s, 2 s, … up to five minutes. The first three pauses together stay
  /// far below the ten seconds that interface.md allows within one pass.
  public static let queuedWork = RetryPolicy(firstDelayMs: 500, delayMsMax: 300_000)
  /// For a call inside a pass.
  public static let insidePass = RetryPolicy(firstDelayMs: 500, delayMsMax: 4_000)

  /// Doubles per attempt up to `delayMsMax`, then spreads by ±10 % so that work which failed
  /// together does not come back together.
  /// - Parameters:
  ///   - attempts: Attempts made, 1 or more.
  ///   - jitter: In 0..<1, drawn by the caller, so that a test can pass 0.5 for "no jitter".
  public func delayMs(attempts: Int, jitter: Double) -> Int64 {
    precondition(attempts >= 1 && (0..<1).contains(jitter))
    let doublings = min(attempts - 1, 30)  // 2³⁰ first delays are past any maximum
    let base = min(firstDelayMs << Int64(doublings), delayMsMax)
    return base + Int64(Double(base) * 0.2 * (jitter - 0.5))
  }
}

/// What the queue does with a job next.
public enum Verdict: Hashable, Sendable {
  case done
  /// A passing failure: again after the pause.
  case retry(afterMs: Int64, reason: String)
}
