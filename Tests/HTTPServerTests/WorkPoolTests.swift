import Testing
import Threading

@testable import HTTPServer

@Suite("WorkPool") struct WorkPoolTests {
  @Test("work runs on as many threads as there are")
  func runsAtOnce() {
    let pool = WorkPool(threads: 2, queueMax: 10)
    pool.start()
    let meeting = Monitor(0)
    let met = Monitor(0)
    for _ in 0..<2 {
      // Each waits for the other: on one thread neither would end.
      _ = pool.submit {
        meeting.update { $0 += 1 }
        meeting.wait { $0 == 2 ? () : nil }
        met.update { $0 += 1 }
      }
    }
    #expect(met.wait(upToMs: 5_000) { $0 == 2 ? true : nil } == true)
    #expect(pool.stop(withinMs: 5_000) == 0)
  }

  @Test("what does not fit into the queue is refused, in order the rest is run")
  func isBounded() {
    let pool = WorkPool(threads: 1, queueMax: 3)
    let ran = Monitor<[Int]>([])
    let taken = (0..<5).map { number in pool.submit { ran.update { $0.append(number) } } }
    #expect(taken == [true, true, true, false, false])
    pool.start()
    #expect(ran.wait(upToMs: 5_000) { $0.count == 3 ? $0 : nil } == [0, 1, 2])
    #expect(pool.stop(withinMs: 5_000) == 0)
    #expect(!pool.submit {})
  }

  @Test("a thread that does not end in time is counted, and work that waits is dropped")
  func leavesBehind() {
    let pool = WorkPool(threads: 1, queueMax: 3)
    pool.start()
    let gate = Monitor(0)
    _ = pool.submit {
      gate.update { $0 = 1 }
      gate.wait { $0 == 2 ? () : nil }
    }
    gate.wait { $0 == 1 ? () : nil }
    let ran = Monitor(false)
    _ = pool.submit { ran.update { $0 = true } }
    #expect(pool.stop(withinMs: 1) == 1)
    gate.update { $0 = 2 }
    #expect(pool.stop(withinMs: 5_000) == 0)
    #expect(!ran.withLock { $0 })
  }
}
