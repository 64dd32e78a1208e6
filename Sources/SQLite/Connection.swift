import CSQLite
import Glibc

/// An open database with the statements it has prepared.
///
/// Not `Sendable`: one thread at a time. It is opened without SQLite's own mutex, so its owner
/// must see to that.
public final class Connection {
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// All SQL of this program is constant text, so the cache stays far below this; a caller that
  /// builds SQL would otherwise fill the memory.
  private let statementsMax = 256

  /// Opens or makes the file; `:memory:` is a database of its own.
  /// - Parameter busyTimeoutMs: How long a statement waits for the lock of another connection.
  /// - Throws: `SQLiteError`, most likely `SQLITE_CANTOPEN`: the folder is missing or not ours.
  public init(path: String, busyTimeoutMs: Int32) throws(SQLiteError) {
    _ = isConfigured
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let message = lastMessage(opened)
      sqlite3_close_v2(opened)
      throw SQLiteError(extendedCode: code, message: "\(message): \(path)", sql: nil)
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_handler(
      handle, { limit, tries in waitForLock(limitMs: Int(bitPattern: limit), tries: tries) },
      UnsafeMutableRawPointer(bitPattern: Int(busyTimeoutMs)))
  }

  deinit { sqlite3_close_v2(handle) }  // v2: waits for statements that are still owned elsewhere

  /// The statement for this SQL: prepared on its first use, then kept. The caller resets it.
  public func statement(_ sql: String) throws(SQLiteError) -> Statement {
    if let statement = statements[sql] { return statement }
    if statements.count >= statementsMax { statements.removeAll() }
    let statement = try Statement(sql, on: handle)
    statements[sql] = statement
    return statement
  }

  /// Runs a statement without parameters to its end, and ignores its rows.
  public func execute(_ sql: String) throws(SQLiteError) {
    let statement = try statement(sql)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// The first value of the first row as text; nil if there is none. For pragmas.
  public func scalar(_ sql: String) throws(SQLiteError) -> String? {
    let statement = try statement(sql)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    switch statement.column(0) {
    case .integer(let value): return String(value)
    case .text(let value): return value
    case .null, .real, .blob: return nil
    }
  }

  /// Whether a transaction is open. SQLite closes one by itself on some failures, such as a full
  /// disk; what follows would then be committed statement by statement.
  public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Moves what it can from the write-ahead log into the file, without waiting for readers and
  /// without shortening the log: growing it again would cost twice the sync.
  public func checkpoint() throws(SQLiteError) {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else {
      throw SQLiteError(
        extendedCode: sqlite3_extended_errcode(handle), message: lastMessage(handle),
        sql: "wal_checkpoint(PASSIVE)")
    }
  }
}

/// Initialised once, by the first connection. False, and slower, if the process used SQLite before.
private let isConfigured = csqlite_omit_memory_statistics() == SQLITE_OK

/// Called by SQLite after each try to get a lock that another connection holds; 0 gives up.
///
/// Its own handler sleeps up to 100 ms between two tries. A busy writer lets go of the lock for
/// moments only, and another process would hardly ever meet one.
private func waitForLock(limitMs: Int, tries: Int32) -> Int32 {
  guard Int(tries) < limitMs else { return 0 }
  usleep(1_000)
  return 1
}
