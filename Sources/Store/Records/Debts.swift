import Domain

/// What sellers owe: reversals that their balance did not cover (R5).
extension Transaction {
  /// Those that are open, oldest first: a payout in that currency waits for them.
  public func openDebts(shop: ShopID, currency: Currency) throws -> [Debt] {
    try run(
      """
      SELECT * FROM debt WHERE shop_id = $1 AND currency = $2 AND settled_ms IS NULL ORDER BY id
      """, .integer(shop.rawValue), .text(currency.code)
    ).map(Debt.init(row:))
  }

  /// All that are open, oldest first.
  public func openDebts(limit: Int) throws -> [Debt] {
    try run(
      "SELECT * FROM debt WHERE settled_ms IS NULL ORDER BY id LIMIT $1", SQLValue(limit)
    ).map(Debt.init(row:))
  }

  /// Lets every open debt of a shop be tried again at once: what a payout does before it leaves.
  /// - Returns: how many there are.
  @discardableResult
  public func retryDebts(shop: ShopID, currency: Currency, nowMs: Int64) throws -> Int {
    let debts = try openDebts(shop: shop, currency: currency)
    for debt in debts {
      guard let reversal = try transfer(id: debt.transferRecordID) else { continue }
      for kind in RefundRecord.Kind.allCases {
        guard let refund = try refund(kind, miraklID: reversal.miraklID) else { continue }
        try enqueue(.refund, key: refund.key, runAtMs: nowMs, nowMs: nowMs)
      }
    }
    return debts.count
  }

  /// Records that a reversal was refused for want of funds; an open debt of it keeps its moment.
  public func recordDebt(
    _ reversal: TransferRecord, shop: ShopID, amount: Money, cause: String, nowMs: Int64
  ) throws {
    try run(
      """
      INSERT INTO debt (transfer_record_id, shop_id, amount, currency, cause, created_ms)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (transfer_record_id) DO UPDATE SET amount = excluded.amount,
        currency = excluded.currency, cause = excluded.cause, settled_ms = NULL
      """, .integer(reversal.id), .integer(shop.rawValue), .integer(amount.minorUnits),
      .text(amount.currency.code), .text(cause), .integer(nowMs))
  }

  /// Closes the debt of a reversal, if there is one; payouts that waited for it are looked at.
  public func settleDebt(_ reversal: TransferRecord, nowMs: Int64) throws {
    let settled = try run(
      """
      UPDATE debt SET settled_ms = $2 WHERE transfer_record_id = $1 AND settled_ms IS NULL
      RETURNING shop_id
      """, .integer(reversal.id), .integer(nowMs))
    for row in settled { try wakeDocuments(shop: ShopID(try row.int64("shop_id")), nowMs: nowMs) }
  }
}

extension Debt {
  init(row: SQLRow) throws {
    guard let amount = try row.moneyOrNil("amount", "currency") else {
      throw StoreError.corrupt("a debt has no amount")
    }
    self.init(
      id: try row.int64("id"), shopID: ShopID(try row.int64("shop_id")), amount: amount,
      cause: try row.text("cause"), transferRecordID: try row.int64("transfer_record_id"),
      settledMs: try row.int64OrNil("settled_ms"), createdMs: try row.int64("created_ms"))
  }
}
