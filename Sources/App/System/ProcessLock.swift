import Glibc

/// Tells whether another process of ours uses the same database.
///
/// Every process holds a shared lock on a file beside the database for as long as it lives; the
/// kernel gives it back whatever way the process ends. So whoever can have it alone knows that all
/// work in hand belongs to the dead, and need not wait until its leases expire.
final class ProcessLock: Sendable {
  /// Nobody else was there when the lock was taken.
  let isAlone: Bool
  private let descriptor: Int32

  /// - Throws: `StartFailure` if the file cannot be made.
  init(databasePath: String) throws {
    let path = databasePath + "-lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StartFailure(
        description: "\(path) cannot be opened: " + String(cString: strerror(errno)))
    }
    isAlone = flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// Lets others in. To be called once what the dead left is taken up.
  func share() { while flock(descriptor, LOCK_SH) != 0, errno == EINTR {} }

  deinit { close(descriptor) }
}
