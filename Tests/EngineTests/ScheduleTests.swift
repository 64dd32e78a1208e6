import Domain
import Testing

@testable import Engine

@Suite struct ScheduleTests {
  private func next(_ text: String, after: String) -> String? {
    guard let schedule = Schedule(text), let ms = Timestamp.parse(after) else {
      return "unreadable"
    }
    return schedule.next(afterMs: ms).map(Timestamp.format(ms:))
  }

  @Test(
    "cron: the first minute after the moment that matches",
    arguments: [
      ("* * * * *", "2026-11-23T09:05:00Z", "2026-11-23T09:06:00Z"),
      ("* * * * *", "2026-11-23T09:05:59.999Z", "2026-11-23T09:06:00Z"),
      ("1-59/5 * * * *", "2026-11-23T09:05:00Z", "2026-11-23T09:06:00Z"),
      ("1-59/5 * * * *", "2026-11-23T09:56:00Z", "2026-11-23T10:01:00Z"),
      ("*/20 3 * * *", "2026-11-23T03:40:00Z", "2026-11-24T03:00:00Z"),
      ("10/20 * * * *", "2026-11-23T03:40:00Z", "2026-11-23T03:50:00Z"),
      ("0 0 1 1 *", "2026-11-23T00:00:00Z", "2027-01-01T00:00:00Z"),
      ("30 4 29 2 *", "2026-11-23T00:00:00Z", "2028-02-29T04:30:00Z"),
      ("0 12 * * 1", "2026-11-23T12:00:00Z", "2026-11-30T12:00:00Z"),  // Mondays
      ("0 12 * * 0", "2026-11-23T12:00:00Z", "2026-11-29T12:00:00Z"),
      ("0 12 * * 7", "2026-11-23T12:00:00Z", "2026-11-29T12:00:00Z"),
      ("0 0 13 * 5", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z"),  // either day matches
      ("0,30 9,17 * * 1-5", "2026-11-27T17:30:00Z", "2026-11-30T09:00:00Z"),
    ])
  func cron(text: String, after: String, expected: String) {
    #expect(next(text, after: after) == expected)
  }

  @Test("a date that never comes is never due")
  func never() {
    #expect(next("0 0 31 2 *", after: "2026-01-01T00:00:00Z") == nil)
    #expect(next("off", after: "2026-01-01T00:00:00Z") == nil)
  }

  @Test("intervals")
  func intervals() {
    #expect(Schedule("90s") == .every(ms: 90_000))
    #expect(Schedule("5m") == .every(ms: 300_000))
    #expect(Schedule("2h") == .every(ms: 7_200_000))
    #expect(Schedule("1d") == .every(ms: 86_400_000))
    #expect(Schedule("5m")?.next(afterMs: 7) == 300_007)
  }

  @Test(
    "what is none of the three is refused",
    arguments: [
      "", "5", "m", "0m", "-5m", "1.5h", "5x", "100001s", "5 m", "* * * *", "* * * * * *",
      "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *",
      "*/0 * * * *", "a * * * *", ", * * * *", "1,,2 * * * *",
    ])
  func refused(text: String) {
    #expect(Schedule(text) == nil)
  }
}
