import Domain

/// For `POST /v1/payouts`, and for transfers from a seller to the platform.
/// - Source: https://docs.stripe.com/error-codes
public func decidePayoutFailure(_ failure: CallFailure) -> MovementFailureDecision {
  guard case .refused(let refusal) = failure.kind else { return decideTransferFailure(failure) }
  let waits =
    waitsForTheAccount.contains(refusal.code ?? "")
    // Stripe gives this one no code.
    || refusal.code == nil && refusal.message.contains("any external accounts")
  return waits ? .hold : .fail
}

/// Refusals that end by themselves, or by what the seller does.
private let waitsForTheAccount: Set<String> = [
  "balance_insufficient", "insufficient_funds", "insufficient_capabilities_for_transfer",
  "payouts_not_allowed", "payouts_limit_exceeded", "no_account",
]

/// For a confirmation to Mirakl (PA02, SPA02, IV07, SBC07): a refusal is looked into by a person,
/// and repeated by the next pass after the list was read again (B2).
public func decideConfirmationFailure(_ failure: CallFailure) -> MovementFailureDecision {
  switch failure.kind {
  case .notSent: .sendAgain(afterMs: nil)
  case .throttled(let retryAfterMs): .sendAgain(afterMs: retryAfterMs)
  case .unknown, .unreadable: .settle
  case .unauthorized: .pause
  case .refused: .fail
  }
}
