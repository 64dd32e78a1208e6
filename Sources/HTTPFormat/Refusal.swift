/// Why a request is refused before any handler sees it. The connection is closed afterwards,
/// because the framing of what follows is lost or not worth reading.
public struct Refusal: Error, Sendable, Hashable {
  /// The status of the answer, 400 or above.
  public let status: Int
  /// What was wrong, for the client. It never repeats what the client sent.
  public let reason: String

  public init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// The answer: `{"message": reason}`.
  public var response: Response {
    var response = Response.json(status, "{\"message\":\"\(reason)\"}")
    // RFC 9110 15.5.16: 415 says which codings would have been taken.
    if status == 415 { response.headers.append("Accept-Encoding", "identity") }
    return response
  }
}
