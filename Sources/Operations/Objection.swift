/// Why an operator's wish is not granted, in words that say what to do instead.
public struct Objection: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the caller can do about it.
  public enum Kind: Hashable, Sendable {
    /// The request itself is wrong: mend it.
    case invalid
    /// There is no such thing.
    case missing
    /// The state of things, or a money rule, forbids it at present.
    case conflict
  }

  public let kind: Kind
  /// Short and stable, for programs: `not-found`, `outcome-unknown`, …
  public let code: String
  public let description: String

  public init(_ kind: Kind, _ code: String, _ description: String) {
    self.kind = kind
    self.code = code
    self.description = description
  }

  /// There is no such thing.
  public static func missing(_ what: String) -> Objection {
    Objection(.missing, "not-found", "\(what) does not exist.")
  }
}
