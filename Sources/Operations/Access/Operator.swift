public import Domain

/// Who asks for something, as the audit shows it.
public struct Operator: Hashable, Sendable {
  /// The name of the token; `operator` for whoever has the password, `cli` for the shell.
  public let name: String
  public let scope: AccessScope

  public init(name: String, scope: AccessScope) {
    self.name = name
    self.scope = scope
  }

  /// Whoever has `OPERATOR_PASSWORD`.
  public static let password = Operator(name: "operator", scope: .admin)
  /// Whoever can run this program on its database.
  public static let shell = Operator(name: "cli", scope: .admin)
  /// Names that no token may have: they mean somebody else in the audit.
  static let reserved: Set<String> = ["operator", "cli", "engine", "anonymous"]
}
