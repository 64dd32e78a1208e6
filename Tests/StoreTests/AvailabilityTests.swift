import Testing
import Threading

@testable import Store

@Suite struct AvailabilityTests {
  @Test("told once when it is lost and once when it is regained, with how many met it")
  func changes() {
    var state = Availability()
    #expect(state.noteCommit(nowMs: 0) == nil)
    #expect(state.noteFailure("full", nowMs: 10) == .lost(reason: "full"))
    #expect(state.noteFailure("full", nowMs: 20) == nil)
    #expect(state.noteFailure("locked", nowMs: 30) == nil)
    #expect(state.reason == "locked")
    #expect(state.noteCommit(nowMs: 2_030) == .regained(afterMs: 2_020, refused: 3))
    #expect(state.reason == nil)
    #expect(state.noteCommit(nowMs: 2_031) == nil)
    #expect(state.noteFailure("full", nowMs: 2_032) == .lost(reason: "full"))
  }

  @Test("a disk that takes small writes and refuses large ones is not well each time it takes one")
  func flapping() {
    var state = Availability()
    var changes: [Availability.Change] = []
    for second in Int64(0)..<60 {
      changes += [state.noteFailure("full", nowMs: second * 1_000)].compactMap(\.self)
      changes += [state.noteCommit(nowMs: second * 1_000 + 500)].compactMap(\.self)
    }
    #expect(changes == [.lost(reason: "full")])
  }

  @Test("a clock that was set back does not keep it lost")
  func clockSetBack() {
    var state = Availability()
    _ = state.noteFailure("full", nowMs: 1_000_000)
    #expect(state.noteCommit(nowMs: 5) == .regained(afterMs: 0, refused: 1))
  }

  /// Fails as it is told to.
  private final class Moody: Database {
    struct Refusal: Error {}
    let error = Monitor<(any Error)?>(nil)
    private let real: any Database
    init(_ real: any Database) { self.real = real }

    func write<R: Sendable>(
      _ body: @escaping @Sendable (any SQLConnection) throws -> R
    ) throws -> R {
      if let error = error.withLock({ $0 }) { throw error }
      return try real.write(body)
    }
    func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
      if let error = error.withLock({ $0 }) { throw error }
      return try real.read(body)
    }
    func submit(
      _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
      completion: @escaping @Sendable ((any Error)?) -> Void
    ) {
      if let error = error.withLock({ $0 }) { return completion(error) }
      real.submit(body, completion: completion)
    }
    func close() { real.close() }
  }

  private struct Watched {
    let database: WatchedDatabase
    let moody: Moody
    let now = Monitor(Int64(0))
    let changes = Monitor<[Availability.Change]>([])

    init() throws {
      let moody = Moody(try SQLiteDatabase(path: ":memory:", mode: .inline))
      self.moody = moody
      database = WatchedDatabase(
        moody, nowMs: { [now] in now.withLock { $0 } },
        onChange: { [changes] change in changes.withLock { $0.append(change) } })
    }

    func fail(_ error: (any Error)?) { moody.error.withLock { $0 = error } }
    func submit() { database.submit({ _ in }, completion: { _ in }) }
  }

  @Test("writes, reads and what is submitted all tell; only a commit regains")
  func watched() throws {
    let watched = try Watched()
    let database = watched.database
    watched.fail(StoreError.unavailable("full"))
    #expect(throws: StoreError.self) { try database.read { _ in } }
    #expect(throws: StoreError.self) { try database.write { _ in } }
    watched.submit()
    #expect(database.failure?.contains("full") == true)
    watched.fail(nil)
    watched.now.withLock { $0 = 10_000 }
    try database.read { _ in }
    #expect(database.failure != nil)
    watched.submit()
    #expect(database.failure == nil)
    #expect(watched.changes.withLock { $0.count } == 2)
  }

  @Test("what the rules of a record refuse says nothing about the store")
  func refusals() throws {
    let watched = try Watched()
    for error in [Moody.Refusal(), StoreError.notAllowed("no"), closedError] as [any Error] {
      watched.fail(error)
      #expect(throws: (any Error).self) { try watched.database.write { _ in } }
    }
    #expect(watched.database.failure == nil)
    watched.fail(StoreError.corrupt("torn"))
    watched.submit()  // an event is always fit to be stored
    #expect(watched.database.failure?.contains("torn") == true)
  }
}
