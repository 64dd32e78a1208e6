import Glibc
import SQLite
import Threading

/// SQLite as the database: one file in WAL mode, every commit synced (`synchronous=FULL`).
///
/// One thread owns the connection that writes and commits in groups (`GroupCommit.swift`); a few
/// more connections read, and never wait for the writer. Other processes may use the same file.
/// A full disk, a lock or an I/O error fails the calls it meets and leaves nothing behind: the
/// next call starts afresh.
public final class SQLiteDatabase: Database {
  public enum Mode: Hashable, Sendable {
    /// A writer thread and several readers; needs a file.
    case threaded
    /// No threads: everything runs at once in the caller's thread, on one connection under a
    /// lock. For simulations and short programs; the path may be `:memory:`.
    case inline
  }

  /// The limits of this engine.
  public struct Limits: Hashable, Sendable {
    /// How long a write waits for a lock of another process.
    public var busyTimeoutMs: Int32 = 5_000
    /// Writes in one transaction. More would lengthen the wait of the first one.
    public var batchWritesMax = 512
    /// Writes that wait. Beyond it new ones are refused as `unavailable`.
    public var pendingWritesMax = 20_000
    public var readersMax = 4
    /// Pages in the log before they are moved into the file: about 4 MB.
    public var checkpointPages = 1_000
    public init() {}
  }

  private let engine: any SQLiteEngine

  /// Opens or makes the file (readable by its owner only).
  /// - Throws: `StoreError.unavailable` if it cannot be opened, `.corrupt` if it is none of ours.
  public init(path: String, mode: Mode, limits: Limits = Limits()) throws(StoreError) {
    switch mode {
    case .threaded: engine = try ThreadedEngine(path: path, limits: limits)
    case .inline: engine = try InlineEngine(path: path, limits: limits)
    }
  }

  deinit { engine.close() }

  public func write<R: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws -> R
  ) throws -> R {
    guard !engine.isWriterThread else { throw nestedError }
    let ticket = Ticket<R>()
    engine.submit(
      PendingWrite(
        body: { ticket.keep(try body($0)) }, completion: { ticket.finish($0) }))
    return try ticket.wait()
  }

  public func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    try engine.read(body)
  }

  public func submit(
    _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    engine.submit(PendingWrite(body: body, completion: completion))
  }

  public func close() { engine.close() }

  /// Transactions committed or tried since the start; below the number of writes when grouped.
  public var commitCount: Int64 { engine.commitCount }
}

/// What the two modes have in common.
protocol SQLiteEngine: Sendable {
  var commitCount: Int64 { get }
  /// Whether a blocking write from here would wait for itself.
  var isWriterThread: Bool { get }
  func submit(_ write: PendingWrite)
  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R
  func close()
}

/// What a thread waits for that asked for a write.
private final class Ticket<R: Sendable>: Sendable {
  private struct State {
    var value: R?
    var outcome: Result<R, any Error>?
  }
  private let state = Monitor(State())

  func keep(_ value: R) { state.withLock { $0.value = value } }

  func finish(_ error: (any Error)?) {
    state.update {
      if let error {
        $0.outcome = .failure(error)
      } else if let value = $0.value {
        $0.outcome = .success(value)
      } else {
        $0.outcome = .failure(StoreError.statement("a write was committed but never run"))
      }
    }
  }

  func wait() throws -> R { try state.wait { $0.outcome }.get() }
}
