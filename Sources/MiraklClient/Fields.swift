import Domain
import FoundationEssentials

/// A JSON object whose fields are read by name, with errors that name them.
///
/// Mirakl's own marks of "required" are not reliable, and its samples hold booleans as text; what
/// may be missing and what may be text is decided field by field, in the code that reads it.
struct Fields {
  struct Name: CodingKey {
    let stringValue: String
    let intValue: Int?
    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
  }

  private let container: KeyedDecodingContainer<Name>

  init(_ decoder: any Decoder) throws { container = try decoder.container(keyedBy: Name.self) }

  /// - Throws: `DecodingError` if the field is missing, null or not of the type.
  func required<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value
  {
    try located(name) { try container.decode(type, forKey: Name(stringValue: name)) }
  }

  /// nil if the field is missing or null.
  /// - Throws: `DecodingError` if it is not of the type.
  func optional<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value?
  {
    try located(name) { try container.decodeIfPresent(type, forKey: Name(stringValue: name)) }
  }

  /// An amount in major units, exactly as written (A1). It must be a JSON number: what a text
  /// means is a guess.
  func amount(_ name: String) throws -> MajorAmount {
    let decimal: Decimal
    do { decimal = try required(name, as: Decimal.self) } catch DecodingError.typeMismatch {
      throw problem(name, "expected a number, found \(kind(name))")
    }
    do { return try MajorAmount(decimal) } catch { throw problem(name, "\(error)") }
  }

  /// What stands in a field, in JSON's words.
  private func kind(_ name: String) -> String {
    let key = Name(stringValue: name)
    if (try? container.decode(String.self, forKey: key)) != nil { return "a string" }
    if (try? container.decode(Bool.self, forKey: key)) != nil { return "true or false" }
    return (try? container.nestedUnkeyedContainer(forKey: key)) != nil ? "a list" : "an object"
  }

  /// Text that makes a value of its own.
  func parsed<Value>(_ name: String, _ make: (String) throws -> Value) throws -> Value {
    let text = try required(name, as: String.self)
    do { return try make(text) } catch { throw problem(name, "\(error)") }
  }

  /// Milliseconds since 1970; nil if the field is missing, null or empty.
  func moment(_ name: String) throws -> Int64? {
    guard let text = try optional(name, as: String.self), !text.isEmpty else { return nil }
    guard let ms = Timestamp.parse(text) else {
      throw problem(name, "\"\(text.prefix(40))\" is not a date with time and zone")
    }
    return ms
  }

  /// A boolean, or the text `true` or `false`; nil if the field is missing, null or empty.
  func flag(_ name: String) throws -> Bool? {
    if let value = try? optional(name, as: Bool.self) { return value }
    guard let text = try? optional(name, as: String.self) else {
      return try optional(name, as: Bool.self)  // for its error
    }
    switch text.lowercased() {
    case "": return nil
    case "true": return true
    case "false": return false
    default: throw problem(name, "\"\(text.prefix(40))\" is neither true nor false")
    }
  }

  /// A shop's number: Mirakl writes it as a number in some answers and as text in others.
  func shopID(_ name: String) throws -> ShopID {
    if let number = try? required(name, as: Int64.self) { return ShopID(number) }
    guard let text = try? required(name, as: String.self) else {
      return ShopID(try required(name, as: Int64.self))  // for its error
    }
    guard let number = Int64(text) else {
      throw problem(name, "\"\(text.prefix(40))\" is not a number")
    }
    return ShopID(number)
  }

  /// The value if it is text with something in it, whatever else it may be.
  func lenientText(_ name: String) -> String? {
    guard let text = try? required(name, as: String.self), !text.isEmpty else { return nil }
    return text
  }

  /// Of a number that is too large, or no whole one, the decoder says nothing of where it stands
  /// (its own error is none of `DecodingError`); here it is known.
  private func located<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DecodingError { throw error } catch {
      throw problem(name, "not a number that can be used")
    }
  }

  /// A `DecodingError` at the field.
  func problem(_ name: String, _ reason: String) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: container.codingPath + [Name(stringValue: name)], debugDescription: reason))
  }
}
