import Domain

/// What was taken back of transfers, by us and by others.
extension Transaction {
  public func transfer(stripe id: TransferID) throws -> TransferRecord? {
    try run(
      "SELECT * FROM transfer WHERE transfer_id = $1 AND kind <> 'TRANSFER_REFUND'",
      .text(id.rawValue)
    ).first.map(TransferRecord.init(row:))
  }

  /// Records what Stripe says was taken back of a transfer. Where that is more than our reversals
  /// come to, made or on their way, somebody else took the rest: a step in its history says so.
  /// - Returns: the record as it was and as it is now; nil if there is none.
  public func noteReversed(
    _ id: TransferID, minorUnits: Int64, nowMs: Int64
  ) throws -> (before: TransferRecord, now: TransferRecord)? {
    guard let before = try transfer(stripe: id) else { return nil }
    let own = try ownReversals(id)
    let elsewhere = max(0, minorUnits - own)
    if before.amountReversed == minorUnits, before.reversedElsewhere == elsewhere {
      return (before, before)
    }
    let rows = try run(
      """
      UPDATE transfer SET amount_reversed = $2, reversed_elsewhere = $3, modified_ms = $4
      WHERE id = $1 RETURNING *
      """, .integer(before.id), .integer(minorUnits), .integer(elsewhere), .integer(nowMs))
    let now = try TransferRecord(row: rows[0])
    if now.reversedElsewhere > before.reversedElsewhere, let currency = now.amount?.currency {
      let amount = Money(minorUnits: now.reversedElsewhere, currency: currency)
      try addHistory(
        record: now.recordName, status: now.status.rawValue,
        reason: "\(amount) of it were taken back, and not by this program", nowMs: nowMs)
    }
    return (before, now)
  }

  private func ownReversals(_ id: TransferID) throws -> Int64 {
    try run(
      """
      SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM transfer
      WHERE reversed_transfer = $1 AND kind = 'TRANSFER_REFUND'
        AND status IN ('TRANSFER_PENDING', 'TRANSFER_CREATED')
      """, .text(id.rawValue)
    )[0].int64("amount")
  }

  /// The Mirakl ids of the refunds whose reversal of this transfer still waits.
  public func openReversalIDs(of id: TransferID) throws -> [String] {
    try run(
      """
      SELECT DISTINCT mirakl_id FROM transfer WHERE reversed_transfer = $1
        AND status IN ('TRANSFER_ON_HOLD', 'TRANSFER_FAILED', 'TRANSFER_IGNORED')
      ORDER BY mirakl_id
      """, .text(id.rawValue)
    ).map { try $0.text("mirakl_id") }
  }

  /// Whether any movement of this kind was sent and has no outcome.
  public func hasLiveIntent(_ kind: Intent.Kind) throws -> Bool {
    try !run(
      "SELECT id FROM intent WHERE kind = $1 AND state IN ('sent', 'unknown') LIMIT 1",
      .text(kind.rawValue)
    ).isEmpty
  }
}
