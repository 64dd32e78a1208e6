import Domain

/// What a failed call that moves something means for the record, its intent and its job.
public enum MovementFailureDecision: Hashable, Sendable {
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

/// For `POST /v1/transfers`. Pure, so that the whole policy is one table in a test.
/// - Source: https://docs.stripe.com/error-codes and https://docs.stripe.com/api/transfers/create.
public func decideTransferFailure(_ failure: CallFailure) -> MovementFailureDecision {
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
