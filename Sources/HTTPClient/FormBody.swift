/// Parameters in `application/x-www-form-urlencoded`, in order: Stripe's request bodies, and query
/// strings.
public struct FormBody: Sendable, Hashable {
  /// `name=value&…`, encoded.
  public private(set) var text = ""

  public init() {}

  /// Adds one parameter. Brackets in the name stay as they are: `metadata[miraklId]`.
  public mutating func append(_ name: String, _ value: String) {
    appendEncoded(name, Self.encode(value))
  }

  /// Adds the parameter unless there is no value.
  public mutating func append(_ name: String, _ value: String?) {
    if let value { append(name, value) }
  }

  /// Adds one parameter whose value is encoded already.
  public mutating func appendEncoded(_ name: String, _ value: String) {
    if !text.isEmpty { text += "&" }
    text += Self.encode(name, keeping: [UInt8(ascii: "["), UInt8(ascii: "]")]) + "=" + value
  }

  public var bytes: [UInt8] { Array(text.utf8) }

  /// Percent-encodes everything but the unreserved characters of RFC 3986 2.3, so that a space
  /// becomes `%20` and a `+` does not become a space on the other side.
  public static func encode(_ text: String) -> String { encode(text, keeping: []) }

  private static func encode(_ text: String, keeping kept: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if isUnreserved(byte) || kept.contains(byte) {
        output.append(byte)
      } else {
        output += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }
}
