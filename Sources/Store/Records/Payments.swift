import Domain

/// Charges as Stripe last showed them, and the basket each pays for.
extension Transaction {
  /// Stores a reading of a charge.
  ///
  /// A reading older than the stored one changes nothing (P3), unless the clock was set back since.
  /// Once the charge was used, its basket stays, whatever the metadata say now (P4).
  /// - Parameters:
  ///   - commercialID: The basket that the metadata name.
  ///   - nowMs: When Stripe was asked.
  /// - Returns: the payment as it is now.
  @discardableResult
  public func recordCharge(
    _ charge: ChargeSnapshot, commercialID: CommercialOrderID?, nowMs: Int64
  ) throws -> Payment {
    let before = try payment(charge: charge.id)
    try run(
      """
      INSERT INTO payment (charge_id, commercial_id, payment_intent_id, status, amount, currency,
        amount_captured, amount_refunded, is_disputed, livemode, transfer_group,
        balance_currency, failure_message, read_ms, created_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (charge_id) DO UPDATE SET
        commercial_id = CASE WHEN payment.used_ms IS NULL THEN excluded.commercial_id
          ELSE payment.commercial_id END,
        payment_intent_id = excluded.payment_intent_id, status = excluded.status,
        amount = excluded.amount, currency = excluded.currency,
        amount_captured = excluded.amount_captured, amount_refunded = excluded.amount_refunded,
        is_disputed = excluded.is_disputed, livemode = excluded.livemode,
        transfer_group = excluded.transfer_group, balance_currency = excluded.balance_currency,
        failure_message = excluded.failure_message, read_ms = excluded.read_ms
      WHERE payment.read_ms <= excluded.read_ms OR payment.read_ms > excluded.read_ms + $16
      """, .text(charge.id.rawValue), SQLValue(commercialID?.rawValue),
      SQLValue(charge.paymentIntent?.rawValue), .text(Payment.Status(charge).rawValue),
      .integer(charge.amount.minorUnits), .text(charge.amount.currency.code),
      .integer(charge.amountCaptured), .integer(charge.amountRefunded),
      SQLValue(charge.isDisputed), SQLValue(charge.livemode), SQLValue(charge.transferGroup),
      SQLValue(charge.balanceCurrency?.code), SQLValue(charge.failureMessage), .integer(nowMs),
      .integer(charge.createdMs), .integer(Self.readingMsMax))
    let payment = try existingPayment(charge.id)
    if payment.status != before?.status {
      try addHistory(
        record: payment.recordName, status: payment.status.rawValue,
        reason: payment.failureMessage, nowMs: nowMs)
    }
    return payment
  }

  public func payment(charge: ChargeID) throws -> Payment? {
    try run("SELECT * FROM payment WHERE charge_id = $1", .text(charge.rawValue)).first
      .map(Payment.init(row:))
  }

  public func payment(id: Int64) throws -> Payment? {
    try run("SELECT * FROM payment WHERE id = $1", .integer(id)).first.map(Payment.init(row:))
  }

  /// Every charge that names the basket, in the order in which we heard of them.
  public func payments(commercialID: CommercialOrderID) throws -> [Payment] {
    try run(
      "SELECT * FROM payment WHERE commercial_id = $1 ORDER BY id", .text(commercialID.rawValue)
    ).map(Payment.init(row:))
  }

  /// The charge that Stripe showed us last.
  public func latestPayment() throws -> Payment? {
    try run("SELECT * FROM payment ORDER BY read_ms DESC, id DESC LIMIT 1").first
      .map(Payment.init(row:))
  }

  /// By ascending number.
  public func payments(limit: Int, offset: Int) throws -> [Payment] {
    try run(
      "SELECT * FROM payment ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(Payment.init(row:))
  }

  /// Ties a charge to a basket for good, because a movement uses it (P4).
  /// - Throws: `StoreError.notAllowed` if it was used for another basket, `.notFound` if it was
  ///   never recorded.
  @discardableResult
  public func markPaymentUsed(
    _ charge: ChargeID, commercialID: CommercialOrderID, nowMs: Int64
  ) throws -> Payment {
    let payment = try existingPayment(charge)
    if payment.usedMs != nil {
      guard payment.commercialID == commercialID else {
        throw StoreError.notAllowed("\(charge) was used for another commercial order")
      }
      return payment
    }
    return try run(
      "UPDATE payment SET used_ms = $2, commercial_id = $3 WHERE charge_id = $1 RETURNING *",
      .text(charge.rawValue), .integer(nowMs), .text(commercialID.rawValue)
    ).map(Payment.init(row:))[0]
  }

  private func existingPayment(_ charge: ChargeID) throws -> Payment {
    guard let payment = try payment(charge: charge) else {
      throw StoreError.notFound("the payment of \(charge)")
    }
    return payment
  }
}

extension Payment {
  /// Its name in `history` and `call`.
  public var recordName: String { "payment/\(id)" }

  init(row: SQLRow) throws {
    guard let amount = try row.moneyOrNil("amount", "currency") else {
      throw StoreError.corrupt("a payment has no amount")
    }
    self.init(
      id: try row.int64("id"), chargeID: try row.id("charge_id"),
      commercialID: try row.idOrNil("commercial_id"),
      paymentIntentID: try row.idOrNil("payment_intent_id"), status: try row.word("status"),
      amount: amount, amountCaptured: try row.int64("amount_captured"),
      amountRefunded: try row.int64("amount_refunded"),
      isDisputed: try row.bool("is_disputed"), livemode: try row.bool("livemode"),
      transferGroup: try row.textOrNil("transfer_group"),
      balanceCurrency: try row.currencyOrNil("balance_currency"),
      failureMessage: try row.textOrNil("failure_message"),
      usedMs: try row.int64OrNil("used_ms"), readMs: try row.int64("read_ms"),
      createdMs: try row.int64("created_ms"))
  }
}
