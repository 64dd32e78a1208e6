import Domain
import Testing
import Threading

@testable import Store

@Suite struct JobQueueTests {
  let store: Store
  init() throws { store = try .inMemory() }

  private func enqueue(_ key: String = "a", runAtMs: Int64 = 0, nowMs: Int64 = 0) throws {
    try store.write { try $0.enqueue(.splitOrder, key: key, runAtMs: runAtMs, nowMs: nowMs) }
  }
  private func claim(_ nowMs: Int64, leaseMs: Int64 = 100) throws -> Job? {
    try store.write { try $0.claimJob(nowMs: nowMs, leaseMs: leaseMs) }
  }
  @discardableResult
  private func finish(_ job: Job?, _ verdict: Verdict = .done, _ nowMs: Int64 = 0) throws -> Bool {
    let job = try #require(job)
    return try store.write { try $0.finishJob(job, verdict, nowMs: nowMs) }
  }
  private func next() throws -> Int64? { try store.read { try $0.nextJobRunAtMs() } }

  @Test("one job per kind and key is open, and it runs at the earliest moment asked for (Q4)")
  func coalesces() throws {
    try enqueue("a", runAtMs: 50)
    try enqueue("a", runAtMs: 20)
    try enqueue("a", runAtMs: 90)
    try store.write { try $0.enqueue(.readCharge, key: "a", runAtMs: 30, nowMs: 0) }
    #expect(try store.read { try $0.openJobCount() } == 2)
    #expect(try next() == 20)
    #expect(try claim(19) == nil)
    let job = try #require(try claim(20))
    #expect(job == Job(id: 1, kind: .splitOrder, key: "a", attempts: 1, signals: 3, lease: 1))
    #expect(try claim(29) == nil)
    #expect(try claim(30)?.kind == .readCharge)
  }

  @Test("the job that has been due for longest comes first")
  func order() throws {
    try enqueue("late", runAtMs: 9)
    try enqueue("early", runAtMs: 3)
    try enqueue("also late", runAtMs: 9)
    #expect(try (1...4).map { _ in try claim(10)?.key } == ["early", "late", "also late", nil])
  }

  @Test("a finished job makes room for the next one of its key")
  func finished() throws {
    try enqueue()
    #expect(try finish(claim(0)))
    #expect(try store.read { try $0.openJobCount() } == 0)
    #expect(try next() == nil)
    try enqueue()
    #expect(try claim(0)?.id == 2)
  }

  @Test("a signal while the job runs makes it run once more, as new")
  func signalWhileRunning() throws {
    try enqueue()
    let job = try claim(0)
    try enqueue("a", runAtMs: 5, nowMs: 5)
    #expect(try claim(50) == nil)  // still serial
    #expect(try finish(job, .done, 60))
    let again = try claim(60)
    #expect(again?.id == job?.id)
    #expect(again?.attempts == 1)
    #expect(try finish(again, .done, 61))
    #expect(try claim(1_000) == nil)
  }

  @Test("a signal for later while the job runs is kept for that moment")
  func laterSignalWhileRunning() throws {
    try enqueue()
    let job = try claim(0)
    try enqueue("a", runAtMs: 5_000, nowMs: 1)
    try enqueue("a", runAtMs: 3_000, nowMs: 2)
    try finish(job, .done, 10)
    #expect(try next() == 3_000)
  }

  @Test("a passing failure waits for its pause, and a signal then shortens it (Q9)")
  func retry() throws {
    try enqueue()
    try finish(claim(0), .retry(afterMs: 500, reason: "down"), 10)
    #expect(try claim(509) == nil)
    #expect(try next() == 510)
    try enqueue("a", runAtMs: 100, nowMs: 100)
    let job = try claim(100)
    #expect(job?.attempts == 2)
    #expect(job?.signals == 2)
  }

