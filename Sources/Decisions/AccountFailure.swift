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
