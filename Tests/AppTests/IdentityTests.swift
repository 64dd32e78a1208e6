import Domain
import Store
import TestSupport
import Testing

@testable import App

private struct Database {
  let folder = TemporaryFolder()
  let store: Store
  init() throws { store = try Store.open(path: folder.file("identity.db"), mode: .inline) }

  func start(
    key: String = "sk_test_1", startDate: String? = nil, atMs: Int64
  ) throws -> Identity.Facts {
    var environment = minimalEnvironment
    environment["STRIPE_CLIENT_SECRET"] = key
    environment["START_DATE"] = startDate
    return try Identity(store).establish(Configuration.parse(environment), nowMs: atMs)
  }
}

@Suite struct IdentityTests {
  @Test("a database that was used with one mode refuses a key of the other (X2)")
  func otherMode() throws {
    for (first, second) in [("sk_test_1", "sk_live_1"), ("rk_live_1", "sk_test_1")] {
      let database = try Database()
      _ = try database.start(key: first, atMs: 1_000)
      do {
        _ = try database.start(key: second, atMs: 2_000)
        Issue.record("\(second) was accepted after \(first)")
      } catch let failure as StartFailure {
        #expect(failure.description.contains("DATABASE_URL"))
        #expect(failure.description.contains("STRIPE_CLIENT_SECRET"))
        #expect(!failure.description.contains(second))
      }
      // And still takes its own, of whatever kind.
      #expect(throws: Never.self) { try database.start(key: first, atMs: 3_000) }
    }
  }

  @Test("a key that tells no mode neither sets nor breaks it (X2)")
  func unknownMode() throws {
    let database = try Database()
    _ = try database.start(key: "key", atMs: 1_000)
    _ = try database.start(key: "sk_live_1", atMs: 2_000)
    _ = try database.start(key: "key", atMs: 3_000)
    #expect(throws: StartFailure.self) { try database.start(key: "sk_test_1", atMs: 4_000) }
  }

  @Test("without START_DATE the first start counts, and is remembered (M2)")
  func firstStart() throws {
    let database = try Database()
    #expect(try database.start(atMs: 5_000).startMs == 5_000)
    #expect(try database.start(atMs: 9_000).startMs == 5_000)
    // The clock was set back: the first start stays what it was.
    #expect(try database.start(atMs: 1_000).startMs == 5_000)
  }

  @Test("START_DATE wins while it is set; unset again, the first start counts (M2)")
  func configuredStart() throws {
    let database = try Database()
    #expect(try database.start(startDate: "all", atMs: 5_000).startMs == nil)
    #expect(
      try database.start(startDate: "2026-01-31", atMs: 6_000).startMs == 1_769_817_600_000)
    #expect(try database.start(atMs: 7_000).startMs == 5_000)
  }

  @Test("a refused start leaves nothing behind (X2)")
  func refusedStart() throws {
    let database = try Database()
    try database.store.write { try $0.setCheckpoint("identity/mode", "live", nowMs: 1) }
    #expect(throws: StartFailure.self) { try database.start(atMs: 5_000) }
    #expect(try database.store.read { try $0.checkpoint("first_start_ms") } == nil)
  }
}
