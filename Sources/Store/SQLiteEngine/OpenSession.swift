import Glibc
import SQLite

extension SQLiteSession {
  enum Role { case writer, reader }

  /// Opens a connection with the settings that durability rests on.
  /// - Throws: `StoreError.unavailable` also when a setting did not take: an acknowledged event
  ///   would otherwise be lost with the power.
  static func open(
    path: String, role: Role, limits: SQLiteDatabase.Limits
  ) throws(StoreError) -> SQLiteSession {
    if path != ":memory:" { createPrivateFile(path) }
    do {
      let connection = try Connection(path: path, busyTimeoutMs: limits.busyTimeoutMs)
      let journal = try journalMode(of: connection)
      guard journal == (path == ":memory:" ? "memory" : "wal") else {
        throw StoreError.unavailable("\(path) cannot use a write-ahead log (\(journal ?? "?"))")
      }
      try connection.execute("PRAGMA synchronous = FULL")
      try connection.execute("PRAGMA foreign_keys = ON")
      try connection.execute("PRAGMA wal_autocheckpoint = \(limits.checkpointPages)")
      guard try connection.scalar("PRAGMA synchronous") == "2",
        try connection.scalar("PRAGMA foreign_keys") == "1"
      else { throw StoreError.unavailable("SQLite refused synchronous=FULL or foreign_keys=ON") }
      if role == .reader { try connection.execute("PRAGMA query_only = ON") }
      return SQLiteSession(connection, path: path)
    } catch let error as SQLiteError {
      throw StoreError(error)
    } catch let error as StoreError {
      throw error
    } catch {
      throw .unavailable("\(error)")
    }
  }

  /// Turns the write-ahead log on. SQLite does not wait for the lock here when another process
  /// makes the same new file at the same moment, so a few tries are made.
  private static func journalMode(of connection: Connection) throws(SQLiteError) -> String? {
    for _ in 0..<50 {
      do { return try connection.scalar("PRAGMA journal_mode = WAL") } catch {
        guard error.category == .busy else { throw error }
        usleep(20_000)
      }
    }
    return try connection.scalar("PRAGMA journal_mode = WAL")
  }

  /// Payloads hold personal data: the file, and with it its log, is for its owner only.
  ///
  /// `O_EXCL`, because closing a descriptor of a file that exists would drop the locks that this
  /// process holds on it (POSIX advisory locks). SQLite reports what fails here.
  private static func createPrivateFile(_ path: String) {
    let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 { Glibc.close(descriptor) }
  }
}
