import Store

/// Whose turn a pass is: decided from what is stored, so that any number of processes agree.
enum PassTurn: Hashable {
  /// Not due, or in progress somewhere.
  case wait
  /// Count from now: it never ran and waits for its time of day, or the clock was set back.
  case startCounting
  case run

  /// - Parameters:
  ///   - lastMs: When it began last; nil if never.
  ///   - active: The run that nobody has ended.
  static func decide(
    _ schedule: Schedule, lastMs: Int64?, active: PassRun?, nowMs: Int64, leaseMs: Int64
  ) -> Self {
    if schedule == .off { return .wait }
    if let active {
      // A lease that reaches further than any is given was written by a clock that ran ahead.
      let isHeld = active.leaseUntilMs > nowMs && active.leaseUntilMs - nowMs <= leaseMs
      // Expired: whoever ran it died in the middle. Again, now: its next time may be a day away.
      return isHeld ? .wait : .run
    }
    guard let lastMs else {
      // An interval is due at once, a time of day at its time.
      if case .cron = schedule { return .startCounting }
      return .run
    }
    if lastMs > nowMs { return .startCounting }
    guard let dueMs = schedule.next(afterMs: lastMs), dueMs <= nowMs else { return .wait }
    return .run
  }
}
