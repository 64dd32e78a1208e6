import Domain
import Glibc
import SQLite
import Testing
import Threading

@testable import Store

@Suite struct DurabilityTests {
  let folder: TemporaryFolder
  var path: String { folder.file("a.db") }
  init() throws { folder = try TemporaryFolder() }

  private func isUnavailable(_ error: (any Error)?) -> Bool {
    (error as? StoreError)?.isPassing == true
  }

  @Test("the writer syncs every commit, keeps a write-ahead log and checks foreign keys")
  func settings() throws {
    let store = try Store.open(path: path, mode: .threaded)
    for (pragma, expected) in [
      ("synchronous", SQLValue.integer(2)), ("journal_mode", "wal"), ("foreign_keys", 1),
      ("wal_autocheckpoint", 1_000), ("journal_size_limit", -1),
    ] {
      let row = try store.write { try $0.run("PRAGMA \(pragma)")[0] }
      #expect(try row.value(pragma) == expected, "\(pragma)")
    }
    let reader = try store.read { try $0.run("PRAGMA query_only")[0].int64("query_only") }
    #expect(reader == 1)
  }

  @Test("the file and its log are for their owner only")
  func permissions() throws {
    let store = try Store.open(path: path, mode: .threaded)
    _ = try store.write { try $0.appendEvent(.make(), nowMs: 1) }
    for file in [path, path + "-wal"] {
      var status = stat()
      #expect(stat(file, &status) == 0)
      #expect(status.st_mode & 0o077 == 0)
    }
  }

  @Test("what was acknowledged is there after a crash at any commit (Q2)")
  func crash() throws {
    let store = try Store.open(path: path, mode: .threaded)
    for number in 1...20 {
      _ = try store.write { try $0.appendEvent(.make("evt_\(number)"), nowMs: 1) }
      // What a dying process leaves behind: the file and its log, without any closing.
      let copy = folder.file("copy-\(number).db")
      write(read(path), to: copy)
      write(read(path + "-wal"), to: copy + "-wal")
      let reopened = try Store.open(path: copy, mode: .threaded)
      #expect(try reopened.read { try $0.lastEventID() } == Int64(number))
      reopened.close()
    }
  }

  @Test("a torn end of the log loses only what was never acknowledged")
  func tornLog() throws {
    let store = try Store.open(path: path, mode: .threaded)
    _ = try store.write { try $0.appendEvent(.make("evt_1"), nowMs: 1) }
    let log = read(path + "-wal")
    _ = try store.write { try $0.appendEvent(.make("evt_2"), nowMs: 1) }
    let longer = read(path + "-wal")
    #expect(longer.count > log.count)
    for cut in [log.count, log.count + 1, log.count + 100, longer.count - 1] {
      let copy = folder.file("copy-\(cut).db")
      write(read(path), to: copy)
      write(Array(longer.prefix(cut)), to: copy + "-wal")
      let reopened = try Store.open(path: copy, mode: .threaded)
      #expect(try reopened.read { try $0.lastEventID() } == 1)
      reopened.close()
    }
  }

