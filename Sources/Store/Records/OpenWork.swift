import Domain

/// What is not finished for a shop and its account.
public struct OpenWork: Hashable, Sendable {
  /// To the seller, or from it.
  public var transfers = 0
  public var reversals = 0
  public var refunds = 0
  public var payouts = 0
  public var debts = 0
}

extension Transaction {
  /// What would lose its way without the mapping.
  public func openWork(shop: ShopID, mappingID: Int64) throws -> OpenWork {
    var work = OpenWork()
    let transfers = try run(
      """
      SELECT COUNT(CASE WHEN kind <> 'TRANSFER_REFUND' THEN 1 END) AS transfers,
        COUNT(CASE WHEN kind = 'TRANSFER_REFUND' THEN 1 END) AS reversals
      FROM transfer WHERE (shop_id = $1 OR mapping_id = $2) AND status IN
        ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED', 'TRANSFER_IGNORED')
      """, .integer(shop.rawValue), .integer(mappingID))[0]
    (work.transfers, work.reversals) = (
      try transfers.int("transfers"), try transfers.int("reversals")
    )
    work.refunds = try count(
      """
      SELECT COUNT(*) AS n FROM refund WHERE (shop_id = $1
          OR order_id IN (SELECT mirakl_id FROM transfer WHERE shop_id = $1)) AND status IN
        ('REFUND_ON_HOLD', 'REFUND_PENDING', 'REFUND_FAILED', 'REFUND_IGNORED')
      """, shop)
    work.payouts = try count(
      "SELECT COUNT(*) AS n FROM payout WHERE shop_id = $1 AND \(isOpenPayout)", shop)
    // A debt of the shop whose reversal was made for another mapping of it is still its debt.
    work.debts = try count(
      "SELECT COUNT(*) AS n FROM debt WHERE shop_id = $1 AND settled_ms IS NULL", shop)
    return work
  }

  private func count(_ sql: String, _ shop: ShopID) throws -> Int {
    try run(sql, .integer(shop.rawValue))[0].int("n")
  }
}
