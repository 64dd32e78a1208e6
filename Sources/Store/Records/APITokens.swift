public import Domain

/// A token of the operator's API as it is kept: never the token itself (X1).
public struct APIToken: Hashable, Sendable {
  public var id: Int64
  /// Who acts with it, in the audit; unique among those that are not revoked.
  public var name: String
  public var scope: AccessScope
  /// SHA-256 of the token, 64 lower-case hexadecimal digits.
  public var hash: String
  public var createdMs: Int64
  /// To about an hour; nil if never.
  public var lastUsedMs: Int64?
  public var revokedMs: Int64?
}

extension Transaction {
  /// - Throws: `StoreError.constraint` if a token of this name is valid.
  public func insertToken(
    name: String, scope: AccessScope, hash: String, nowMs: Int64
  ) throws -> APIToken {
    try run(
      """
      INSERT INTO api_token (name, scope, hash, created_ms) VALUES ($1, $2, $3, $4) RETURNING *
      """, .text(name), .text(scope.rawValue), .text(hash), .integer(nowMs)
    ).map(APIToken.init(row:))[0]
  }

  /// The token that is not revoked with this hash.
  public func validToken(hash: String) throws -> APIToken? {
    try run("SELECT * FROM api_token WHERE hash = $1 AND revoked_ms IS NULL", .text(hash)).first
      .map(APIToken.init(row:))
  }

  public func token(id: Int64) throws -> APIToken? {
    try run("SELECT * FROM api_token WHERE id = $1", .integer(id)).first.map(APIToken.init(row:))
  }

  /// The token that is not revoked with this name.
  public func validToken(name: String) throws -> APIToken? {
    try run("SELECT * FROM api_token WHERE name = $1 AND revoked_ms IS NULL", .text(name)).first
      .map(APIToken.init(row:))
  }

  /// By ascending number, revoked ones too.
  public func tokens(limit: Int) throws -> [APIToken] {
    try run("SELECT * FROM api_token ORDER BY id LIMIT $1", SQLValue(limit))
      .map(APIToken.init(row:))
  }

  /// - Returns: the token as it is now; nil if there is none.
  public func revokeToken(id: Int64, nowMs: Int64) throws -> APIToken? {
    try run(
      """
      UPDATE api_token SET revoked_ms = COALESCE(revoked_ms, $2) WHERE id = $1 RETURNING *
      """, .integer(id), .integer(nowMs)
    ).first.map(APIToken.init(row:))
  }

  public func markTokenUsed(id: Int64, nowMs: Int64) throws {
    try run(
      "UPDATE api_token SET last_used_ms = $2 WHERE id = $1", .integer(id), .integer(nowMs))
  }
}

extension APIToken {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), name: try row.text("name"), scope: try row.word("scope"),
      hash: try row.text("hash"), createdMs: try row.int64("created_ms"),
      lastUsedMs: try row.int64OrNil("last_used_ms"), revokedMs: try row.int64OrNil("revoked_ms"))
  }
}
