/// A JSON value as it stands in the text: members keep their order and numbers their digits, so
/// that `54.80` stays `54.80` and no amount passes through a `Double`.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The number's own text, e.g. `-12.50`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])
  /// Text that is written as it is, even if it is no JSON: how a broken answer is played.
  case raw(String)

  /// A name with its value. Names may repeat, as they may in JSON text.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: JSONValue
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The first member of that name; nil for anything but an object. Setting replaces the first
  /// member of the name or appends one; setting nil removes all of them.
  public subscript(_ name: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.name == name }?.value
    }
    set {
      guard case .object(var members) = self else { return }
      if let newValue {
        if let index = members.firstIndex(where: { $0.name == name }) {
          members[index].value = newValue
        } else {
          members.append(Member(name, newValue))
        }
      } else {
        members.removeAll { $0.name == name }
      }
      self = .object(members)
    }
  }

  /// The element at an index; nil for anything but an array that reaches so far.
  public subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string, otherwise nil.
  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a number without fraction or exponent that fits, otherwise nil.
  public var integer: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text)
  }

  /// The text of a number as written, otherwise nil.
  public var numberText: String? {
    guard case .number(let text) = self else { return nil }
    return text
  }

  /// The value of `true` or `false`, otherwise nil.
  public var flag: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The elements of an array; empty for anything else.
  public var elements: [JSONValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// The members of an object; empty for anything else.
  public var members: [Member] {
    guard case .object(let members) = self else { return [] }
    return members
  }

  static func integer(_ value: Int64) -> JSONValue { .number(String(value)) }
  static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
  static func number(_ text: String?) -> JSONValue { text.map { .number($0) } ?? .null }
  static func integer(_ value: Int64?) -> JSONValue { value.map { .number(String($0)) } ?? .null }
  static func strings(_ map: [String: String]) -> JSONValue {
    .object(map.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .number(String(value)) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
