import Glibc

/// Which file a name stands for.
///
/// A database that was moved, deleted or replaced under a running program still takes commits, into
/// a file that the next start does not find. SQLite does not look; so we do, after each commit and
/// before anybody is told of it.
struct FileIdentity: Equatable {
  private let device: UInt64
  private let number: UInt64

  /// nil if there is no such file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}

/// The files that a connection writes to, by name and by identity.
struct WatchedFiles {
  private let path: String
  private let database: FileIdentity?
  /// Known from the first commit on: SQLite makes the log when it needs it, and keeps it for as
  /// long as any connection is open.
  private var log: FileIdentity?

  /// - Returns: nil for a database that has no file.
  init?(path: String) {
    guard path != ":memory:" else { return nil }
    self.path = path
    database = FileIdentity(path: path)
  }

  /// To be called after a commit.
  /// - Throws: `StoreError.unavailable` if what was committed is not where the next start looks.
  mutating func check() throws(StoreError) {
    guard FileIdentity(path: path) == database else { throw gone(path) }
    let found = FileIdentity(path: path + "-wal")
    guard found != nil, log == nil || log == found else { throw gone(path + "-wal") }
    log = found
  }

  private func gone(_ path: String) -> StoreError {
    .unavailable(
      "\(path) was moved, deleted or replaced while in use; put it back, or restart the program")
  }
}
