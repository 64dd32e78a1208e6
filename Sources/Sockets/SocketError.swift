import Glibc

/// A call of the operating system that failed.
public struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The call and what it was for, e.g. `bind 127.0.0.1:8080`.
  public let operation: String
  /// `errno`, or 0 where `reason` comes from elsewhere (name resolution, a malformed address).
  public let code: Int32
  public let reason: String

  public init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
    reason = String(cString: strerror(code))
  }

  public init(_ operation: String, reason: String) {
    self.operation = operation
    code = 0
    self.reason = reason
  }

  public var description: String { "\(operation): \(reason)" }

  /// The error of the call that has just failed on this thread.
  static func last(_ operation: String) -> SocketError { SocketError(operation, code: errno) }
}
