import Domain

/// Refunds that Mirakl asks for. One record per kind and Mirakl id.
extension Transaction {
  public func refund(_ kind: RefundRecord.Kind, miraklID: String) throws -> RefundRecord? {
    try run(
      "SELECT * FROM refund WHERE kind = $1 AND mirakl_id = $2", .text(kind.rawValue),
      .text(miraklID)
    ).first.map(RefundRecord.init(row:))
  }

  public func refund(id: Int64) throws -> RefundRecord? {
    try run("SELECT * FROM refund WHERE id = $1", .integer(id)).first.map(RefundRecord.init(row:))
  }

  public func refund(stripe id: RefundID) throws -> RefundRecord? {
    try run("SELECT * FROM refund WHERE stripe_id = $1", .text(id.rawValue)).first
      .map(RefundRecord.init(row:))
  }

  /// By ascending number.
  public func refunds(limit: Int, offset: Int) throws -> [RefundRecord] {
    try run(
      "SELECT * FROM refund ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(RefundRecord.init(row:))
  }

  /// The numbers of those that are not finished, ascending.
  /// - Parameter after: The last number of the page before; 0 for the first page.
  public func openRefundIDs(after: Int64, limit: Int) throws -> [Int64] {
    try run(
      """
      SELECT id FROM refund WHERE id > $1 AND status IN
        ('REFUND_ON_HOLD', 'REFUND_PENDING', 'REFUND_FAILED', 'REFUND_IGNORED')
      ORDER BY id LIMIT $2
      """, .integer(after), SQLValue(limit)
    ).map { try $0.int64("id") }
  }

  /// Those of a charge that are not finished.
  public func openRefunds(commercialID: CommercialOrderID) throws -> [RefundRecord] {
    try run(
      """
      SELECT * FROM refund WHERE commercial_id = $1 AND status IN
        ('REFUND_ON_HOLD', 'REFUND_PENDING', 'REFUND_FAILED', 'REFUND_IGNORED') ORDER BY id
      """, .text(commercialID.rawValue)
    ).map(RefundRecord.init(row:))
  }

  /// All refunds of one order, by ascending number.
  public func refunds(_ kind: RefundRecord.Kind, orderID: OrderID) throws -> [RefundRecord] {
    try run(
      "SELECT * FROM refund WHERE kind = $1 AND order_id = $2 ORDER BY id", .text(kind.rawValue),
      .text(orderID.rawValue)
    ).map(RefundRecord.init(row:))
  }

  /// Stores what Mirakl asks for. What is known already is kept, unless it is new (commission,
  /// taxes) or nothing was done about it yet (the amount).
  /// - Parameter seenMs: When Mirakl was asked.
  @discardableResult
  public func saveRefundAsk(
    _ ask: RefundAsk, seenMs: Int64, nowMs: Int64
  ) throws -> RefundRecord {
    let isNew = try refund(ask.kind, miraklID: ask.id) == nil
    let rows = try run(
      """
      INSERT INTO refund (kind, mirakl_id, order_id, commercial_id, line_id, shop_id, currency,
        asked, commission, taxes, not_payable, taxes_not_payable, mirakl_created_ms, status,
        reason, seen_ms, created_ms, modified_ms, order_created_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'REFUND_ON_HOLD',
        'Not looked at yet', $14, $15, $15, $16)
      ON CONFLICT (kind, mirakl_id) DO UPDATE SET
        asked = CASE WHEN refund.amount IS NULL THEN excluded.asked ELSE refund.asked END,
        currency = CASE WHEN refund.amount IS NULL THEN excluded.currency
          ELSE refund.currency END,
        shop_id = COALESCE(excluded.shop_id, refund.shop_id),
        commission = COALESCE(excluded.commission, refund.commission),
        taxes = COALESCE(excluded.taxes, refund.taxes),
        not_payable = CASE WHEN excluded.taxes IS NULL THEN refund.not_payable
          ELSE excluded.not_payable END,
        taxes_not_payable = CASE WHEN excluded.taxes IS NULL THEN refund.taxes_not_payable
          ELSE excluded.taxes_not_payable END,
        mirakl_created_ms = COALESCE(excluded.mirakl_created_ms, refund.mirakl_created_ms),
        order_created_ms = COALESCE(excluded.order_created_ms, refund.order_created_ms),
        seen_ms = CASE WHEN refund.seen_ms > excluded.seen_ms + $17 THEN excluded.seen_ms
          ELSE MAX(refund.seen_ms, excluded.seen_ms) END
      RETURNING *
      """, .text(ask.kind.rawValue), .text(ask.id), .text(ask.orderID.rawValue),
      .text(ask.commercialID.rawValue), SQLValue(ask.lineID), SQLValue(ask.shopID?.rawValue),
      .text(ask.currency.code), .text(ask.amount.description),
      SQLValue(ask.commission?.description), SQLValue(ask.taxes?.description),
      .text(ask.notPayableToShop.description), .text(ask.taxesNotPayableToShop.description),
      SQLValue(ask.createdMs), .integer(seenMs), .integer(nowMs), SQLValue(ask.orderCreatedMs),
      .integer(Self.readingMsMax))
    let record = try RefundRecord(row: rows[0])
    if isNew {
      try addHistory(
        record: record.recordName, status: record.status.rawValue, reason: record.reason,
        nowMs: nowMs)
    }
    return record
  }

  /// Writes what became of a refund: charge, amount, Stripe's refund, status, reason, confirmation.
  /// - Returns: the record as it is now, and whether its status or reason differ from before.
  /// - Throws: `StoreError` if it would forget what Stripe made.
  @discardableResult
  public func saveRefund(
    _ record: RefundRecord, nowMs: Int64
  ) throws -> (record: RefundRecord, changed: Bool) {
    guard let before = try refund(id: record.id) else {
      throw StoreError.notFound("refund \(record.id)")
    }
    var copy = record
    (copy.ask, copy.seenMs, copy.modifiedMs) = (before.ask, before.seenMs, before.modifiedMs)
    if copy == before { return (before, false) }
    let rows = try run(
      """
      UPDATE refund SET charge_id = $2, amount = $3, stripe_id = $4, stripe_status = $5,
        status = $6, reason = $7, confirmed_ms = $8, modified_ms = $9
      WHERE id = $1 RETURNING *
      """, .integer(record.id), SQLValue(record.charge?.rawValue),
      SQLValue(record.amount?.minorUnits), SQLValue(record.stripeRefund?.rawValue),
      SQLValue(record.stripeStatus), .text(record.status.rawValue), SQLValue(record.reason),
      SQLValue(record.confirmedMs), .integer(nowMs))
    let after = try RefundRecord(row: rows[0])
    let changed = before.status != after.status || before.reason != after.reason
    if changed {
      try addHistory(
        record: after.recordName, status: after.status.rawValue, reason: after.reason,
        nowMs: nowMs)
    }
    return (after, changed)
  }

  /// What of a charge went back to the customer because Mirakl asked us to, in minor units (A6):
  /// the reversals answer for that, not the shares of other orders. Refunds that Stripe could not
  /// bring to the customer do not count.
  public func ownRefunds(charge: ChargeID) throws -> Int64 {
    try run(
      """
      SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM refund
      WHERE charge_id = $1 AND stripe_id IS NOT NULL
        AND (stripe_status IS NULL OR stripe_status NOT IN ('failed', 'canceled'))
      """, .text(charge.rawValue)
    )[0].int64("amount")
  }
}

extension RefundRecord {
  /// Its name in `history` and `call`.
  public var recordName: String { "refund/\(id)" }

