import FoundationEssentials
import HTTPFormat
import Operations

/// The fields of a JSON object that a request brings. Unknown ones are refused: a misspelt limit
/// must not pass for no limit.
struct RequestFields: Sendable {
  enum Value: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case text(String)
    /// An array, an object or a fraction.
    case other

    init(from decoder: any Decoder) throws {
      guard let container = try? decoder.singleValueContainer() else {
        self = .other
        return
      }
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Int64.self) {
        self = .integer(value)
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else {
        self = .other
      }
    }
  }

  private let values: [String: Value]

  /// - Parameter isOptional: No body at all is an empty object.
  init(_ request: Request, allowed: Set<String>, isOptional: Bool = false) throws(Objection) {
    if isOptional, request.body.isEmpty {
      values = [:]
      return
    }
    guard
      let found = try? JSONDecoder().decode([String: Value].self, from: Data(request.body))
    else { throw Objection(.invalid, "invalid-json", "The body must be a JSON object.") }
    if let name = found.keys.filter({ !allowed.contains($0) }).min() {
      throw Objection(
        .invalid, "unknown-field",
        "There is no field \(name.prefix(100)); there are: "
          + allowed.sorted().joined(separator: ", "))
    }
    values = found
  }

  /// A text of 1 to `max` bytes without control characters; nil if it is not there.
  func text(_ name: String, max: Int = 500) throws(Objection) -> String? {
    switch values[name] {
    case nil, .null: return nil
    case .text(let text):
      let isPlain = text.unicodeScalars.allSatisfy {
        !(0..<32).contains($0.value) && $0 != "\u{7F}"
      }
      guard (1...max).contains(text.utf8.count), isPlain else {
        throw Objection(
          .invalid, "invalid-field", "\(name) must have 1 to \(max) bytes, no control characters.")
      }
      return text
    case .bool, .integer, .other: throw Objection(.invalid, "invalid-field", "\(name) is no text.")
    }
  }

  /// A text that must be there.
  func requiredText(_ name: String, max: Int = 500) throws(Objection) -> String {
    guard let text = try text(name, max: max) else {
      throw Objection(.invalid, "missing-field", "\(name) is missing.")
    }
    return text
  }

  /// A whole number in a range; nil if it is not there.
  func integer(_ name: String, in range: ClosedRange<Int64>) throws(Objection) -> Int64? {
    switch values[name] {
    case nil, .null: return nil
    case .integer(let number) where range.contains(number): return number
    case .integer, .bool, .text, .other:
      throw Objection(
        .invalid, "invalid-field",
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
  }
}
