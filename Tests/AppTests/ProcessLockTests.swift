import Domain
import Store
import TestSupport
import Testing

@testable import App

@Suite struct ProcessLockTests {
  @Test("whoever comes while another one lives is not alone; afterwards the next one is (Q2)")
  func alone() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.db")
    do {
      let first = try ProcessLock(databasePath: path)
      #expect(first.isAlone)
      first.share()
      let second = try ProcessLock(databasePath: path)
      second.share()
      #expect(!second.isAlone)
      #expect(try ProcessLock(databasePath: folder.file("b.db")).isAlone)
    }
    #expect(try ProcessLock(databasePath: path).isAlone)
  }

  @Test("a folder that is not there is a reason not to start, in words")
  func noFolder() {
    #expect(throws: StartFailure.self) {
      try ProcessLock(databasePath: TemporaryFolder().file("absent/a.db"))
    }
  }

  @Test("released jobs are due at once, and their former holder can no longer finish them (Q4)")
  func releaseLeases() throws {
    let store = try Store.open(path: ":memory:", mode: .inline)
    let held = try store.write { transaction in
      for key in ["a", "b", "c"] {
        try transaction.enqueue(.splitOrder, key: key, runAtMs: 1, nowMs: 1)
      }
      return [
        try transaction.claimJob(nowMs: 10, leaseMs: 1_000),
        try transaction.claimJob(nowMs: 10, leaseMs: 1_000),
      ].compactMap(\.self)
    }
    #expect(held.count == 2)
    #expect(try store.write { try $0.releaseLeases(nowMs: 20) } == 2)
    for job in held {
      #expect(try store.write { try $0.finishJob(job, .done, nowMs: 21) } == false)
    }
    let keys = try store.write { transaction in
      var keys: [String] = []
      while let job = try transaction.claimJob(nowMs: 22, leaseMs: 1_000) { keys.append(job.key) }
      return keys
    }
    #expect(keys.sorted() == ["a", "b", "c"])
    #expect(try store.write { try $0.releaseLeases(nowMs: 23) } == 3)
  }
}
