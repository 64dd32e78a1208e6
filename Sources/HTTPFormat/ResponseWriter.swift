/// `Response` to bytes (RFC 9112 4 to 6).
public enum ResponseWriter {
  /// What the answer says about the connection it comes on.
  public enum Connection: Sendable, Hashable {
    /// Persistent as HTTP/1.1 is by default: nothing is said.
    case keep
    /// Persistent, said in so many words to an HTTP/1.0 client.
    case keepAlive
    case close
  }

  /// A response that must not be sent as it is.
  public enum Fault: Error, Sendable, Hashable {
    /// Only final statuses are answers: 200 to 599.
    case status(Int)
    /// A name that is no token, or a value with a control character: it would split the answer.
    case field(name: String)
  }

  /// The bytes that make a client with `Expect: 100-continue` send its body.
  public static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// Appends the answer to `output`, with `Content-Length`, `Date` and `Connection`. Those fields
  /// of the response itself are ignored: framing belongs to the connection.
  ///
  /// - Parameters:
  ///   - date: the value of `Date`, see `HTTPDate`. The caller keeps it for a second.
  ///   - isHead: the request was a HEAD, so the length is told and the content left out.
  ///   - isSecure: it goes over TLS: clients are to use nothing else for a year (RFC 6797).
  /// - Throws: `Fault`; then nothing was appended.
  public static func append(
    _ response: Response, to output: inout [UInt8], date: String, connection: Connection,
    isHead: Bool = false, isSecure: Bool = false
  ) throws(Fault) {
    guard (200...599).contains(response.status) else { throw .status(response.status) }
    for field in response.headers.fields where !isSafe(field) { throw .field(name: field.name) }

    let hasContent = response.status != 204 && response.status != 304
    output.reserveCapacity(output.count + 256 + (isHead ? 0 : response.body.count))
    output += "HTTP/1.1 ".utf8
    appendNumber(response.status, to: &output)
    output.append(.space)
    output += reason(response.status).utf8
    output += "\r\n".utf8
    for field in response.headers.fields where !isFraming(field.name) {
      output += field.name.utf8
      output += ": ".utf8
      output += field.value.utf8
      output += "\r\n".utf8
    }
    if hasContent {
      output += "Content-Length: ".utf8
      appendNumber(response.body.count, to: &output)
      output += "\r\n".utf8
    }
    if isSecure, response.headers["Strict-Transport-Security"] == nil {
      output += "Strict-Transport-Security: max-age=31536000\r\n".utf8
    }
    output += "Date: ".utf8
    output += date.utf8
    switch connection {
    case .keep: output += "\r\n\r\n".utf8
    case .keepAlive: output += "\r\nConnection: keep-alive\r\n\r\n".utf8
    case .close: output += "\r\nConnection: close\r\n\r\n".utf8
    }
    if hasContent, !isHead { output += response.body }
  }

  /// Whether a response asks for its connection to be closed.
  public static func asksToClose(_ response: Response) -> Bool {
    response.headers.values("Connection").contains { Headers.same($0, "close") }
  }

  /// The reason phrase of a status (RFC 9110 15), empty for one without a name here.
  public static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 425: "Too Early"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: ""
    }
  }

  private static func isSafe(_ field: Headers.Field) -> Bool {
    !field.name.isEmpty && field.name.utf8.allSatisfy(\.isTokenByte)
      && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == .tab }
  }

  private static func isFraming(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4: Headers.same(name, "date")
    case 10: Headers.same(name, "connection")
    case 14: Headers.same(name, "content-length")
    case 17: Headers.same(name, "transfer-encoding")
    default: false
    }
  }

  private static func appendNumber(_ number: Int, to output: inout [UInt8]) {
    if number >= 10 { appendNumber(number / 10, to: &output) }
    output.append(UInt8(48 + number % 10))
  }
}