  @Test("an expired lease is claimed anew, and the old holder can finish nothing (Q4)")
  func leaseLost() throws {
    try enqueue()
    let first = try claim(0, leaseMs: 100)
    #expect(try next() == 100)
    #expect(try claim(99) == nil)
    let second = try claim(100, leaseMs: 100)
    #expect(second?.id == first?.id)
    #expect(second?.attempts == 2)
    #expect(second?.lease != first?.lease)
    #expect(try !finish(first, .done, 120))
    #expect(try !finish(first, .retry(afterMs: 0, reason: "x"), 120))
    #expect(try finish(second, .done, 130))
    #expect(try !finish(second, .done, 131))
    #expect(try store.read { try $0.openJobCount() } == 0)
  }

  @Test("a holder whose lease ran out, but whose job nobody took, may still finish it")
  func lateButUncontested() throws {
    try enqueue()
    let job = try claim(0, leaseMs: 100)
    #expect(try finish(job, .done, 5_000))
  }

  @Test("a held job is not claimed, and becomes available when the world changes")
  func held() throws {
    try enqueue()
    _ = try store.write { try $0.run("UPDATE job SET state = 'held'") }
    #expect(try claim(1_000) == nil)
    #expect(try next() == nil)
    #expect(try store.read { try $0.openJobCount() } == 1)
    try enqueue("a", runAtMs: 2_000, nowMs: 1_000)
    #expect(try claim(1_999) == nil)
    #expect(try claim(2_000) != nil)
  }

  @Test("finished jobs are deleted by age, open ones never")
  func deletion() throws {
    for key in ["a", "b", "c"] {
      try enqueue(key)
      try finish(claim(0), .done, 10)
    }
    try enqueue("open")
    #expect(try store.write { try $0.deleteFinishedJobs(beforeMs: 10, limit: 9) } == 0)
    #expect(try store.write { try $0.deleteFinishedJobs(beforeMs: 11, limit: 2) } == 2)
    #expect(try store.write { try $0.deleteFinishedJobs(beforeMs: 11, limit: 2) } == 1)
    let counts = try store.read { try $0.jobCounts().map { "\($0.kind) \($0.state) \($0.count)" } }
    #expect(counts == ["split_order available 1"])
  }

  @Test("the database refuses a second open job of one key, and a lease without a runner")
  func constraints() throws {
    try enqueue()
    for sql in [
      "INSERT INTO job (kind, key, state, run_at_ms, created_ms, modified_ms) "
        + "VALUES ('split_order', 'a', 'available', 0, 0, 0)",
      "UPDATE job SET state = 'running'", "UPDATE job SET lease_until_ms = 5",
      "UPDATE job SET state = 'waiting'", "UPDATE job SET state = 'sleeping'",
    ] {
      let error = #expect(throws: StoreError.self) { try store.write { try $0.run(sql) } }
      guard case .constraint = error else {
        Issue.record("\(sql): \(String(describing: error))")
        continue
      }
    }
  }

  @Test("two processes on one file never claim the same job (Q4)")
  func twoStores() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.db")
    let stores = try (1...2).map { _ in try Store.open(path: path, mode: .threaded) }
    try stores[0].write { transaction in
      for number in 1...200 {
        try transaction.enqueue(.splitOrder, key: "\(number)", runAtMs: 0, nowMs: 0)
      }
    }
    let claimed = Monitor<[String]>([])
    onThreads(4) { number in
      do {
        let store = stores[number % 2]
        while let job = try store.write({ try $0.claimJob(nowMs: 1, leaseMs: 60_000) }) {
          claimed.withLock { $0.append(job.key) }
          if try !store.write({ try $0.finishJob(job, .done, nowMs: 1) }) {
            claimed.withLock { $0.append("lost \(job.key)") }
          }
        }
      } catch { claimed.withLock { $0.append("\(error)") } }
    }
    #expect(claimed.withLock { $0.sorted() } == (1...200).map { "\($0)" }.sorted())
    for store in stores { store.close() }
  }
}
