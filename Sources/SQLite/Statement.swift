import CSQLite
import Glibc

/// A prepared statement, finalized when its last owner lets go. Used by one thread at a time, as
/// its connection is.
public final class Statement {
  private let handle: OpaquePointer
  private let sql: String
  /// For the parameter `$n`, at index n: SQLite's own number of it. 0 where the SQL lacks it.
  ///
  /// SQLite takes `$1` for a *name* and numbers parameters by their first appearance, so `$2`
  /// before `$1` would be bound the wrong way round by position.
  private let positions: [Int32]
  public let columnNames: [String]

  /// - Throws: `SQLiteError` if the SQL does not compile, holds more than one statement, or has
  ///   parameters other than `$1`, `$2`, ….
  init(_ sql: String, on connection: OpaquePointer) throws(SQLiteError) {
    var prepared: OpaquePointer?
    var hasTail = false
    let code = sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
      let code = sqlite3_prepare_v3(connection, text, -1, flags, &prepared, &tail)
      hasTail = tail.map { Self.holdsMore($0) } ?? false
      return code
    }
    guard code == SQLITE_OK, let prepared else {
      let message = prepared == nil && code == SQLITE_OK ? "empty" : lastMessage(connection)
      throw SQLiteError(
        extendedCode: code == SQLITE_OK ? SQLITE_MISUSE : sqlite3_extended_errcode(connection),
        message: message, sql: sql)
    }
    guard !hasTail, let positions = Self.positions(of: prepared) else {
      sqlite3_finalize(prepared)
      throw SQLiteError(
        extendedCode: SQLITE_MISUSE,
        message: hasTail ? "more than one statement" : "parameters must be $1, $2, …", sql: sql)
    }
    handle = prepared
    self.sql = sql
    self.positions = positions
    columnNames = (0..<sqlite3_column_count(prepared)).map {
      sqlite3_column_name(prepared, $0).map { String(cString: $0) } ?? ""
    }
  }

  deinit { sqlite3_finalize(handle) }  // returns the last step's error again; already thrown

  /// How many values the statement takes: the highest `$n`.
  public var parameterCount: Int { positions.count - 1 }

  /// - Parameter number: 1 for `$1`.
  public func bind(_ value: Int64, at number: Int) throws(SQLiteError) {
    try check(sqlite3_bind_int64(handle, positions[number], value), at: number)
  }

  public func bind(_ value: String, at number: Int) throws(SQLiteError) {
    var value = value
    let code = value.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        // A nil pointer would bind NULL instead of the empty text.
        guard let start = text.baseAddress else {
          return sqlite3_bind_text(handle, positions[number], "", 0, transient)
        }
        return sqlite3_bind_text(handle, positions[number], start, Int32(text.count), transient)
      }
    }
    try check(code, at: number)
  }

  public func bind(_ value: [UInt8], at number: Int) throws(SQLiteError) {
    let code = value.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, !bytes.isEmpty else {
        return sqlite3_bind_zeroblob(handle, positions[number], 0)
      }
      return sqlite3_bind_blob(handle, positions[number], start, Int32(bytes.count), transient)
    }
    try check(code, at: number)
  }

  public func bindNull(at number: Int) throws(SQLiteError) {
    try check(sqlite3_bind_null(handle, positions[number]), at: number)
  }

  /// - Returns: Whether there is a row to read.
  public func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw failure()
    }
  }

  /// Makes it ready for the next use, and lets go of the values.
  public func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  /// A value of the present row.
  public enum Column {
    case null
    case integer(Int64)
    case real
    case text(String)
    case blob([UInt8])
  }

  public func column(_ index: Int) -> Column {
    let index = Int32(index)
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
    case SQLITE_TEXT:
      let start = sqlite3_column_text(handle, index)
      let count = Int(sqlite3_column_bytes(handle, index))
      return .text(
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(handle, index)
      let count = Int(sqlite3_column_bytes(handle, index))
      return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    case SQLITE_FLOAT: return .real
    default: return .null
    }
  }

  private func check(_ code: Int32, at number: Int) throws(SQLiteError) {
    guard code != SQLITE_OK, positions[number] != 0 else { return }  // 0: the SQL skips `$n`
    throw failure()
  }

  private func failure() -> SQLiteError {
    let systemError = errno  // before anything else changes it
    let connection = sqlite3_db_handle(handle)
    return SQLiteError(
      extendedCode: sqlite3_extended_errcode(connection),
      message: failureMessage(connection, systemError), sql: sql)
  }

  private static func positions(of statement: OpaquePointer) -> [Int32]? {
    var positions: [Int32] = [0]
    let count = sqlite3_bind_parameter_count(statement)
    guard count > 0 else { return positions }
    for position in 1...count {
      guard let name = sqlite3_bind_parameter_name(statement, position) else { return nil }
      let text = String(cString: name)
      guard text.hasPrefix("$"), let number = Int(text.dropFirst()), (1...99).contains(number)
      else { return nil }
      while positions.count <= number { positions.append(0) }
      positions[number] = position
    }
    return positions
  }

  private static func holdsMore(_ tail: UnsafePointer<CChar>) -> Bool {
    String(cString: tail).contains { !$0.isWhitespace && $0 != ";" }
  }
}

/// SQLite copies the value at once. The macro is a cast, which Swift does not import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// SQLite's words, and the system's where it was the system that refused: "disk I/O error" alone
/// does not tell a read-only disk from a broken one.
private func failureMessage(_ connection: OpaquePointer?, _ lastError: Int32) -> String {
  let code = sqlite3_errcode(connection) & 0xff
  guard code == SQLITE_IOERR || code == SQLITE_CANTOPEN else { return lastMessage(connection) }
  // SQLite keeps none for a COMMIT that fails.
  let kept = sqlite3_system_errno(connection)
  let number = kept == 0 ? lastError : kept
  guard number != 0 else { return lastMessage(connection) }
  return "\(lastMessage(connection)): \(String(cString: strerror(number)))"
}

func lastMessage(_ connection: OpaquePointer?) -> String {
  sqlite3_errmsg(connection).map { String(cString: $0) } ?? "no message"
}
