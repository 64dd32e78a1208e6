/// Follows one call: whether its request has begun, and its answer, within bounds.
final class ResponseSink {
  private(set) var headers: [(name: String, value: String)] = []
  private(set) var body: [UInt8] = []
  /// Set when a bound was passed: why the rest was not read.
  private(set) var refusal: String?
  /// The request, or a first part of it, may have been sent.
  private(set) var hasRequestBegun = false
  /// The empty line that ends the head was there. libcurl takes a connection that ends in the
  /// middle of the head for a complete answer.
  private(set) var isHeadComplete = false
  private var headerBytes = 0
  private let bodyBytesMax: Int
  private let headerBytesMax: Int
  private let stop: StopSwitch

  init(_ options: CurlTransport.Options, _ stop: StopSwitch) {
    bodyBytesMax = options.bodyBytesMax
    headerBytesMax = options.headerBytesMax
    self.stop = stop
  }

  static func from(_ context: UnsafeMutableRawPointer?) -> ResponseSink {
    guard let context else { preconditionFailure("libcurl lost the context of a call") }
    return Unmanaged<ResponseSink>.fromOpaque(context).takeUnretainedValue()
  }

  /// Asked about once a second while the call waits.
  func shallEnd() -> Bool {
    guard stop.isOff else { return false }
    refusal = "the program is stopping"
    return true
  }

  func requestBegins() { hasRequestBegun = true }

  /// - Returns: The bytes taken; fewer than given makes libcurl end the call.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= bodyBytesMax else {
      refusal = "the answer is larger than \(bodyBytesMax) bytes"
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  /// One line, with its line end. A status line begins a new head: a 100 came before it.
  func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= headerBytesMax else {
      refusal = "the answer's head is larger than \(headerBytesMax) bytes"
      return 0
    }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      headers = []
      isHeadComplete = false
    } else if line == "\r\n" || line == "\n" {
      isHeadComplete = true
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      headers.append(
        (String(line[..<colon]), trimmed(line[line.utf8.index(after: colon)...])))
    }
    return bytes.count
  }

  private func trimmed(_ text: Substring) -> String {
    var rest = text.utf8
    while let first = rest.first, first == 32 || first == 9 { rest.removeFirst() }
    while let last = rest.last, [32, 9, 13, 10].contains(last) { rest.removeLast() }
    return String(Substring(rest))
  }
}
