/// JSON to be shown, built by hand so that a row needs no type of its own and streams.
public indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case text(String)
  case array([JSON])
  /// In the order given; fields that are null are left out.
  case object([Field])
  /// JSON already, e.g. a stored request.
  case verbatim(String)

  public struct Field: Hashable, Sendable {
    public let name: String
    public let value: JSON
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  public init(_ text: String?) { self = text.map(JSON.text) ?? .null }
  public init(_ number: Int64?) { self = number.map(JSON.integer) ?? .null }

  /// An object, in the order of the literal.
  public static func fields(_ fields: KeyValuePairs<String, JSON>) -> JSON {
    .object(fields.map { Field($0.key, $0.value) })
  }

  public var rendered: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the text as UTF-8.
  public func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .text(let text): Self.appendText(text, to: &bytes)
    case .verbatim(let text): bytes += text.utf8
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let fields): Self.appendFields(fields, to: &bytes)
    }
  }

  private static func appendFields(_ fields: [Field], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for field in fields where field.value != .null {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      appendText(field.name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      field.value.append(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func appendText(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case 0x0A: bytes += #"\n"#.utf8
      case 0x00..<0x20:
        let hex = String(byte, radix: 16)
        bytes += "\\u00\(hex.utf8.count == 1 ? "0" : "")\(hex)".utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
