import Domain
import HTTPFormat
import OpenSSL

/// Checks `X-AUTH-TOKEN` against the operator's password, in constant time (X1).
public struct Authentication: Sendable {
  private let password: Secret

  public init(password: Secret) { self.password = password }

  /// - Returns: the refusal (interface.md §4), or nil when the request may go on.
  func refusal(_ request: Request) -> Response? {
    guard let token = request.headers["X-AUTH-TOKEN"] else {
      return .json(401, #"{"message":"Authentication Required"}"#)
    }
    let matches = password.reveal { Self.equal(token, $0) }
    return matches ? nil : .json(403, #"{"message":"Invalid credentials."}"#)
  }

  /// Compares codes of both texts under a key of this process, so that not even the length of the
  /// password shows in the time taken.
  private static func equal(_ left: String, _ right: String) -> Bool {
    constantTimeEqual(
      comparisonKey.code(of: Array(left.utf8)), comparisonKey.code(of: Array(right.utf8)))
  }

  private static let comparisonKey = HMACSHA256(key: randomBytes(32))
}
