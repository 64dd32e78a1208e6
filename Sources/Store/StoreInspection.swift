/// What can be told of a database file without bringing it to this program's schema.
public struct StoreInspection: Hashable, Sendable {
  /// Steps of the schema that it has; 0 for an empty file.
  public let version: Int
  /// Steps that this program knows.
  public let known: Int
  /// `live` or `test`, once it was used (X2).
  public let mode: String?

  /// - Parameter path: Of an existing file. It is opened for writing, so that a lock or a
  ///   read-only file system shows, and left as it is.
  /// - Throws: `StoreError`: locked, not writable, or no database.
  public init(path: String) throws {
    let database = try SQLiteDatabase(path: path, mode: .inline)
    defer { database.close() }
    let (version, mode) = try database.write { connection in
      let names = try connection.run(
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
      ).map { try $0.text("name") }
      guard names.contains("schema_version") else {
        guard names.isEmpty else { throw StoreError.corrupt("it holds tables of another program") }
        return (0, String?.none)
      }
      let version = try connection.run(
        "SELECT COALESCE(MAX(version), 0) AS version FROM schema_version"
      )[0].int("version")
      guard names.contains("checkpoint") else { return (version, nil) }
      let mode = try connection.run(
        "SELECT value FROM checkpoint WHERE name = 'identity/mode'"
      ).first?.text("value")
      return (version, mode)
    }
    (self.version, self.mode, known) = (Int(version), mode, Migrations.all.count)
  }
}
