import Domain

/// Payment intents that were canceled before they led to a charge (C3).
extension Transaction {
  /// Notes one, once: an intent that was canceled stays so.
  /// - Returns: whether it is news.
  @discardableResult
  public func noteCanceledPayment(_ payment: CanceledPayment, nowMs: Int64) throws -> Bool {
    try !run(
      """
      INSERT INTO canceled_payment (payment_intent_id, commercial_id, livemode, canceled_ms,
        noted_ms)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT (payment_intent_id) DO NOTHING
      RETURNING payment_intent_id
      """, .text(payment.id.rawValue), .text(payment.commercialID.rawValue),
      SQLValue(payment.livemode), .integer(payment.canceledMs), .integer(nowMs)
    ).isEmpty
  }

  /// Those of a basket, by the moment of their end.
  public func canceledPayments(commercialID: CommercialOrderID) throws -> [CanceledPayment] {
    try run(
      """
      SELECT * FROM canceled_payment WHERE commercial_id = $1
      ORDER BY canceled_ms, payment_intent_id
      """, .text(commercialID.rawValue)
    ).map { row in
      CanceledPayment(
        id: try row.id("payment_intent_id"), commercialID: try row.id("commercial_id"),
        livemode: try row.bool("livemode"), canceledMs: try row.int64("canceled_ms"))
    }
  }
}
