import Domain
import FoundationEssentials

/// Reads variables one by one and collects every problem, so that a deployment fails only once.
struct EnvironmentReader {
  private let environment: [String: String]
  private(set) var problems: [String] = []
  private(set) var warnings: [String] = []

  init(_ environment: [String: String]) { self.environment = environment }

  /// The value, nil when unset or empty. `NAME_FILE` names a file that holds it.
  mutating func value(_ name: String) -> String? {
    if let value = environment[name], !value.isEmpty { return value }
    guard let path = environment[name + "_FILE"], !path.isEmpty else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      problems.append("\(name)_FILE: \(path) cannot be read")
      return nil
    }
    let text = String(decoding: data, as: UTF8.self)
    let trimmed = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return trimmed.isEmpty ? nil : trimmed
  }

  /// The first of several names that is set: the current one, then the deprecated ones.
  mutating func value(_ names: [String]) -> String? {
    for name in names {
      guard let value = value(name) else { continue }
      if name != names[0] { warnings.append("\(name) is deprecated: use \(names[0])") }
      return value
    }
    return nil
  }

  mutating func required(_ name: String, _ meaning: String) -> String {
    guard let value = value(name) else {
      problems.append("\(name) is not set: \(meaning)")
      return ""
    }
    return value
  }

  mutating func boolean(_ names: [String], default fallback: Bool) -> Bool {
    guard let text = value(names) else { return fallback }
    switch text.lowercased() {
    case "true", "1", "yes", "on": return true
    case "false", "0", "no", "off": return false
    default:
      problems.append("\(names[0]) must be true or false, not \(Self.shown(text))")
      return fallback
    }
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
    guard let text = value(name) else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      problems.append(
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "not \(Self.shown(text))")
      return fallback
    }
    return number
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, default fallback: Choice
  ) -> Choice where Choice.RawValue == String {
    guard let text = value(name) else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      problems.append("\(name) must be one of \(names), not \(Self.shown(text))")
      return fallback
    }
    return choice
  }

  /// `http://` or `https://`, without a trailing slash.
  mutating func url(_ name: String, _ text: String) -> String {
    var trimmed = text
    while trimmed.hasSuffix("/") { trimmed.removeLast() }
    let isURL = ["http://", "https://"].contains {
      trimmed.hasPrefix($0) && trimmed.count > $0.count
    }
    if !isURL && !text.isEmpty {
      // Without the value: it may hold a password or a token (O3).
      problems.append("\(name) must begin with https:// (or http://)")
    }
    return trimmed
  }

  /// A refused value for people. What looks like a key, put into the wrong variable by mistake, is
  /// not repeated (O3).
  static func shown(_ text: some StringProtocol) -> String {
    let isKey = ["sk_", "rk_", "pk_", "whsec_"].contains { text.contains($0) }
    return isKey ? "what looks like a key" : "\"\(text.prefix(40))\""
  }

  mutating func problem(_ text: String) { problems.append(text) }
  mutating func warning(_ text: String) { warnings.append(text) }

  /// A variable that looks like one of ours and is not: a typo must not mean the default.
  mutating func reportUnknown(known: Set<String>, prefixes: [String]) {
    for name in environment.keys.sorted() where prefixes.contains(where: name.hasPrefix) {
      let base = name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name
      if !known.contains(base) { warnings.append("\(name) is not known and has no effect") }
    }
  }
}

/// Every bad variable at once.
public struct ConfigurationProblems: Error, CustomStringConvertible {
  public let list: [String]
  public var description: String {
    "The configuration cannot be used:\n" + list.map { "  - \($0)" }.joined(separator: "\n")
  }
}
