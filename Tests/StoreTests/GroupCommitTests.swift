import Domain
import Testing
import Threading

@testable import Store

@Suite struct GroupCommitTests {
  let folder: TemporaryFolder
  let database: SQLiteDatabase
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    database = try SQLiteDatabase(path: folder.file("a.db"), mode: .threaded)
    store = try Store(database)
  }

  private struct Refused: Error, Equatable { let number: Int }

  /// Holds the writer inside one write until the returned closure is called.
  private func blockWriter() -> @Sendable () -> Void {
    let gate = Monitor((isInside: false, isOpen: false))
    store.submit(
      { _ in
        gate.update { $0.isInside = true }
        _ = gate.wait { $0.isOpen ? true : nil }
      }, completion: { _ in })
    _ = gate.wait { $0.isInside ? true : nil }
    return { gate.update { $0.isOpen = true } }
  }

  @Test("what waits shares one commit, and one that fails undoes only itself")
  func sharedCommit() throws {
    let before = database.commitCount
    let release = blockWriter()
    let outcomes = Monitor<[Int: String]>([:])
    for number in 0..<100 {
      store.submit(
        { transaction in
          _ = try transaction.appendEvent(.make("evt_\(number)"), nowMs: 1)
          if number % 10 == 3 { throw Refused(number: number) }
        },
        completion: { error in
          outcomes.update { $0[number] = error.map { "\($0)" } ?? "stored" }
        })
    }
    release()
    let result = outcomes.wait { $0.count == 100 ? $0 : nil }
    for number in 0..<100 {
      let expected = number % 10 == 3 ? "\(Refused(number: number))" : "stored"
      #expect(result[number] == expected)
      let stored = try store.read { try $0.event(source: .stripe, externalID: "evt_\(number)") }
      #expect((stored != nil) == (number % 10 != 3))
    }
    #expect(database.commitCount - before == 2)
  }

  @Test("a batch is bounded")
  func boundedBatch() throws {
    var limits = SQLiteDatabase.Limits()
    limits.batchWritesMax = 10
    limits.pendingWritesMax = 50
    let database = try SQLiteDatabase(path: folder.file("b.db"), mode: .threaded, limits: limits)
    let gate = Monitor((isInside: false, isOpen: false))
    database.submit(
      { _ in
        gate.update { $0.isInside = true }
        _ = gate.wait { $0.isOpen ? true : nil }
      }, completion: { _ in })
    _ = gate.wait { $0.isInside ? true : nil }
    let outcomes = Monitor<[String]>([])
    for _ in 0..<51 {
      database.submit(
        { _ in },
        completion: { error in
          outcomes.update { $0.append(error.map { "\($0)" } ?? "") }
        })
    }
    #expect(outcomes.withLock { $0.count } == 1)  // the one too many is told at once
    #expect(outcomes.withLock { $0[0].contains("waiting") })
    gate.update { $0.isOpen = true }
    _ = outcomes.wait { $0.count == 51 ? true : nil }
    #expect(database.commitCount == 6)
    database.close()
  }

  @Test("the completion comes after the commit: a reader sees the row then")
  func completionAfterCommit() throws {
    let path = folder.file("a.db")
    let seen = Monitor<[Bool]>([])
    for number in 0..<50 {
      store.submit(
        { _ = try $0.appendEvent(.make("evt_\(number)"), nowMs: 1) },
        completion: { _ in
          let other = try? Store.open(path: path, mode: .inline)
          let event = try? other?.read {
            try $0.event(source: .stripe, externalID: "evt_\(number)")
          }
          seen.update { $0.append(event != nil) }
        })
    }
    let result = seen.wait { $0.count == 50 ? $0 : nil }
    #expect(result.allSatisfy { $0 })
  }

  @Test("many threads write at once: every row arrives, in fewer commits than writes")
  func manyThreads() throws {
    let failures = Monitor<[String]>([])
    let store = store
    let before = database.commitCount
    let release = blockWriter()
    let started = Monitor(0)
    onThreadsWhile(
      32,
      { thread in
        started.update { $0 += 1 }
        do {
          for number in 0..<20 {
            _ = try store.write { try $0.appendEvent(.make("evt_\(thread)_\(number)"), nowMs: 1) }
            let own = try store.read {
              try $0.event(source: .stripe, externalID: "evt_\(thread)_\(number)")
            }
            if own == nil { failures.withLock { $0.append("own write unseen") } }
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      },
      meanwhile: {
        _ = started.wait { $0 == 32 ? true : nil }
        release()
      })
    #expect(failures.withLock { $0 } == [])
    #expect(try store.read { try $0.lastEventID() } == 640)
    #expect(database.commitCount - before < 640)
  }

  @Test("a write returns what its closure returned, and throws what it threw")
  func results() throws {
    #expect(try store.write { _ in 42 } == 42)
    #expect(throws: Refused(number: 1)) { try store.write { _ in throw Refused(number: 1) } }
    #expect(try store.write { _ in "still alive" } == "still alive")
  }

  @Test("a write from inside a write is refused instead of waiting for itself for ever")
  func nested() throws {
    let store = store
    #expect(throws: nestedError) { try store.write { _ in try store.write { _ in } } }
    let inline = try Store.inMemory()
    #expect(throws: nestedError) { try inline.write { _ in try inline.read { _ in } } }
    #expect(throws: nestedError) { try inline.write { _ in try inline.write { _ in } } }
    #expect(try inline.write { _ in 1 } == 1)
  }

  @Test("closing finishes what was submitted; afterwards everything is refused")
  func closing() throws {
    let release = blockWriter()
    let outcomes = Monitor<[Bool]>([])
    for number in 0..<20 {
      store.submit(
        { _ = try $0.appendEvent(.make("evt_\(number)"), nowMs: 1) },
        completion: { error in outcomes.update { $0.append(error == nil) } })
    }
    release()
    store.close()
    store.close()
    #expect(outcomes.withLock { $0 } == [Bool](repeating: true, count: 20))
    let store = store
    #expect(throws: closedError) { try store.write { _ in } }
    #expect(throws: closedError) { try store.read { _ in } }
  }

  @Test("a reader cannot write, and sees one state for as long as it reads")
  func reading() throws {
    let store = store
    let error = #expect(throws: StoreError.self) {
      try store.read { _ = try $0.appendEvent(.make(), nowMs: 1) }
    }
    #expect(error != nil)
    let counts = try store.read { transaction in
      let first = try transaction.lastEventID()
      _ = try store.write { try $0.appendEvent(.make(), nowMs: 1) }  // another connection
      return [first, try transaction.lastEventID()]
    }
    #expect(counts == [0, 0])
    #expect(try store.read { try $0.lastEventID() } == 1)
    let inline = try Store.inMemory()
    #expect(throws: StoreError.self) {
      try inline.read { _ = try $0.appendEvent(.make(), nowMs: 1) }
    }
  }
}

/// As `onThreads`, with something to do before the threads are waited for.
func onThreadsWhile(
  _ count: Int, _ body: @escaping @Sendable (Int) -> Void, meanwhile: () -> Void
) {
  let threads = (0..<count).map { number in
    WorkerThread(name: "test-\(number)") { body(number) }
  }
  meanwhile()
  for thread in threads { thread.join() }
}
