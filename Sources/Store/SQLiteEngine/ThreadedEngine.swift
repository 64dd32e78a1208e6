import Glibc
import SQLite
import Threading

/// One writer thread that commits in groups, and a pool of readers.
final class ThreadedEngine: SQLiteEngine {
  private let inbox: Inbox
  private let writer: WorkerThread
  private let readers: ReaderPool

  init(path: String, limits: SQLiteDatabase.Limits) throws(StoreError) {
    guard path != ":memory:", !path.isEmpty else {
      throw .statement("a database in memory belongs to one connection: use the inline mode")
    }
    let session = try SQLiteSession.open(path: path, role: .writer, limits: limits)
    let handover = Handover(session: session)
    let inbox = Inbox(limits: limits)
    self.inbox = inbox
    readers = ReaderPool(path: path, limits: limits)
    writer = WorkerThread(name: "store-writer") {
      inbox.begin()
      while let batch = inbox.take() {
        let outcomes = handover.session.commit(batch)
        // Who came while the lock was waited for has waited as long: the next batch would wait
        // anew, and whoever stands behind it twice as long. Taken before anybody is told: who
        // hears of it may come again at once, and has not waited.
        let failure = handover.session.beginFailure
        let late = failure == nil ? [] : inbox.takeAll()
        for (write, outcome) in zip(batch, outcomes) { write.completion(outcome) }
        for write in late { write.completion(failure) }
      }
    }
  }

  var commitCount: Int64 { inbox.batchCount }

  var isWriterThread: Bool { inbox.isWriterThread }

  func submit(_ write: PendingWrite) {
    do { try inbox.add(write) } catch { write.completion(error) }
  }

  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    try readers.read(body)
  }

  func close() {
    guard inbox.close() else { return }
    // Returns at once on the writer's own thread, where waiting for it would never end.
    writer.join()
    readers.close()
  }
}

/// Moves the connection to the thread that owns it from then on.
private struct Handover: @unchecked Sendable {
  let session: SQLiteSession
}

/// The writes that wait for the writer thread.
private final class Inbox: Sendable {
  private struct State {
    var waiting: [PendingWrite] = []
    var isClosed = false
    var batches: Int64 = 0
    var writer: pthread_t?
  }
  private let state = Monitor(State())
  private let limits: SQLiteDatabase.Limits

  init(limits: SQLiteDatabase.Limits) { self.limits = limits }

  var batchCount: Int64 { state.withLock { $0.batches } }

  var isWriterThread: Bool { state.withLock { $0.writer } == pthread_self() }

  /// To be called by the writer thread.
  func begin() { state.withLock { $0.writer = pthread_self() } }

  func add(_ write: PendingWrite) throws(StoreError) {
    try state.update { state throws(StoreError) in
      guard !state.isClosed else { throw closedError }
      guard state.waiting.count < limits.pendingWritesMax else {
        throw .unavailable("\(state.waiting.count) writes are waiting; try again later")
      }
      state.waiting.append(write)
    }
  }

  /// The next batch; nil when closed and empty.
  func take() -> [PendingWrite]? {
    let next: [PendingWrite] = state.wait { state in
      guard !state.waiting.isEmpty else { return state.isClosed ? [] : nil }
      state.batches += 1
      let batch = Array(state.waiting.prefix(limits.batchWritesMax))
      state.waiting.removeFirst(batch.count)
      return batch
    }
    return next.isEmpty ? nil : next
  }

  /// Everything that waits at this moment.
  func takeAll() -> [PendingWrite] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  /// - Returns: Whether this call closed it.
  func close() -> Bool {
    state.update { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
  }
}

/// A few connections that only read. Opened when first needed, kept for the next.
private final class ReaderPool: Sendable {
  private struct State {
    var idle: [SQLiteSession] = []
    var open = 0
    var isClosed = false
  }
  private enum Turn {
    case use(SQLiteSession)
    case open, closed
  }

  private let state = Monitor(State())
  private let path: String
  private let limits: SQLiteDatabase.Limits

  init(path: String, limits: SQLiteDatabase.Limits) {
    self.path = path
    self.limits = limits
  }

  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    let session = try take()
    defer { give(session) }
    try session.begin(immediate: false)
    defer { session.rollback() }
    return try body(session)
  }

  func close() {
    state.update {
      $0.isClosed = true
      $0.open -= $0.idle.count
      $0.idle = []
    }
  }

  private func take() throws(StoreError) -> SQLiteSession {
    let turn: Turn = state.wait { state in
      if state.isClosed { return .closed }
      if let session = state.idle.popLast() { return .use(session) }
      guard state.open < limits.readersMax else { return nil }
      state.open += 1
      return .open
    }
    switch turn {
    case .use(let session): return session
    case .closed: throw closedError
    case .open:
      do {
        return try SQLiteSession.open(path: path, role: .reader, limits: limits)
      } catch {
        state.update { $0.open -= 1 }
        throw error
      }
    }
  }

  private func give(_ session: SQLiteSession) {
    state.update {
      if $0.isClosed { $0.open -= 1 } else { $0.idle.append(session) }
    }
  }
}
