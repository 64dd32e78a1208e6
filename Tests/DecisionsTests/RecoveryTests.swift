import Decisions
import Domain
import Testing

private func intent(
  sends: Int = 5, firstSentMs: Int64 = start, lastSentMs: Int64 = start, isKeySpent: Bool = false,
  absentMs: Int64? = nil
) -> Intent {
  Intent(
    id: 1, kind: .transfer, businessKey: "k", attempt: 1, request: "{}", state: .unknown,
    sends: sends, firstSentMs: firstSentMs, lastSentMs: lastSentMs, isKeySpent: isKeySpent,
    absentMs: absentMs)
}

private let start: Int64 = 1_764_000_000_000
private let minute: Int64 = 60_000
private let hour: Int64 = 60 * minute
private let day: Int64 = 24 * hour

@Test(
  "a lost answer is asked for with the same key for as long as Stripe knows it (Q3)",
  arguments: [
    (1, 0, false, Recovery.sendAgain), (4, 10 * minute, false, .sendAgain),
    // However often it was lost: nothing but the key keeps a late send from moving money again.
    (50, 10 * minute, false, .sendAgain), (1, 23 * hour - 1, false, .sendAgain),
    (2, minute, true, .lookUp), (1, day, false, .lookUp), (1, -minute, false, .lookUp),
  ] as [(Int, Int64, Bool, Recovery)])
func recovery(sends: Int, ageMs: Int64, isKeySpent: Bool, expected: Recovery) {
  let intent = intent(sends: sends, isKeySpent: isKeySpent)
  #expect(decideRecovery(intent, nowMs: start + ageMs) == expected)
}

/// What a look-up that finds nothing allows.
struct AbsenceRow: Sendable {
  var sinceSendMs: Int64
  /// Since the first look-up that found nothing; nil for this one.
  var sinceAbsentMs: Int64?
  var isKeySpent = false
  var expected: AbsenceDecision
}

@Test(
  "absence is proven twice, when nothing can be under way any more (Q3)",
  arguments: [
    AbsenceRow(sinceSendMs: 0, expected: .wait(ms: hour)),
    AbsenceRow(sinceSendMs: hour - 1, sinceAbsentMs: minute, expected: .wait(ms: 1)),
    AbsenceRow(sinceSendMs: hour, sinceAbsentMs: minute, expected: .newAttempt),
    // The machine was suspended for a day: a call may go on in another thread right now.
    AbsenceRow(sinceSendMs: day, expected: .wait(ms: minute)),
    AbsenceRow(sinceSendMs: day, sinceAbsentMs: 45_000, expected: .wait(ms: 15_000)),
    AbsenceRow(sinceSendMs: day, sinceAbsentMs: minute, expected: .newAttempt),
    // A late send meets the error that is kept under the key.
    AbsenceRow(sinceSendMs: 0, isKeySpent: true, expected: .wait(ms: minute)),
    AbsenceRow(
      sinceSendMs: minute, sinceAbsentMs: minute, isKeySpent: true, expected: .newAttempt),
    // The clock was set back.
    AbsenceRow(sinceSendMs: -5_000, sinceAbsentMs: -5_000, expected: .wait(ms: hour)),
  ])
func absence(_ row: AbsenceRow) {
  let nowMs = start + row.sinceSendMs
  let intent = intent(
    firstSentMs: start - day, isKeySpent: row.isKeySpent,
    absentMs: row.sinceAbsentMs.map { nowMs - $0 })
  #expect(decideAbsence(intent, nowMs: nowMs) == row.expected)
}

@Test(
  "a neighbour without keys refuses what it was told before: its own time is enough (B2)",
  arguments: [
    (0, AbsenceDecision.wait(ms: 2_000)), (1_500, .wait(ms: 500)), (2_000, .newAttempt),
    (-5_000, .wait(ms: 2_000)),
  ] as [(Int64, AbsenceDecision)])
func absenceWithoutKey(sinceMs: Int64, expected: AbsenceDecision) {
  let decision = decideAbsenceWithoutKey(intent(), nowMs: start + sinceMs, settlingMs: 2_000)
  #expect(decision == expected)
}

@Test(
  "a process that stood still since it decided sends nothing any more (Q3)",
  arguments: [
    (0, true), (30_000, true), (30_001, false), (day, false), (-1, false),
  ] as [(Int64, Bool)])
func lateSend(ageMs: Int64, expected: Bool) {
  #expect(mayStillBeSent(intent(), nowMs: start + ageMs, callMsMax: 30_000) == expected)
}
