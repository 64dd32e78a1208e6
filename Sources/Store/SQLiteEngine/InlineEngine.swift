import Glibc
import SQLite
import Threading

/// Everything in the caller's thread, on one connection: steps that can be replayed.
final class InlineEngine: SQLiteEngine {
  private struct State {
    var session: SQLiteSession?
    var commits: Int64 = 0
  }
  private let state: Monitor<State>
  /// The thread inside the lock, to refuse a call from within a call instead of hanging.
  private let owner = Monitor<pthread_t?>(nil)

  init(path: String, limits: SQLiteDatabase.Limits) throws(StoreError) {
    state = Monitor(
      State(session: try SQLiteSession.open(path: path, role: .writer, limits: limits)))
  }

  var commitCount: Int64 { (try? locked { $0.commits }) ?? 0 }

  var isWriterThread: Bool { owner.withLock { $0 } == pthread_self() }

  func submit(_ write: PendingWrite) {
    var outcome: (any Error)?
    do {
      outcome = try locked { state in
        guard let session = state.session else { throw closedError }
        state.commits += 1
        return session.commit([write])[0]
      }
    } catch { outcome = error }
    write.completion(outcome)
  }

  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    try locked { state in
      guard let session = state.session else { throw closedError }
      try session.begin(immediate: false)
      defer { session.rollback() }
      try session.execute("PRAGMA query_only = ON")
      defer { try? session.execute("PRAGMA query_only = OFF") }
      return try body(session)
    }
  }

  func close() { _ = try? locked { $0.session = nil } }

  private func locked<R>(_ body: (inout State) throws -> R) throws -> R {
    let here = pthread_self()
    guard owner.withLock({ $0 }) != here else { throw nestedError }
    return try state.withLock { state in
      owner.withLock { $0 = here }
      defer { owner.withLock { $0 = nil } }
      return try body(&state)
    }
  }
}

let closedError = StoreError.unavailable("it is closed")
let nestedError = StoreError.statement("the store was called from inside one of its transactions")
