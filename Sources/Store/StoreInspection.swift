import Glibc

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
  /// - Throws: `StoreError`: locked, not writable, or no database of this program.
  public init(path: String) throws {
    // Before it is opened: opening turns the write-ahead log on, and that stays with the file.
    guard DatabaseHeader(path: path).mayBeOurs else {
      throw StoreError.corrupt("it was not made by this program")
    }
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

/// The beginning of a file, read without SQLite.
/// - Source: https://www.sqlite.org/fileformat.html, the database header.
private struct DatabaseHeader {
  private static let bytesMax = 20
  private static let magic = Array("SQLite format 3\0".utf8)
  private let bytes: [UInt8]?

  init(path: String) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      bytes = nil
      return
    }
    // No lock of this process can be lost by closing it: none is held before the file is opened.
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: Self.bytesMax)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    bytes = count < 0 ? nil : Array(buffer.prefix(count))
  }

  /// Empty, or a database in write-ahead mode (versions 2 to read and to write). What cannot be
  /// read is left to SQLite, which says why.
  var mayBeOurs: Bool {
    guard let bytes, !bytes.isEmpty else { return true }
    return bytes.count == Self.bytesMax && bytes.starts(with: Self.magic) && bytes[18] == 2
      && bytes[19] == 2
  }
}
