import Domain

/// What a failed call to `POST /v1/transfers` means for the record, its intent and its job.
public enum TransferFailureDecision: Hashable, Sendable {
  /// No effect, and none to be feared: the same key again, after a pause.
  case sendAgain(afterMs: Int64?)
  /// It may have happened: the same key again, later a look-up (Q3).
  case settle
  /// Our credentials: pause everything, this record waits (Q8).
  case pause
  /// A definite no that time can cure: waits, and is tried with a new key in the next pass.
  case hold
  /// A definite no: reported, and tried with a new key in the next pass.
  case fail
}

/// Pure, so that the whole policy is one table in a test (reference: stripe.md §3.6, §3.15).
public func decideTransferFailure(_ failure: CallFailure) -> TransferFailureDecision {
  switch failure.kind {
  case .notSent: .sendAgain(afterMs: nil)
  case .throttled(let retryAfterMs): .sendAgain(afterMs: retryAfterMs)
  case .unknown, .unreadable: .settle
  case .unauthorized: .pause
  case .refused(let refusal): waitsForTheWorld.contains(refusal.code ?? "") ? .hold : .fail
  }
}

/// Refusals that end by themselves: funds arrive, or the seller completes the onboarding.
private let waitsForTheWorld: Set<String> = [
  "balance_insufficient", "insufficient_capabilities_for_transfer",
]

/// What to do about an intent that was sent and has no outcome.
public enum Recovery: Hashable, Sendable {
  /// The same key and parameters: Stripe answers with the first result, or does it now.
  case sendAgain
  /// The key may be forgotten, or keeps answering an error: look for the object first (Q3).
  case lookUp
}

/// - Parameters:
///   - sendsBeforeLookUp: After so many lost answers under one key, the object is looked for:
///     Stripe stores a 500 and would replay it for a day.
public func decideRecovery(
  _ intent: Intent, nowMs: Int64, sendsBeforeLookUp: Int = 5
) -> Recovery {
  intent.isKeyKnown(nowMs: nowMs) && intent.sends < sendsBeforeLookUp ? .sendAgain : .lookUp
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

public func decideAbsence(_ intent: Intent, nowMs: Int64) -> AbsenceDecision {
  let sinceMs = nowMs - (intent.lastSentMs ?? nowMs)
  return sinceMs >= settlingTimeMs ? .newAttempt : .wait(ms: settlingTimeMs - max(0, sinceMs))
}
