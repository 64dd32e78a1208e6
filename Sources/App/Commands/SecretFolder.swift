import Domain
import FoundationEssentials
import Glibc

/// A folder that holds secrets, a file each, readable by their owner alone: what the `…_FILE`
/// variables point to.
struct SecretFolder {
  private let path: String

  /// - Throws: `StartFailure` if no file can be made there: known before a secret exists that
  ///   would then be lost.
  init(_ path: String) throws {
    self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    mkdir(self.path, 0o700)
    guard access(self.path, W_OK | X_OK) == 0 else {
      throw StartFailure(
        description: "--store \(path): \(String(cString: strerror(errno))). Give a folder that "
          + "this user may write to")
    }
  }

  /// Writes the secret in front of those that the file holds already: while an endpoint is
  /// replaced, both are good (W3).
  /// - Returns: the path of the file.
  /// - Throws: `StartFailure` with the reason; it holds no secret.
  func add(_ secret: Secret, named name: String) throws -> String {
    let file = "\(path)/\(name.lowercased())"
    let old = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    let kept = old.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
    let text = secret.reveal { new in ([new] + kept.filter { $0 != new }).joined(separator: ",") }
    let fresh = file + ".new"
    unlink(fresh)
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(fresh) }
    let bytes = Array((text + "\n").utf8)
    let isWritten =
      write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    let reason = errno
    close(descriptor)
    guard isWritten else {
      errno = reason
      throw failure(fresh)
    }
    guard rename(fresh, file) == 0 else { throw failure(file) }
    return file
  }

  private func failure(_ file: String) -> StartFailure {
    StartFailure(description: "\(file): \(String(cString: strerror(errno)))")
  }
}
