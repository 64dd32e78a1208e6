import HTTPClient
import Synchronization
import Testing

/// Time that only passes where somebody pauses.
private final class FakeTime: Sendable {
  private let state = Mutex((now: Int64(1_000), pauses: [Int64]()))
  var pauses: [Int64] { state.withLock { $0.pauses } }
  func advance(_ ms: Int64) { state.withLock { $0.now += ms } }
  var clock: RateBudget.Clock { { self.state.withLock { $0.now } } }
  var pause: RateBudget.Pause {
    { ms in
      self.state.withLock { state in
        state.now += ms
        state.pauses.append(ms)
      }
    }
  }
}

@Suite("RateBudget")
struct RateBudgetTests {
  @Test("the burst passes at once, then one call per interval (B1)")
  func spacing() {
    let time = FakeTime()
    let budget = RateBudget(perSecond: 10, burst: 3, clock: time.clock, pause: time.pause)
    for _ in 1...6 { budget.take() }
    #expect(time.pauses == [100, 100, 100])
  }

  @Test("an idle budget fills up to its burst and no further (B1)")
  func refill() {
    let time = FakeTime()
    let budget = RateBudget(perMinute: 60, burst: 2, clock: time.clock, pause: time.pause)
    for _ in 1...2 { budget.take() }
    time.advance(3_600_000)
    for _ in 1...3 { budget.take() }
    #expect(time.pauses == [1_000])
  }

  @Test("callers that come together are spread, each behind the last (B1)")
  func reservation() {
    let time = FakeTime()
    let waits = Mutex<[Int64]>([])
    let budget = RateBudget(perSecond: 2, burst: 1, clock: time.clock) { ms in
      waits.withLock { $0.append(ms) }
    }
    for _ in 1...4 { budget.take() }
    #expect(waits.withLock { $0 } == [500, 1_000, 1_500])
  }

  @Test("the unlimited budget never waits")
  func unlimited() {
    let stopwatch = Stopwatch()
    for _ in 1...10_000 { RateBudget.unlimited.take() }
    #expect(stopwatch.elapsedMs < 5_000)
  }
}
