import Domain

/// What to do about an intent that was sent and has no outcome.
public enum Recovery: Hashable, Sendable {
  /// The same key and parameters: Stripe answers with the first result, or does it now. However
  /// late an earlier send arrives, it is the same movement.
  case sendAgain
  /// The key may be forgotten, or keeps answering an error: look for the object first (Q3).
  case lookUp
}

/// While the neighbour knows the key, nothing but the key itself keeps an earlier send from having
/// its effect a second time: it may still be on its way, or its process may stand still before it.
/// So another key is thought of only when this one is spent, or too old to be trusted.
/// - Parameter hasKey: Whether the neighbour recognises a repeat by its idempotency key. Mirakl
///   does not: there the outcome is read back before anything is repeated (B2).
public func decideRecovery(_ intent: Intent, nowMs: Int64, hasKey: Bool = true) -> Recovery {
  hasKey && intent.isKeyKnown(nowMs: nowMs) && !intent.isKeySpent ? .sendAgain : .lookUp
}

/// What a look-up that found nothing allows.
public enum AbsenceDecision: Hashable, Sendable {
  /// Not proven yet: look again, then.
  case wait(ms: Int64)
  /// Proven absent: this attempt ends, and a new one is decided from fresh facts.
  case newAttempt
}

/// No request of ours lives longer than its deadline; a minute later nothing can be under way.
public let settlingTimeMs: Int64 = 60_000

/// By then no request is under way that its caller gave up: TCP itself gives a connection up after
/// about a quarter of an hour without an answer.
public let lateArrivalMs: Int64 = 3_600_000

/// Absence is proven by two look-ups with `settlingMs` between them. One is not enough: after the
/// machine was suspended, the time since the last send says nothing about a call that goes on in
/// another thread at this very moment.
/// - Parameters:
///   - settlingMs: Longer than any call that is still waited for.
///   - lateMs: How long after the last send it may still have its effect.
public func decideAbsence(
  _ intent: Intent, nowMs: Int64, settlingMs: Int64 = settlingTimeMs,
  lateMs: Int64 = lateArrivalMs
) -> AbsenceDecision {
  let sinceSendMs = nowMs - (intent.lastSentMs ?? nowMs)
  let sinceAbsentMs = nowMs - (intent.absentMs ?? nowMs)
  // What arrives late under a spent key meets the error that is kept there.
  let neededMs = intent.isKeySpent ? settlingMs : max(settlingMs, lateMs)
  let leftMs = max(neededMs - max(0, sinceSendMs), settlingMs - max(0, sinceAbsentMs))
  return leftMs <= 0 ? .newAttempt : .wait(ms: leftMs)
}

/// For a neighbour without keys, which refuses what it was told before (B2).
/// - Parameter settlingMs: How long after the last send absence proves something.
public func decideAbsenceWithoutKey(
  _ intent: Intent, nowMs: Int64, settlingMs: Int64
) -> AbsenceDecision {
  let sinceMs = nowMs - (intent.lastSentMs ?? nowMs)
  return sinceMs >= settlingMs ? .newAttempt : .wait(ms: settlingMs - max(0, sinceMs))
}

/// Whether a request that was recorded as sent may still leave. A process that stood still since
/// was overtaken: others may have concluded that nothing was sent.
public func mayStillBeSent(_ intent: Intent, nowMs: Int64, callMsMax: Int64) -> Bool {
  guard let sentMs = intent.lastSentMs else { return false }
  return (0...callMsMax).contains(nowMs - sentMs)
}
