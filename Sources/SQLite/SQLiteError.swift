import CSQLite

/// Why SQLite did not do what it was asked, with the SQL and never the data.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The primary result code, e.g. 5 (`SQLITE_BUSY`).
  public let code: Int32
  /// The extended result code, e.g. 2067 (`SQLITE_CONSTRAINT_UNIQUE`).
  public let extendedCode: Int32
  /// SQLite's own words; constraint names and columns, no values.
  public let message: String
  /// The statement, with its placeholders.
  public let sql: String?

  /// - Parameter extendedCode: Its low byte is the primary code.
  public init(extendedCode: Int32, message: String, sql: String?) {
    code = extendedCode & 0xff
    self.extendedCode = extendedCode
    self.message = message
    self.sql = sql
  }

  public var description: String {
    "SQLite \(extendedCode): \(message)" + (sql.map { " in: \($0)" } ?? "")
  }

  /// What the failure asks of the caller.
  public var category: Category {
    switch code {
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_PERM,
      SQLITE_PROTOCOL, SQLITE_INTERRUPT, SQLITE_ABORT, SQLITE_AUTH:
      .unavailable
    case SQLITE_CONSTRAINT: .constraint
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .corrupt
    default: .statement
    }
  }

  /// The result codes, grouped by what has to be done.
  /// - Source: https://www.sqlite.org/rescode.html
  public enum Category: Hashable, Sendable {
    /// Another process holds the lock longer than the busy timeout: try again.
    case busy
    /// The disk is full, read-only or failing: an operator must act, then it works again.
    case unavailable
    /// A rule of the schema refused the row.
    case constraint
    /// The file is damaged, or no database.
    case corrupt
    /// The statement is wrong: a mistake in the program.
    case statement
  }
}
