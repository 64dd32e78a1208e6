import Domain

/// For the capture or release of a payment (C4). Whatever the refusal says, the charge itself is
/// read again afterwards: it alone knows whether it was captured, expired or canceled.
/// - Source: https://docs.stripe.com/error-codes.
public func decideCaptureFailure(_ failure: CallFailure) -> MovementFailureDecision {
  decideUndeniedFailure(failure)
}

/// For PA01 and SPA01. Without a key a lost answer is read back, never just repeated (B2).
public func decideAnswerFailure(_ failure: CallFailure) -> MovementFailureDecision {
  decideUndeniedFailure(failure)
}

/// A refusal is definite, and no refusal is known that time alone would cure.
private func decideUndeniedFailure(_ failure: CallFailure) -> MovementFailureDecision {
  switch failure.kind {
  case .notSent: .sendAgain(afterMs: nil)
  case .throttled(let retryAfterMs): .sendAgain(afterMs: retryAfterMs)
  case .unknown, .unreadable: .settle
  case .unauthorized: .pause
  case .refused: .fail
  }
}

/// What a charge shows after Stripe refused to capture or release it.
public enum CaptureRefusal: Hashable, Sendable {
  /// Captured by somebody else, or by a send whose answer was lost.
  case captured(Money)
  /// The authorisation is over: nothing will follow.
  case over
  /// Still authorised: the refusal stands, and is tried again in the next pass.
  case stillAuthorised
}

/// C4: already captured is success, expired or canceled is the end, anything else waits.
public func decideCaptureRefusal(_ payment: Payment) -> CaptureRefusal {
  switch payment.status {
  case .captured:
    .captured(Money(minorUnits: payment.amountCaptured, currency: payment.amount.currency))
  case .refunded where payment.amountCaptured > 0:
    .captured(Money(minorUnits: payment.amountCaptured, currency: payment.amount.currency))
  case .failed, .refunded: .over
  case .toCapture, .pending: .stillAuthorised
  }
}
