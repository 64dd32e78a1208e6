public import Domain
import OpenSSL
public import Store

/// Tokens of the operator's API: 256 random bits, shown once, kept as their SHA-256 (X1).
public enum Tokens {
  /// Begins every token, so that scanners for leaked secrets can know one.
  public static let prefix = "smk_"
  static let randomBytesCount = 32
  /// Longer than any token.
  static let bytesMax = 200
  /// Tokens that can exist at a time, revoked ones included.
  public static let countMax = 1_000
  static let usedAgainMs: Int64 = 3_600_000

  /// A new token; `secret` is shown once and known to nobody afterwards.
  public struct Issued: Sendable {
    public let token: APIToken
    public let secret: Secret
  }

  /// - Throws: `Objection` if the name cannot be used.
  public static func create(
    name: String, scope: AccessScope, by actor: Operator, in transaction: Transaction,
    nowMs: Int64
  ) throws -> Issued {
    try check(name)
    guard try transaction.tokens(limit: countMax).count < countMax else {
      throw Objection(.conflict, "too-many-tokens", "There are \(countMax) tokens already.")
    }
    guard try transaction.validToken(name: name) == nil else {
      throw Objection(
        .conflict, "name-taken",
        "A token named \(name) is valid. Revoke it, or choose another name."
      )
    }
    let text = prefix + OnboardingLinks.token(from: randomBytes(randomBytesCount))
    let token = try transaction.insertToken(
      name: name, scope: scope, hash: hash(text), nowMs: nowMs)
    try transaction.audit(
      actor: actor.name, action: "token created", subject: "token/\(token.id)",
      detail: "\(name), scope \(scope.rawValue)", nowMs: nowMs)
    return Issued(token: token, secret: Secret(text))
  }

  /// Revoking a revoked one changes nothing.
  /// - Throws: `Objection` if there is no such token.
  @discardableResult
  public static func revoke(
    id: Int64, by actor: Operator, in transaction: Transaction, nowMs: Int64
  ) throws -> APIToken {
    guard let before = try transaction.token(id: id),
      let token = try transaction.revokeToken(id: id, nowMs: nowMs)
    else { throw Objection.missing("Token \(id)") }
    if before.revokedMs == nil {
      try transaction.audit(
        actor: actor.name, action: "token revoked", subject: "token/\(id)", detail: token.name,
        nowMs: nowMs)
    }
    return token
  }

  /// Who has this token; nil for one that is unknown or revoked. Notes when it was used last.
  public static func owner(of secret: String, _ store: Store, nowMs: Int64) throws -> Operator? {
    guard secret.hasPrefix(prefix), secret.utf8.count <= bytesMax else { return nil }
    let hash = hash(secret)
    // The index is searched for a hash that nobody can choose, so its timing tells nothing.
    guard let token = try store.read({ try $0.validToken(hash: hash) }),
      constantTimeEqual(token.hash, hash)
    else { return nil }
    if nowMs - (token.lastUsedMs ?? 0) >= usedAgainMs {
      store.submit({ try $0.markTokenUsed(id: token.id, nowMs: nowMs) }, completion: { _ in })
    }
    return Operator(name: token.name, scope: token.scope)
  }

  private static func hash(_ text: String) -> String { sha256Hex(Array(text.utf8)) }

  private static func check(_ name: String) throws(Objection) {
    let isPlain = name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
    }
    guard (1...100).contains(name.utf8.count), isPlain else {
      throw Objection(
        .invalid, "invalid-name",
        "A token's name has 1 to 100 letters, digits, dots, dashes and underscores.")
    }
    guard !Operator.reserved.contains(name.lowercased()) else {
      throw Objection(.invalid, "reserved-name", "\(name) means somebody else in the audit.")
    }
  }
}