  @Test("a full disk fails the write, and the store works again once there is room")
  func diskFull() throws {
    let store = try Store.open(path: path, mode: .threaded)
    _ = try store.write { try $0.appendEvent(.make("evt_1"), nowMs: 1) }
    _ = try store.write { try $0.run("PRAGMA max_page_count = 1") }  // as small as it is now
    let big = [UInt8](repeating: 7, count: 400_000)
    for _ in 1...3 {
      let error = #expect(throws: StoreError.self) {
        _ = try store.write { try $0.appendEvent(.make("evt_2", payload: big), nowMs: 1) }
      }
      #expect(isUnavailable(error), "\(String(describing: error))")
    }
    #expect(try store.read { try $0.lastEventID() } == 1)
    _ = try store.write { try $0.run("PRAGMA max_page_count = 1000000") }
    let arrival = try store.write { try $0.appendEvent(.make("evt_2", payload: big), nowMs: 1) }
    #expect(arrival == .new(2))
  }

  @Test("a full disk in the middle of a batch acknowledges nothing that is not stored")
  func diskFullInBatch() throws {
    let store = try Store.open(path: path, mode: .threaded)
    _ = try store.write { try $0.run("PRAGMA max_page_count = 1") }
    let outcomes = Monitor<[Int: Bool]>([:])
    let big = [UInt8](repeating: 7, count: 400_000)
    for number in 0..<40 {
      store.submit(
        {
          let payload = number % 4 == 2 ? big : [1]
          _ = try $0.appendEvent(.make("evt_\(number)", payload: payload), nowMs: 1)
        }, completion: { error in outcomes.update { $0[number] = error == nil } })
    }
    let result = outcomes.wait { $0.count == 40 ? $0 : nil }
    for number in 0..<40 {
      let event = try store.read { try $0.event(source: .stripe, externalID: "evt_\(number)") }
      #expect((event != nil) == result[number])
    }
    #expect(result[2] == false)
  }

  @Test("a read-only disk fails the write, and the same connection works again afterwards")
  func readOnly() throws {
    _ = try Store.open(path: path, mode: .inline)
    let session = try SQLiteSession.open(path: path, role: .writer, limits: .init())
    let write = PendingWrite(
      body: { _ = try Transaction(connection: $0).appendEvent(.make(), nowMs: 1) },
      completion: { _ in })
    try session.execute("PRAGMA query_only = ON")  // SQLite answers as for a read-only disk
    for outcome in session.commit([write, write]) {
      #expect(isUnavailable(outcome), "\(String(describing: outcome))")
    }
    try session.execute("PRAGMA query_only = OFF")
    #expect(session.commit([write, write]).allSatisfy { $0 == nil })
  }

  @Test("another process that holds the lock makes writes unavailable until it lets go")
  func locked() throws {
    var limits = SQLiteDatabase.Limits()
    limits.busyTimeoutMs = 30
    for mode in [SQLiteDatabase.Mode.threaded, .inline] {
      let store = try Store(SQLiteDatabase(path: path, mode: mode, limits: limits))
      let other = try Connection(path: path, busyTimeoutMs: 1_000)
      try other.execute("BEGIN IMMEDIATE")
      let error = #expect(throws: StoreError.self) {
        _ = try store.write { try $0.appendEvent(.make("evt_\(mode)"), nowMs: 1) }
      }
      #expect(isUnavailable(error))
      #expect(error?.description.contains("lock") == true)
      _ = try store.read { try $0.lastEventID() }  // readers do not care
      try other.execute("ROLLBACK")
      guard case .new = try store.write({ try $0.appendEvent(.make("evt_\(mode)"), nowMs: 1) })
      else {
        Issue.record("the failed write left something behind")
        return
      }
      store.close()
    }
  }

  @Test("who comes while the lock is waited for does not wait anew after it was not given")
  func lockedTogether() throws {
    var limits = SQLiteDatabase.Limits()
    limits.busyTimeoutMs = 300
    limits.batchWritesMax = 1  // each would be a batch, and a wait, of its own
    let database = try SQLiteDatabase(path: path, mode: .threaded, limits: limits)
    let store = try Store(database)
    let other = try Connection(path: path, busyTimeoutMs: 1_000)
    try other.execute("BEGIN IMMEDIATE")
    let before = database.commitCount
    let outcomes = Monitor<[Bool]>([])
    for number in 0..<50 {
      store.submit(
        { _ = try $0.appendEvent(.make("evt_\(number)"), nowMs: 1) },
        completion: { error in outcomes.update { $0.append(error == nil) } })
    }
    let all = outcomes.wait { $0.count == 50 ? $0 : nil }
    #expect(!all.contains(true))
    #expect(database.commitCount - before <= 2)
    try other.execute("ROLLBACK")
    #expect(try store.write { try $0.appendEvent(.make(), nowMs: 1) } == .new(1))
  }

  @Test(
    "a file that was moved, replaced or deleted takes no event, until it is back (W1)",
    arguments: ["", "-wal"])
  func moved(_ suffix: String) throws {
    let store = try Store.open(path: path, mode: .threaded)
    _ = try store.write { try $0.appendEvent(.make("evt_1"), nowMs: 1) }
    let (file, away) = (path + suffix, folder.file("away"))
    rename(file, away)
    for isReplaced in [false, true] {
      if isReplaced { write([], to: file) }
      let error = #expect(throws: StoreError.self) {
        _ = try store.write { try $0.appendEvent(.make("evt_2"), nowMs: 1) }
      }
      #expect(isUnavailable(error))
      #expect(error?.description.contains(file + " was moved") == true)
    }
    rename(away, file)
    _ = try store.write { try $0.appendEvent(.make("evt_3"), nowMs: 1) }
    store.close()
    let again = try Store.open(path: path, mode: .threaded)
    #expect(try again.read { try $0.event(source: .stripe, externalID: "evt_3") } != nil)
  }

  @Test("a lock held for less than the busy timeout is waited for")
  func waitsForLock() throws {
    let store = try Store.open(path: path, mode: .threaded)
    let other = try Connection(path: path, busyTimeoutMs: 1_000)
    try other.execute("BEGIN IMMEDIATE")
    let done = Monitor<Bool?>(nil)
    store.submit(
      { _ = try $0.appendEvent(.make(), nowMs: 1) },
      completion: { error in done.update { $0 = error == nil } })
    #expect(done.wait(upToMs: 50) { $0 } == nil)
    try other.execute("ROLLBACK")
    #expect(done.wait { $0 })
  }

  @Test("after a failure of the disk ended the transaction, a closure cannot go on writing")
  func noWritesOutsideTransactions() throws {
    let store = try Store.open(path: path, mode: .threaded)
    let error = #expect(throws: StoreError.self) {
      try store.write { transaction in
        try transaction.enqueue(.notify, key: "1", runAtMs: 0, nowMs: 0)
        try transaction.run("ROLLBACK")  // as SQLite does by itself on some I/O errors
        try transaction.enqueue(.notify, key: "2", runAtMs: 0, nowMs: 0)
      }
    }
    #expect(isUnavailable(error))
    #expect(try store.read { try $0.openJobCount() } == 0)
    try store.write { try $0.enqueue(.notify, key: "3", runAtMs: 0, nowMs: 0) }
    #expect(try store.read { try $0.openJobCount() } == 1)
  }

  @Test("a missing folder is unavailable and says which")
  func missingFolder() {
    let error = #expect(throws: StoreError.self) {
      _ = try Store.open(path: "/nonexistent/folder/a.db", mode: .threaded)
    }
    #expect(isUnavailable(error))
    #expect(error?.description.contains("/nonexistent/folder/a.db") == true)
  }

  @Test("a file works in the inline mode, too, and a database in memory needs that mode")
  func inlineFile() throws {
    let store = try Store.open(path: path, mode: .inline)
    _ = try store.write { try $0.appendEvent(.make(), nowMs: 1) }
    store.close()
    #expect(throws: closedError) { try store.write { _ in } }
    let again = try Store.open(path: path, mode: .threaded)
    #expect(try again.read { try $0.lastEventID() } == 1)
    #expect(throws: StoreError.self) { _ = try Store.open(path: ":memory:", mode: .threaded) }
  }
}
