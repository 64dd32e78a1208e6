import Domain

/// For `POST /v1/refunds`. What Stripe refuses for good is reported, and decided anew from the
/// charge in the next pass: whoever refunded it meanwhile, it ends there.
/// - Source: https://docs.stripe.com/error-codes
public func decideRefundFailure(_ failure: CallFailure) -> MovementFailureDecision {
  decide(failure) { refusal in
    ["charge_disputed", "refund_disputed_payment", "balance_insufficient", "insufficient_funds"]
      .contains(refusal.code)
  }
}

/// For `POST /v1/transfers/{id}/reversals`: a balance that is too low waits for the seller to earn
/// (R5).
public func decideReversalFailure(_ failure: CallFailure) -> MovementFailureDecision {
  decide(failure, waits: isShortOfFunds)
}

/// For PA02 and SPA02. A refusal is looked into by a person, and repeated by the next pass after
/// the list was read again (B2).
public func decideConfirmationFailure(_ failure: CallFailure) -> MovementFailureDecision {
  decide(failure) { _ in false }
}

/// Whether a reversal was refused because the connected account has too little available. Stripe
/// documents no code for a reversal by itself: the words are known from refunds.
public func isShortOfFunds(_ refusal: Refusal) -> Bool {
  if refusal.code == "balance_insufficient" || refusal.code == "insufficient_funds" { return true }
  let words = refusal.message.lowercased()
  return words.contains("sufficient funds") || words.contains("sufficient balance")
    || words.contains("insufficient")
}

private func decide(
  _ failure: CallFailure, waits: (Refusal) -> Bool
) -> MovementFailureDecision {
  switch failure.kind {
  case .notSent: .sendAgain(afterMs: nil)
  case .throttled(let retryAfterMs): .sendAgain(afterMs: retryAfterMs)
  case .unknown, .unreadable: .settle
  case .unauthorized: .pause
  case .refused(let refusal): waits(refusal) ? .hold : .fail
  }
}
