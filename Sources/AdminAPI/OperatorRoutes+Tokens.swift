import Domain
import HTTPFormat
import Operations
import Store

extension OperatorRoutes {
  /// Tokens are issued and revoked by admins only.
  var tokenRoutes: [Route] {
    [
      reading("/api/v2/tokens", scope: .admin) { _, _ in
        let tokens = try store.read { try $0.tokens(limit: Tokens.countMax) }
        return .json(200, JSON.fields(["data": .array(tokens.map(Self.json))]).rendered)
      },
      changing("POST", "/api/v2/tokens", scope: .admin) { request, _ in
        let fields = try RequestFields(request, allowed: ["name", "scope"])
        let name = try fields.requiredText("name", max: 100)
        guard let scope = AccessScope(rawValue: try fields.requiredText("scope", max: 20)) else {
          throw Objection(.invalid, "invalid-field", "scope must be read, operate or admin.")
        }
        return { transaction, actor, nowMs in
          let issued = try Tokens.create(
            name: name, scope: scope, by: actor, in: transaction, nowMs: nowMs)
          let secret = issued.secret.reveal { JSON.Field("token", .text($0)) }
          guard case .object(let fields) = Self.json(issued.token) else {
            return Outcome(status: 201, body: Self.json(issued.token))
          }
          // The secret is not kept, not even for a repeat of this request.
          return Outcome(status: 201, body: .object(fields + [secret]), repeated: .object(fields))
        }
      },
      changing("DELETE", "/api/v2/tokens/{id}", scope: .admin) { _, parameters in
        let id = try Self.number(parameters, "Token")
        return { transaction, actor, nowMs in
          let token = try Tokens.revoke(id: id, by: actor, in: transaction, nowMs: nowMs)
          return Outcome(status: 200, body: Self.json(token))
        }
      },
    ]
  }

  private static func json(_ token: APIToken) -> JSON {
    .fields([
      "id": .integer(token.id), "name": .text(token.name), "scope": .text(token.scope.rawValue),
      "createdAt": .text(Timestamp.format(ms: token.createdMs)),
      "lastUsedAt": JSON(token.lastUsedMs.map { Timestamp.format(ms: $0) }),
      "revokedAt": JSON(token.revokedMs.map { Timestamp.format(ms: $0) }),
    ])
  }
}
