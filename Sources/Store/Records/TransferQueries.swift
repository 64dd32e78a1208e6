import Domain

/// Questions about many transfers.
extension Transaction {
  /// The Mirakl ids with a record that is not final, ascending by their bytes, so that a pass
  /// can page through all of them.
  /// - Parameter after: The last id of the page before; nil for the first page.
  public func openTransferOrderIDs(
    _ kind: TransferRecord.Kind, after: String?, limit: Int
  ) throws -> [String] {
    try run(
      """
      SELECT DISTINCT mirakl_id FROM transfer WHERE kind = $1 AND mirakl_id > $2 AND \(isOpen)
      ORDER BY mirakl_id LIMIT $3
      """, .text(kind.rawValue), .text(after ?? ""), SQLValue(limit)
    ).map { try $0.text("mirakl_id") }
  }

  /// Those of one basket, ascending.
  public func openTransferOrderIDs(
    _ kind: TransferRecord.Kind, commercialID: String
  ) throws -> [String] {
    try run(
      """
      SELECT DISTINCT mirakl_id FROM transfer WHERE kind = $1 AND commercial_id = $2 AND \(isOpen)
      ORDER BY mirakl_id
      """, .text(kind.rawValue), .text(commercialID)
    ).map { try $0.text("mirakl_id") }
  }

  /// Those of one shop, ascending.
  public func openTransferOrderIDs(
    _ kind: TransferRecord.Kind, shopID: ShopID
  ) throws -> [String] {
    try run(
      """
      SELECT DISTINCT mirakl_id FROM transfer WHERE kind = $1 AND shop_id = $2 AND \(isOpen)
      ORDER BY mirakl_id
      """, .text(kind.rawValue), .integer(shopID.rawValue)
    ).map { try $0.text("mirakl_id") }
  }

  /// What other orders already claim of a charge (A6): the sum of what the customer paid for each
  /// order with a pending or created transfer from it, in minor units. An order counts once,
  /// however many parts it has; also one that is held although Stripe made something for it.
  /// - Throws: `StoreError` also if the sum leaves 64 bits; it is never rounded.
  public func committedGross(charge: ChargeID, excluding miraklID: String) throws -> Int64 {
    try run(
      """
      SELECT CAST(COALESCE(SUM(gross), 0) AS BIGINT) AS gross FROM (
        SELECT MAX(gross_minor_units) AS gross FROM transfer
        WHERE source_charge = $1 AND mirakl_id <> $2
          AND (status IN ('TRANSFER_PENDING', 'TRANSFER_CREATED') OR transfer_id IS NOT NULL)
          AND kind IN ('TRANSFER_PRODUCT_ORDER', 'TRANSFER_SERVICE_ORDER')
        GROUP BY kind, mirakl_id) AS orders
      """, .text(charge.rawValue), .text(miraklID)
    )[0].int64("gross")
  }

  /// How many transfers, and how much money, are in each status (V1). Records whose amount could
  /// not be decided have no currency and count as 0.
  public func transferCounts() throws -> [(
    status: TransferRecord.Status, currency: Currency?, count: Int, minorUnits: Int64
  )] {
    try run(
      """
      SELECT status, currency, COUNT(*) AS n,
        CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS minor_units
      FROM transfer GROUP BY status, currency ORDER BY status, currency
      """
    ).map {
      (
        try $0.word("status"), try $0.currencyOrNil("currency"), try $0.int("n"),
        try $0.int64("minor_units")
      )
    }
  }
}

/// Worded as in the index `transfer_open`: SQLite uses that only for the same words.
private let isOpen = """
  status IN ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED', 'TRANSFER_IGNORED')
  """
