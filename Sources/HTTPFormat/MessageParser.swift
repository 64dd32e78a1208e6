/// One request on its way from bytes to `Request`. Consumes what it can and leaves an unfinished
/// line to the caller, who presents it again with more bytes behind it.
///
/// Bytes are judged strictly from left to right and limits by position alone, so that the answer
/// never depends on how the network cut the message.
struct MessageParser {
  enum Progress {
    case incomplete
    case complete(IncomingRequest)
    case invalid(Refusal)
  }

  private enum Phase {
    case requestLine
    case fields
    case sizedBody(remaining: Int)
    case chunkLine
    case chunkData(remaining: Int)
    case chunkEnd
    case trailers(count: Int, bytes: Int)
  }

  private enum Line {
    case complete(Bytes)
    case incomplete
  }

  private let limits: HTTPLimits
  private let remoteAddress: String
  private var phase = Phase.requestLine
  /// Bytes of the unfinished line in which no line end was found yet.
  private var scannedBytes = 0
  private var headBytes = 0
  private var emptyLines = 0
  private var extensionBytes = 0
  private(set) var method = ""
  private var target: RequestTarget?
  private var minorVersion = 1
  private var reader = FieldReader()
  private var body: [UInt8] = []

  init(limits: HTTPLimits, remoteAddress: String) {
    self.limits = limits
    self.remoteAddress = remoteAddress
  }

  /// Whether a byte of the message was consumed or scanned.
  var hasBegun: Bool { headBytes > 0 || scannedBytes > 0 }

  /// Whether the head is complete and the body is not.
  var isInBody: Bool {
    switch phase {
    case .requestLine, .fields: false
    case .sizedBody, .chunkLine, .chunkData, .chunkEnd, .trailers: true
    }
  }

  /// Whether the client may be holding the body back until it sees 100 (RFC 9110 10.1.1).
  var awaitsContinue: Bool {
    guard isInBody, reader.expectsContinue, minorVersion > 0 else { return false }
    return body.isEmpty && extensionBytes == 0 && scannedBytes == 0
  }

  /// Takes bytes of `input` from `position` on, and moves `position` past them.
  mutating func parse(_ input: UnsafeRawBufferPointer, from position: inout Int) -> Progress {
    do throws(Refusal) {
      while true {
        switch phase {
        case .requestLine:
          guard case .complete(let line) = try headLine(input, &position) else {
            return .incomplete
          }
          try readRequestLine(line)
        case .fields:
          guard case .complete(let line) = try headLine(input, &position) else {
            return .incomplete
          }
          guard line.isEmpty else {
            try reader.read(line, limits: limits)
            continue
          }
          try beginBody()
          if case .sizedBody(remaining: 0) = phase { return .complete(request()) }
        case .sizedBody(let remaining):
          let taken = take(remaining, input, &position)
          guard taken == remaining else {
            phase = .sizedBody(remaining: remaining - taken)
            return .incomplete
          }
          return .complete(request())
        case .chunkLine, .chunkData, .chunkEnd:
          guard try readChunk(input, &position) else { return .incomplete }
        case .trailers(let count, let bytes):
          let before = position
          let over = Refusal(431, "trailers too large")
          let limit = limits.headerBytesMax - bytes
          guard case .complete(let line) = try nextLine(input, &position, limit: limit, over: over)
          else { return .incomplete }
          guard !line.isEmpty else { return .complete(request()) }
          guard count < limits.headerCountMax else { throw Refusal(431, "too many trailers") }
          // Checked like any field, then dropped: RFC 9110 6.5.1 lets nothing in them be merged.
          _ = try FieldReader.split(line)
          phase = .trailers(count: count + 1, bytes: bytes + position - before)
        }
      }
    } catch {
      return .invalid(error)
    }
  }

  /// A message whose sender ended in the middle of it.
  var cutShort: Refusal { Refusal(400, "the message ends in the middle") }

  // MARK: - Lines

  private mutating func headLine(
    _ input: UnsafeRawBufferPointer, _ position: inout Int
  ) throws(Refusal) -> Line {
    var limit = limits.headerBytesMax - headBytes
    var over = Refusal(431, "head too large")
    if case .requestLine = phase {
      // What is not the target of a request line is a method of at most 32 bytes and a version.
      let lineMax = limits.targetBytesMax + 48
      if lineMax < limit { (limit, over) = (lineMax, Refusal(414, "request line too long")) }
    }
    let before = position
    let line = try nextLine(input, &position, limit: limit, over: over)
    headBytes += position - before
    return line
  }

