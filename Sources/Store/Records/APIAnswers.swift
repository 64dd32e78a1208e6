/// What was answered to a request with an `Idempotency-Key`.
public struct APIAnswer: Hashable, Sendable {
  /// Names the request, so that a key cannot be used for another one.
  public var fingerprint: String
  public var status: Int
  public var body: String

  public init(fingerprint: String, status: Int, body: String) {
    self.fingerprint = fingerprint
    self.status = status
    self.body = body
  }
}

/// Answers to repeat. Each actor has its own keys.
extension Transaction {
  public func answer(actor: String, key: String) throws -> APIAnswer? {
    try run(
      "SELECT fingerprint, status, body FROM api_answer WHERE actor = $1 AND key = $2",
      .text(actor), .text(key)
    ).first.map {
      APIAnswer(
        fingerprint: try $0.text("fingerprint"), status: try $0.int("status"),
        body: try $0.text("body"))
    }
  }

  /// To be called in the transaction of the action.
  /// - Throws: `StoreError.constraint` if the key has its answer already.
  public func keepAnswer(_ answer: APIAnswer, actor: String, key: String, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO api_answer (actor, key, fingerprint, status, body, at_ms)
      VALUES ($1, $2, $3, $4, $5, $6)
      """, .text(actor), .text(key), .text(answer.fingerprint), SQLValue(answer.status),
      .text(answer.body), .integer(nowMs))
  }

  /// Forgets the oldest answers from before the moment.
  public func deleteAnswers(beforeMs: Int64, limit: Int) throws {
    try run(
      """
      DELETE FROM api_answer WHERE (actor, key) IN
        (SELECT actor, key FROM api_answer WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)
      """, .integer(beforeMs), SQLValue(limit))
  }
}
