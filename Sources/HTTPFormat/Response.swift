/// An answer. `Content-Length`, `Date` and `Connection` are added when it is written.
public struct Response: Sendable, Hashable {
  public var status: Int
  public var headers: Headers
  public var body: [UInt8]

  public init(status: Int, headers: Headers = Headers(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public static func text(_ status: Int, _ text: String) -> Response {
    Response(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"],
      body: Array(text.utf8))
  }

  public static func json(_ status: Int, _ json: String) -> Response {
    Response(
      status: status, headers: ["Content-Type": "application/json"], body: Array(json.utf8))
  }
}

/// What a handler wants done with the connection.
public enum Reply: Sendable, Hashable {
  case response(Response)
  /// Close without an answer: how the sandbox plays a lost one.
  case hangUp
}
