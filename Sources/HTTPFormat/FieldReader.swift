/// Collects the fields of a head, and what they say about framing and the connection.
struct FieldReader {
  private(set) var fields: [Headers.Field] = []
  private(set) var hostCount = 0
  private(set) var contentLength: Int?
  private(set) var isChunked = false
  private(set) var saysClose = false
  private(set) var saysKeepAlive = false
  private(set) var expectsContinue = false
  private var hasTransferEncoding = false
  /// Refusals that wait for the end of the head, where a worse fault takes precedence.
  private var later: Refusal?

  /// Takes one line without its CR LF, in which there is no control byte but HTAB.
  mutating func read(_ line: Bytes, limits: HTTPLimits) throws(Refusal) {
    guard fields.count < limits.headerCountMax else { throw Refusal(431, "too many fields") }
    let (name, value) = try Self.split(line)
    switch name.count {
    case 4 where name.isCaseless("host"):
      hostCount += 1
      guard hostCount == 1 else { throw Refusal(400, "more than one Host field") }
      guard isHost(value) else { throw Refusal(400, "malformed Host field") }
    case 6 where name.isCaseless("expect"):
      if value.isCaseless("100-continue") {
        expectsContinue = true
      } else {
        later = later ?? Refusal(417, "expectation cannot be met")
      }
    case 10 where name.isCaseless("connection"):
      for option in value.split(separator: .comma) {
        if option.trimmed.isCaseless("close") { saysClose = true }
        if option.trimmed.isCaseless("keep-alive") { saysKeepAlive = true }
      }
    case 14 where name.isCaseless("content-length"):
      guard contentLength == nil else { throw Refusal(400, "more than one Content-Length") }
      contentLength = try Self.length(value)
    case 16 where name.isCaseless("content-encoding"):
      if !value.isCaseless("identity") { later = later ?? Refusal(415, "content coding unknown") }
    case 17 where name.isCaseless("transfer-encoding"):
      try readTransferEncoding(value)
    default: break
    }
    fields.append(Headers.Field(name: name.string, value: value.string))
  }

  /// What can be said only when all fields are known.
  func check(minorVersion: Int, limits: HTTPLimits) throws(Refusal) {
    if minorVersion > 0, hostCount == 0 { throw Refusal(400, "no Host field") }
    if hasTransferEncoding {
      // RFC 9112 6.1 and 6.3: both are how requests are smuggled. Refuse, do not pick one.
      if minorVersion == 0 { throw Refusal(400, "Transfer-Encoding in HTTP/1.0") }
      if contentLength != nil { throw Refusal(400, "Transfer-Encoding and Content-Length") }
      if !isChunked { throw Refusal(501, "transfer coding unknown") }
    }
    if (contentLength ?? 0) > limits.bodyBytesMax { throw Refusal(413, "body too large") }
    if let later, later.status != 417 || minorVersion > 0 { throw later }
  }

  /// The name and the trimmed value of a field line (RFC 9112 5).
  static func split(_ line: Bytes) throws(Refusal) -> (name: Bytes, value: Bytes) {
    if let first = line.first, first.isBlank { throw Refusal(400, "folded field line") }
    var index = line.startIndex
    while index < line.endIndex, line[index].isTokenByte { index += 1 }
    guard index > line.startIndex, index < line.endIndex, line[index] == .colon else {
      throw Refusal(400, "malformed field name")
    }
    return (line[..<index], line[(index + 1)...].trimmed)
  }

  /// Digits only (RFC 9110 8.6). A list, even of equal values, is refused as RFC 9112 6.3 allows.
  private static func length(_ value: Bytes) throws(Refusal) -> Int {
    guard !value.isEmpty, value.allSatisfy(\.isDigit) else {
      throw Refusal(400, "malformed Content-Length")
    }
    var length = 0
    for digit in value {
      guard length < Int.max / 16 else { return Int.max }  // over any limit, refused as such
      length = length * 10 + Int(digit - 48)
    }
    return length
  }

  /// `chunked` alone is served (RFC 9112 6.1). Misplaced or malformed is 400, unknown is 501.
  private mutating func readTransferEncoding(_ value: Bytes) throws(Refusal) {
    guard !hasTransferEncoding else { throw Refusal(400, "more than one Transfer-Encoding") }
    hasTransferEncoding = true
    let codings = value.split(separator: .comma, omittingEmptySubsequences: false)
      .map(\.trimmed)
    guard codings.allSatisfy(\.isToken), !codings.dropLast().contains(where: Self.isChunked)
    else { throw Refusal(400, "malformed Transfer-Encoding") }
    isChunked = codings.count == 1 && codings.allSatisfy(Self.isChunked)
  }

  private static func isChunked(_ coding: Bytes) -> Bool { coding.isCaseless("chunked") }

  /// Replaces the value of Host by the authority of an absolute target.
  mutating func replaceHost(_ authority: String) {
    for index in fields.indices where Headers.same(fields[index].name, "host") {
      fields[index].value = authority
    }
  }
}
