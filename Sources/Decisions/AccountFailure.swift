import Domain

/// What a failed `POST /v1/accounts` means. An account moves no money, but a second one for the
/// same shop would (Q11): it is settled like a transfer.
public func decideAccountFailure(_ failure: CallFailure) -> MovementFailureDecision {
  switch failure.kind {
  case .notSent: .sendAgain(afterMs: nil)
  case .throttled(let retryAfterMs): .sendAgain(afterMs: retryAfterMs)
  case .unknown, .unreadable: .settle
  case .unauthorized: .pause
  case .refused: .fail
  }
}

/// How long a shop whose account Stripe keeps refusing is left alone, in milliseconds; nil: it may
/// be tried now (Q9).
///
/// The first tries follow each other pass by pass: a prefill may be at fault, or an operator at
/// work. After that the pauses double, up to an hour: the pass runs every minute, for ever.
public func accountRetryWaitMs(_ intent: Intent, nowMs: Int64) -> Int64? {
  guard intent.state == .refused, intent.attempt > accountFreeTries,
    let lastMs = intent.lastSentMs, lastMs <= nowMs
  else { return nil }
  let doublings = min(intent.attempt - accountFreeTries - 1, 6)
  let waitMs = min(60_000 << Int64(doublings), 3_600_000) - (nowMs - lastMs)
  return waitMs > 0 ? waitMs : nil
}

private let accountFreeTries = 8
