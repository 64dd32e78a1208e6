/// What is wrong with an answer, in words that name the field:
/// `order_lines[0].taxes[1].amount: expected a number, found a string`.
public struct WireProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path of the field; empty for the whole document.
  public let field: String
  public let reason: String

  public init(field: String, reason: String) {
    self.field = field
    self.reason = reason
  }

  /// - Parameters:
  ///   - error: What a decoder threw.
  ///   - skipping: Leading parts of the path to leave out, where an element is decoded by itself.
  public init(_ error: any Error, skipping: Int = 0) {
    if let problem = error as? WireProblem {
      self = problem
      return
    }
    guard let error = error as? DecodingError else {
      self.init(field: "", reason: "\(error)")
      return
    }
    switch error {
    case .keyNotFound(let key, let context):
      self.init(field: Self.path(context.codingPath + [key], skipping), reason: "missing")
    case .valueNotFound(_, let context):
      self.init(field: Self.path(context.codingPath, skipping), reason: "null")
    case .typeMismatch(let type, let context):
      let found = context.debugDescription.suffix(after: "but found ").map(Self.word)
      self.init(
        field: Self.path(context.codingPath, skipping),
        reason: "expected \(Self.name(of: type))" + (found.map { ", found \($0)" } ?? ""))
    case .dataCorrupted(let context):
      self.init(
        field: Self.path(context.codingPath, skipping), reason: context.debugDescription)
    @unknown default:
      self.init(field: "", reason: "\(error)")
    }
  }

  public var description: String { field.isEmpty ? reason : "\(field): \(reason)" }

  private static func path(_ keys: [any CodingKey], _ skipping: Int) -> String {
    keys.dropFirst(skipping).reduce(into: "") { path, key in
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + key.stringValue
      }
    }
  }

  /// JSON's words for Foundation's.
  private static func word(_ found: String) -> String {
    switch found {
    case "number": "a number"
    case "bool": "true or false"
    case "an array": "a list"
    case "a dictionary": "an object"
    default: found
    }
  }

  private static func name(of type: any Any.Type) -> String {
    switch "\(type)" {
    case "String": "a string"
    case "Bool": "true or false"
    case "Decimal", "Int64", "Int", "Double": "a number"
    case let name where name.hasPrefix("Array"): "a list"
    case let name where name.hasPrefix("Dictionary"): "an object"
    default: "another type"
    }
  }
}

extension String {
  /// Foundation says "Expected to decode Decimal but found a string instead."
  fileprivate func suffix(after mark: String) -> String? {
    guard let start = firstRange(of: mark)?.upperBound else { return nil }
    var rest = self[start...]
    for ending in [".", " instead"] where rest.hasSuffix(ending) {
      rest.removeLast(ending.count)
    }
    return rest.isEmpty ? nil : String(rest)
  }

  private func firstRange(of mark: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
      start = index(after: start)
    }
    return nil
  }
}
