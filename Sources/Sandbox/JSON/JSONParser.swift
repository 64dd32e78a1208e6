extension JSONValue {
  /// Reads JSON text (RFC 8259), keeping the order of members, repeated names and the digits of
  /// numbers.
  ///
  /// - Throws: `JSONError` with the offset of the first byte that does not fit.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

  /// As for text, from UTF-8 bytes.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

/// Text that is no JSON.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// The number of bytes before the one that does not fit.
  public let offset: Int
  public var description: String { "no JSON at byte \(offset)" }
}

/// A recursive-descent reader.
struct JSONParser {
  /// Deeper nesting is refused: it would use up the stack of a worker thread.
  static let depthMax = 128

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    guard position == bytes.count else { throw error }
    return value
  }

  private var error: JSONError { JSONError(offset: position) }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    guard let byte = next, depth < Self.depthMax else { throw error }
    depth += 1
    let value: JSONValue
    switch byte {
    case UInt8(ascii: "{"): value = .object(try members())
    case UInt8(ascii: "["): value = .array(try elements())
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "t"): value = try word("true", .bool(true))
    case UInt8(ascii: "f"): value = try word("false", .bool(false))
    case UInt8(ascii: "n"): value = try word("null", .null)
    default: value = .number(try number())
    }
    depth -= 1
    skipSpace()
    return value
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 { try expect(byte) }
    return value
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard next == byte else { throw error }
    position += 1
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func elements() throws(JSONError) -> [JSONValue] {
    try expect(UInt8(ascii: "["))
    skipSpace()
    if take("]") { return [] }
    var elements: [JSONValue] = []
    repeat { elements.append(try value()) } while take(",")
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func members() throws(JSONError) -> [JSONValue.Member] {
    try expect(UInt8(ascii: "{"))
    skipSpace()
    if take("}") { return [] }
    var members: [JSONValue.Member] = []
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      members.append(JSONValue.Member(name, try value()))
    } while take(",")
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, (48...57).contains(byte) { position += 1 }
    guard position > start else { throw error }
  }

  private mutating func string() throws(JSONError) -> String {
    try expect(UInt8(ascii: "\""))
    var output: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: output, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &output)
      case 0..<32:
        position -= 1
        throw error
      default: output.append(byte)
      }
    }
    throw error
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(8)
    case UInt8(ascii: "f"): output.append(12)
    case UInt8(ascii: "n"): output.append(10)
    case UInt8(ascii: "r"): output.append(13)
    case UInt8(ascii: "t"): output.append(9)
    case UInt8(ascii: "u"): output += Array(String(try scalar()).utf8)
    default: throw error
    }
  }

  /// A `\u` escape, or two that form a surrogate pair; a lone surrogate becomes U+FFFD.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let unit = try codeUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let mark = position
    if take("\\"), take("u") {
      let low = try codeUnit()
      if unit < 0xDC00, (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    position = mark
    return "\u{FFFD}"
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    let digits = bytes[position..<min(position + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ isHex($0) }),
      let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error }
    position += 4
    return unit
  }

  private func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...70, 97...102: true
    default: false
    }
  }
}