  /// The bytes up to the next CR LF, which must begin within `limit` bytes.
  private mutating func nextLine(
    _ input: UnsafeRawBufferPointer, _ position: inout Int, limit: Int, over: Refusal
  ) throws(Refusal) -> Line {
    var index = position + scannedBytes
    while true {
      index = input.firstControl(from: index)
      guard index - position < limit else { throw over }
      guard index < input.count else { break }
      if input[index] == .tab {
        index += 1
        continue
      }
      guard input[index] == .carriageReturn else {
        throw Refusal(400, "control character or bare LF")
      }
      guard index + 1 < input.count else { break }
      guard input[index + 1] == .lineFeed else { throw Refusal(400, "bare CR") }
      let line = input[position..<index]
      position = index + 2
      scannedBytes = 0
      return .complete(line)
    }
    scannedBytes = index - position
    return .incomplete
  }

  // MARK: - Head

  private mutating func readRequestLine(_ line: Bytes) throws(Refusal) {
    if line.isEmpty {
      emptyLines += 1
      guard emptyLines <= limits.leadingEmptyLinesMax else {
        throw Refusal(400, "too many empty lines")
      }
      return
    }
    let malformed = Refusal(400, "malformed request line")
    guard let first = line.firstIndex(of: .space), let last = line.lastIndex(of: .space),
      first < last
    else { throw malformed }
    let (method, target) = (line[..<first], line[(first + 1)..<last])
    guard method.isToken, !target.isEmpty else { throw malformed }
    self.method = method.string
    try readVersion(line[(last + 1)...])
    guard method.count <= 32 else { throw Refusal(501, "method unknown") }
    guard target.count <= limits.targetBytesMax else { throw Refusal(414, "target too long") }
    self.target = try RequestTarget(target, method: method)
    phase = .fields
  }

  /// `HTTP/1.0` and `HTTP/1.1`; a higher minor version is served as 1.1 (RFC 9110 2.5).
  private mutating func readVersion(_ bytes: Bytes) throws(Refusal) {
    let start = bytes.startIndex
    guard bytes.count == 8, bytes.prefix(5).elementsEqual("HTTP/".utf8),
      bytes[start + 5].isDigit, bytes[start + 6] == .dot, bytes[start + 7].isDigit
    else { throw Refusal(400, "malformed HTTP version") }
    guard bytes[start + 5] == UInt8(ascii: "1") else {
      throw Refusal(505, "HTTP version not supported")
    }
    minorVersion = min(1, Int(bytes[start + 7] - 48))
  }

  private mutating func beginBody() throws(Refusal) {
    try reader.check(minorVersion: minorVersion, limits: limits)
    if let authority = target?.authority { reader.replaceHost(authority) }
    guard !reader.isChunked else {
      phase = .chunkLine
      return
    }
    let length = reader.contentLength ?? 0
    phase = .sizedBody(remaining: length)
    // A length is a claim: memory beyond the first pages is given for bytes that came.
    if length > 0 { body.reserveCapacity(min(length, 16 * 1_024)) }
  }

  // MARK: - Body

  private mutating func take(
    _ wanted: Int, _ input: UnsafeRawBufferPointer, _ position: inout Int
  ) -> Int {
    let count = min(wanted, input.count - position)
    body.append(contentsOf: input[position..<position + count])
    position += count
    return count
  }

  /// One step within a chunk; false when more bytes are needed.
  private mutating func readChunk(
    _ input: UnsafeRawBufferPointer, _ position: inout Int
  ) throws(Refusal) -> Bool {
    switch phase {
    case .chunkData(let remaining):
      let taken = take(remaining, input, &position)
      phase = taken == remaining ? .chunkEnd : .chunkData(remaining: remaining - taken)
      return taken == remaining
    case .chunkEnd:
      let over = Refusal(400, "chunk longer than its size")
      guard case .complete = try nextLine(input, &position, limit: 1, over: over) else {
        return false
      }
      phase = .chunkLine
      return true
    case .chunkLine:
      let over = Refusal(431, "chunk line too long")
      let limit = limits.chunkLineBytesMax
      guard case .complete(let line) = try nextLine(input, &position, limit: limit, over: over)
      else { return false }
      let chunk = try ChunkLine(line)
      extensionBytes += chunk.extensionBytes
      guard extensionBytes <= limits.chunkExtensionBytesMax else {
        throw Refusal(431, "chunk extensions too large")
      }
      guard chunk.size <= limits.bodyBytesMax - body.count else {
        throw Refusal(413, "body too large")
      }
      phase = chunk.size == 0 ? .trailers(count: 0, bytes: 0) : .chunkData(remaining: chunk.size)
      return true
    case .requestLine, .fields, .sizedBody, .trailers: return true
    }
  }

  private mutating func request() -> IncomingRequest {
    let keepsAlive = !reader.saysClose && (minorVersion > 0 || reader.saysKeepAlive)
    let request = Request(
      method: method, path: target?.path ?? "/", query: target?.query,
      headers: Headers(reader.fields), body: body, remoteAddress: remoteAddress)
    body = []
    return IncomingRequest(
      request: request, keepsAlive: keepsAlive, isHTTP10: minorVersion == 0)
  }
}