  init(row: SQLRow) throws {
    guard let currency = try row.currencyOrNil("currency") else {
      throw StoreError.corrupt("a refund has no currency")
    }
    guard let asked = try row.majorAmountOrNil("asked") else {
      throw StoreError.corrupt("a refund has no amount")
    }
    self.init(
      id: try row.int64("id"),
      ask: RefundAsk(
        kind: try row.word("kind"), id: try row.text("mirakl_id"),
        orderID: try row.id("order_id"), commercialID: try row.id("commercial_id"),
        lineID: try row.textOrNil("line_id"),
        shopID: try row.int64OrNil("shop_id").map { ShopID($0) }, currency: currency,
        amount: asked, commission: try row.majorAmountOrNil("commission"),
        taxes: try row.majorAmountOrNil("taxes"),
        notPayableToShop: try row.majorAmountOrNil("not_payable") ?? .zero,
        taxesNotPayableToShop: try row.majorAmountOrNil("taxes_not_payable") ?? .zero,
        createdMs: try row.int64OrNil("mirakl_created_ms"),
        orderCreatedMs: try row.int64OrNil("order_created_ms")),
      charge: try row.idOrNil("charge_id"), amount: try row.moneyOrNil("amount", "currency"),
      stripeRefund: try row.idOrNil("stripe_id"),
      stripeStatus: try row.textOrNil("stripe_status"), status: try row.word("status"),
      reason: try row.textOrNil("reason"), confirmedMs: try row.int64OrNil("confirmed_ms"),
      seenMs: try row.int64("seen_ms"), createdMs: try row.int64("created_ms"),
      modifiedMs: try row.int64("modified_ms"))
  }
}

extension SQLRow {
  /// An amount as Mirakl wrote it.
  func majorAmountOrNil(_ column: String) throws(StoreError) -> MajorAmount? {
    guard let text = try textOrNil(column) else { return nil }
    do { return try MajorAmount(text) } catch { throw .corrupt("\(column): \(error)") }
  }
}
