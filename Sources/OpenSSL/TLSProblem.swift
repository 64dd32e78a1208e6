import COpenSSL

/// Why a certificate or a key cannot be used.
public struct TLSProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which of the two files is at fault.
  public enum File: Sendable, Hashable { case certificate, key }

  public let file: File
  /// The path, and what is wrong with it: never anything of its content but names.
  public let description: String

  init(_ file: File, _ path: String, _ problem: String) {
    self.file = file
    description = "\(path) \(problem)"
  }
}

/// The errors that libcrypto keeps for each thread.
enum ErrorQueue {
  /// - Returns: the reason that was recorded first, which is the deepest one, and its code.
  static func take() -> (code: Int32, reason: String) {
    let error = ERR_peek_error()
    defer { ERR_clear_error() }
    guard error != 0 else { return (0, "unknown error") }
    let reason = ERR_reason_error_string(error).map { String(cString: $0) } ?? "error \(error)"
    return (ERR_GET_REASON(error), reason)
  }
}
