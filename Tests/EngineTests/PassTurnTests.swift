import Store
import Testing

@testable import Engine

@Suite struct PassTurnTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let turn: PassTurn
    var schedule = "5m"
    var lastMs: Int64? = 0
    var leaseUntilMs: Int64?
    var nowMs: Int64 = 1_000
    var testDescription: String { name }
  }

  @Test(arguments: [
    Row(name: "an interval that never ran", turn: .run, lastMs: nil),
    Row(
      name: "a time of day that never came", turn: .startCounting, schedule: "0 1 * * *",
      lastMs: nil),
    Row(name: "not due", turn: .wait, nowMs: 299_999),
    Row(name: "due", turn: .run, nowMs: 300_000),
    Row(name: "the clock was set back", turn: .startCounting, lastMs: 5_000),
    Row(name: "off", turn: .wait, schedule: "off", lastMs: nil),
    Row(name: "off, and one was interrupted", turn: .wait, schedule: "off", leaseUntilMs: 5),
    Row(name: "due, and somebody makes it", turn: .wait, leaseUntilMs: 300_001, nowMs: 300_000),
    Row(name: "never ran, and somebody makes it", turn: .wait, lastMs: nil, leaseUntilMs: 1_001),
    Row(
      name: "interrupted: again, though it is not due for a day", turn: .run,
      schedule: "0 1 * * *", leaseUntilMs: 1_000),
    Row(
      name: "a lease longer than any is: from a clock that ran ahead", turn: .run,
      leaseUntilMs: 1_000 + 60_001),
    Row(name: "the longest lease", turn: .wait, leaseUntilMs: 1_000 + 60_000),
  ])
  func decides(_ row: Row) throws {
    let turn = PassTurn.decide(
      try #require(Schedule(row.schedule)), lastMs: row.lastMs,
      active: row.leaseUntilMs.map { PassRun(holder: "other", leaseUntilMs: $0) },
      nowMs: row.nowMs, leaseMs: 60_000)
    #expect(turn == row.turn)
  }
}
