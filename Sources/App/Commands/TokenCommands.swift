import Domain
import Operations
import Store

/// `stripe-mirakl token create|list|revoke`: tokens of the operator's API from the shell, also
/// while the server runs.
public enum TokenCommands {
  /// - Parameter scope: `read`, `operate` or `admin`.
  /// - Returns: what to print; the secret is shown here and never again.
  public static func create(
    name: String, scope: String, _ configuration: Configuration, json: Bool
  ) throws -> String {
    guard let scope = AccessScope(rawValue: scope) else {
      throw StartFailure(description: "the scope is read, operate or admin")
    }
    return try withStore(configuration) { store, nowMs in
      let issued = try store.write {
        try Tokens.create(name: name, scope: scope, by: .shell, in: $0, nowMs: nowMs)
      }
      return issued.secret.reveal { secret in
        json
          ? JSON.fields([
            "id": .integer(issued.token.id), "name": .text(name),
            "scope": .text(scope.rawValue), "token": .text(secret),
          ]).rendered : secret
      }
    }
  }

  /// One line each, or a JSON array.
  public static func list(_ configuration: Configuration, json: Bool) throws -> String {
    try withStore(configuration) { store, _ in
      let tokens = try store.read { try $0.tokens(limit: Tokens.countMax) }
      guard json else {
        return tokens.isEmpty ? "there are no tokens" : tokens.map(line).joined(separator: "\n")
      }
      return JSON.array(
        tokens.map { token in
          .fields([
            "id": .integer(token.id), "name": .text(token.name),
            "scope": .text(token.scope.rawValue),
            "createdAt": .text(Timestamp.format(ms: token.createdMs)),
            "lastUsedAt": JSON(token.lastUsedMs.map { Timestamp.format(ms: $0) }),
            "revokedAt": JSON(token.revokedMs.map { Timestamp.format(ms: $0) }),
          ])
        }
      ).rendered
    }
  }

  /// - Parameter which: the name of a valid token, or a number.
  public static func revoke(_ which: String, _ configuration: Configuration) throws -> String {
    try withStore(configuration) { store, nowMs in
      let named = try store.read { try $0.validToken(name: which)?.id }
      guard let id = named ?? Int64(which) else {
        throw StartFailure(description: "no valid token is named \(which)")
      }
      let token = try store.write {
        try Tokens.revoke(id: id, by: .shell, in: $0, nowMs: nowMs)
      }
      return "token \(token.id) (\(token.name)) is revoked"
    }
  }

  private static func line(_ token: APIToken) -> String {
    let end =
      token.revokedMs.map { "revoked \(Timestamp.format(ms: $0))" }
      ?? token.lastUsedMs.map { "last used \(Timestamp.format(ms: $0))" } ?? "never used"
    return "\(token.id)\t\(token.name)\t\(token.scope.rawValue)\t\(end)"
  }

  /// Opens the store only: a running server is not disturbed.
  private static func withStore(
    _ configuration: Configuration, _ body: (Store, _ nowMs: Int64) throws -> String
  ) throws -> String {
    let store = try Store.open(path: configuration.databasePath, mode: .inline)
    defer { store.close() }
    return try body(store, SystemClock().nowMs)
  }
}
