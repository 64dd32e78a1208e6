import Testing

@testable import Store

@Suite struct PassRunsTests {
  private let store: Store
  init() throws { store = try Store.inMemory() }

  @Test("a run is its holder's until it ends, or until it is taken over")
  func lifecycle() throws {
    try store.write { transaction in
      #expect(try transaction.activePass("split") == nil)
      try transaction.beginPass("split", holder: "a", leaseMs: 100, nowMs: 5)
      #expect(try transaction.activePass("split") == PassRun(holder: "a", leaseUntilMs: 105))
      #expect(try transaction.renewPass("split", holder: "a", leaseMs: 100, nowMs: 50))
      #expect(try transaction.activePass("split")?.leaseUntilMs == 150)
      #expect(try !transaction.renewPass("split", holder: "b", leaseMs: 100, nowMs: 60))
      try transaction.endPass("split", holder: "b")
      #expect(try transaction.activePass("split")?.holder == "a")

      try transaction.beginPass("split", holder: "b", leaseMs: 100, nowMs: 200)
      #expect(try !transaction.renewPass("split", holder: "a", leaseMs: 100, nowMs: 201))
      try transaction.endPass("split", holder: "a")
      #expect(try transaction.activePass("split")?.holder == "b")
      try transaction.endPass("split", holder: "b")
      #expect(try transaction.activePass("split") == nil)
    }
  }

  @Test("whoever is alone lets the leases of the dead expire at once")
  func expire() throws {
    try store.write { transaction in
      try transaction.beginPass("split", holder: "dead", leaseMs: 60_000, nowMs: 5)
      try transaction.expirePasses(nowMs: 7)
      #expect(try transaction.activePass("split") == PassRun(holder: "dead", leaseUntilMs: 7))
    }
  }
}
