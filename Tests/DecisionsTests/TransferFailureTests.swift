import Decisions
import Domain
import Testing

private func failure(_ kind: CallFailure.Kind) -> CallFailure {
  CallFailure(kind, trace: CallTrace(operation: "POST /v1/transfers"))
}

private func refusal(_ code: String?, status: Int = 400) -> CallFailure {
  failure(.refused(Refusal(status: status, code: code, message: "no")))
}

@Test(
  "what a failure means (Q1, Q3, Q8, Q9)",
  arguments: [
    (failure(.notSent(reason: "refused")), MovementFailureDecision.sendAgain(afterMs: nil)),
    (failure(.throttled(retryAfterMs: 2_000)), .sendAgain(afterMs: 2_000)),
    (failure(.throttled(retryAfterMs: nil)), .sendAgain(afterMs: nil)),
    (failure(.unknown(reason: "500")), .settle),
    (failure(.unreadable(reason: "no id")), .settle),
    (failure(.unauthorized(message: "bad key")), .pause),
    (refusal("balance_insufficient"), .hold),
    (refusal("insufficient_capabilities_for_transfer"), .hold),
    (refusal("resource_missing"), .fail), (refusal(nil), .fail),
    (refusal("a_code_of_next_year", status: 402), .fail),
  ])
func failures(failure: CallFailure, expected: MovementFailureDecision) {
  #expect(decideTransferFailure(failure) == expected)
}
