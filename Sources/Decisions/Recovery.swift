import Domain

/// What to do about an intent that was sent and has no outcome.
public enum Recovery: Hashable, Sendable {
  /// The same key and parameters: Stripe answers with the first result, or does it now.
  case sendAgain
  /// The key may be forgotten, or keeps answering an error: look for the object first (Q3).
  case lookUp
}

/// - Parameters:
///   - hasKey: Whether the neighbour recognises a repeat by its idempotency key. Mirakl does not:
///     there the outcome is read back before anything is repeated (B2).
///   - sendsBeforeLookUp: After so many lost answers under one key, the object is looked for:
///     Stripe stores a 500 and would replay it for a day.
public func decideRecovery(
  _ intent: Intent, nowMs: Int64, hasKey: Bool = true, sendsBeforeLookUp: Int = 5
) -> Recovery {
  hasKey && intent.isKeyKnown(nowMs: nowMs) && intent.sends < sendsBeforeLookUp
    ? .sendAgain : .lookUp
}

/// What a look-up that found nothing allows.
public enum AbsenceDecision: Hashable, Sendable {
  /// The last send is too recent: Stripe may still be at it. The same key again, later.
  case wait(ms: Int64)
  /// Proven absent: this attempt ends, and a new one is decided from fresh facts.
  case newAttempt
}

/// No request of ours lives longer than its deadline; a minute later nothing can be under way.
public let settlingTimeMs: Int64 = 60_000

/// - Parameter settlingMs: How long after the last send absence proves something.
public func decideAbsence(
  _ intent: Intent, nowMs: Int64, settlingMs: Int64 = settlingTimeMs
) -> AbsenceDecision {
  let sinceMs = nowMs - (intent.lastSentMs ?? nowMs)
  return sinceMs >= settlingMs ? .newAttempt : .wait(ms: settlingMs - max(0, sinceMs))
}
