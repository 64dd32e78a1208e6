import Glibc
import Testing
import Threading

@Suite("Monitor") struct MonitorTests {
  @Test("updates of many threads do not lose each other")
  func excludes() {
    let counter = Monitor(0)
    let threads = (0..<4).map { number in
      WorkerThread(name: "count-\(number)") {
        for _ in 0..<5_000 { counter.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(counter.withLock { $0 } == 20_000)
  }

  @Test("a waiter is woken by the update it waits for, and takes its value")
  func wakes() {
    let queue = Monitor<[Int]>([])
    let sum = Monitor(0)
    let consumer = WorkerThread(name: "consumer") {
      for _ in 0..<100 {
        let item: Int = queue.wait { $0.isEmpty ? nil : $0.removeFirst() }
        sum.withLock { $0 += item }
      }
    }
    for item in 1...100 { queue.update { $0.append(item) } }
    consumer.join()
    #expect(sum.withLock { $0 } == 5_050)
  }

  @Test("every waiter is woken, not only one")
  func wakesAll() {
    let isOpen = Monitor(false)
    let threads = (0..<4).map { number in
      WorkerThread(name: "wait-\(number)") { isOpen.wait { $0 ? () : nil } }
    }
    isOpen.update { $0 = true }
    for thread in threads { thread.join() }
  }

  @Test("a wait ends after its time, and not before", arguments: [0, 20, -5] as [Int64])
  func timesOut(milliseconds: Int64) {
    let start = nowMs()
    let result: Int? = Monitor(0).wait(upToMs: milliseconds) { $0 > 0 ? $0 : nil }
    #expect(result == nil)
    #expect(nowMs() - start >= milliseconds)
  }

  @Test("what is there already is taken without waiting")
  func takesAtOnce() {
    let result: Int? = Monitor(7).wait(upToMs: 0) { $0 }
    #expect(result == 7)
  }

  @Test("an error of the body leaves the lock free")
  func passesErrors() {
    struct Failure: Error {}
    let monitor = Monitor(1)
    #expect(throws: Failure.self) { try monitor.withLock { _ throws(Failure) in throw Failure() } }
    #expect(throws: Failure.self) { try monitor.update { _ throws(Failure) in throw Failure() } }
    #expect(monitor.withLock { $0 } == 1)
  }

  private func nowMs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
