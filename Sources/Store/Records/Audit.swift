/// Something that an operator did (X1).
public struct AuditEntry: Hashable, Sendable {
  public var id: Int64
  public var atMs: Int64
  /// The name of the token, never the token.
  public var actor: String
  public var action: String
  public var subject: String
  public var detail: String?
}

extension Transaction {
  /// To be called in the transaction of the action.
  public func audit(
    actor: String, action: String, subject: String, detail: String?, nowMs: Int64
  ) throws {
    try run(
      "INSERT INTO audit (at_ms, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
      .integer(nowMs), .text(actor), .text(action), .text(subject), SQLValue(detail))
  }

  /// Newest first.
  public func audits(limit: Int, offset: Int) throws -> [AuditEntry] {
    try run(
      "SELECT * FROM audit ORDER BY id DESC LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map {
      AuditEntry(
        id: try $0.int64("id"), atMs: try $0.int64("at_ms"), actor: try $0.text("actor"),
        action: try $0.text("action"), subject: try $0.text("subject"),
        detail: try $0.textOrNil("detail"))
    }
  }
}
