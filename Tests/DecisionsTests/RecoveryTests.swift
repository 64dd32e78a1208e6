import Decisions
import Domain
import Testing

private func intent(sends: Int, firstSentMs: Int64, lastSentMs: Int64) -> Intent {
  Intent(
    id: 1, kind: .transfer, businessKey: "k", attempt: 1, request: "{}", state: .unknown,
    sends: sends, firstSentMs: firstSentMs, lastSentMs: lastSentMs)
}

private let start: Int64 = 1_764_000_000_000
private let day: Int64 = 24 * 3_600_000

@Test(
  "a lost answer is asked for with the same key, later it is looked up (Q3)",
  arguments: [
    (1, 0, Recovery.sendAgain), (4, 10 * 60_000, .sendAgain), (5, 10 * 60_000, .lookUp),
    (1, day, .lookUp), (1, 23 * 3_600_000 - 1, .sendAgain), (1, -60_000, .lookUp),
  ] as [(Int, Int64, Recovery)])
func recovery(sends: Int, ageMs: Int64, expected: Recovery) {
  let intent = intent(sends: sends, firstSentMs: start, lastSentMs: start)
  #expect(decideRecovery(intent, nowMs: start + ageMs) == expected)
}

@Test(
  "absence proves something only when no request can be under way (Q3)",
  arguments: [
    (0, AbsenceDecision.wait(ms: 60_000)), (45_000, .wait(ms: 15_000)), (60_000, .newAttempt),
    (day, .newAttempt), (-5_000, .wait(ms: 60_000)),
  ] as [(Int64, AbsenceDecision)])
func absence(sinceMs: Int64, expected: AbsenceDecision) {
  let intent = intent(sends: 5, firstSentMs: start - day, lastSentMs: start)
  #expect(decideAbsence(intent, nowMs: start + sinceMs) == expected)
}
