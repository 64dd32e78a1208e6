import Domain

/// What `savePayout` is to write; everything about a payout but its number and its moments.
public struct PayoutDraft: Hashable, Sendable {
  public var invoiceID: Int64
  public var shopID: ShopID?
  public var mappingID: Int64?
  public var accountID: AccountID?
  public var payoutID: PayoutID?
  public var amount: Money?
  public var status: PayoutRecord.Status
  public var reason: String?
  public var waiting: PayoutRecord.Waiting?
  public var miraklCreatedMs: Int64?

  public init(
    invoiceID: Int64, shopID: ShopID? = nil, mappingID: Int64? = nil,
    accountID: AccountID? = nil, payoutID: PayoutID? = nil, amount: Money? = nil,
    status: PayoutRecord.Status, reason: String? = nil, waiting: PayoutRecord.Waiting? = nil,
    miraklCreatedMs: Int64? = nil
  ) {
    self.invoiceID = invoiceID
    self.shopID = shopID
    self.mappingID = mappingID
    self.accountID = accountID
    self.payoutID = payoutID
    self.amount = amount
    self.status = status
    self.reason = reason
    self.waiting = waiting
    self.miraklCreatedMs = miraklCreatedMs
  }

  public init(_ record: PayoutRecord) {
    self.init(
      invoiceID: record.invoiceID, shopID: record.shopID, mappingID: record.mappingID,
      accountID: record.accountID, payoutID: record.payoutID, amount: record.amount,
      status: record.status, reason: record.reason, waiting: record.waiting,
      miraklCreatedMs: record.miraklCreatedMs)
  }
}

/// Payouts: one record per billing document.
extension Transaction {
  public func payout(invoice: Int64) throws -> PayoutRecord? {
    try run("SELECT * FROM payout WHERE invoice_id = $1", .integer(invoice)).first
      .map(PayoutRecord.init(row:))
  }

  public func payout(id: Int64) throws -> PayoutRecord? {
    try run("SELECT * FROM payout WHERE id = $1", .integer(id)).first.map(PayoutRecord.init(row:))
  }

  /// By ascending number.
  public func payouts(limit: Int, offset: Int) throws -> [PayoutRecord] {
    try run(
      "SELECT * FROM payout ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(PayoutRecord.init(row:))
  }

  /// Inserts or updates a record. An aborted one is never changed; one that was created only
  /// becomes failed, when the bank sends it back (S5).
  /// - Returns: the record as it is now, and whether its status or reason differ from before; a
  ///   history row was written then.
  @discardableResult
  public func savePayout(
    _ draft: PayoutDraft, nowMs: Int64
  ) throws -> (record: PayoutRecord, changed: Bool) {
    let before = try payout(invoice: draft.invoiceID)
    if let before, before.isSettled(against: draft) || PayoutDraft(before) == draft.filled(before) {
      return (before, false)
    }
    let rows = try run(
      """
      INSERT INTO payout (invoice_id, shop_id, mapping_id, account_id, payout_id, amount, currency,
        status, reason, waiting, mirakl_created_ms, created_ms, modified_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
      ON CONFLICT (invoice_id) DO UPDATE SET
        shop_id = COALESCE(excluded.shop_id, payout.shop_id), mapping_id = excluded.mapping_id,
        account_id = excluded.account_id, payout_id = excluded.payout_id,
        amount = excluded.amount, currency = excluded.currency, status = excluded.status,
        reason = excluded.reason, waiting = excluded.waiting,
        mirakl_created_ms = COALESCE(excluded.mirakl_created_ms, payout.mirakl_created_ms),
        modified_ms = excluded.modified_ms
      RETURNING *
      """, .integer(draft.invoiceID), SQLValue(draft.shopID?.rawValue), SQLValue(draft.mappingID),
      SQLValue(draft.accountID?.rawValue), SQLValue(draft.payoutID?.rawValue),
      SQLValue(draft.amount?.minorUnits), SQLValue(draft.amount?.currency.code),
      .text(draft.status.rawValue), SQLValue(draft.reason), SQLValue(draft.waiting?.rawValue),
      SQLValue(draft.miraklCreatedMs), .integer(nowMs))
    let record = try PayoutRecord(row: rows[0])
    let changed = before?.status != record.status || before?.reason != record.reason
    if changed {
      try addHistory(
        record: record.recordName, status: record.status.rawValue, reason: record.reason,
        nowMs: nowMs)
    }
    return (record, changed)
  }

  /// Lets a payout that waits for somebody be tried again (S5).
  /// - Parameter waiting: Only if it waits for this.
  /// - Returns: whether it waited for that.
  @discardableResult
  public func releasePayout(
    invoice: Int64, waiting: PayoutRecord.Waiting, nowMs: Int64
  ) throws -> Bool {
    let rows = try run(
      """
      UPDATE payout SET waiting = NULL, modified_ms = $3 WHERE invoice_id = $1 AND waiting = $2
      RETURNING id
      """, .integer(invoice), .text(waiting.rawValue), .integer(nowMs))
    guard let row = rows.first else { return false }
    // The next pass comes every day: no step worth keeping.
    if waiting == .nextPass { return true }
    try addHistory(
      record: "payout/\(try row.int64("id"))", status: PayoutRecord.Status.failed.rawValue,
      reason: "No longer waits for \(waiting.rawValue): tried again", nowMs: nowMs)
    return true
  }

  /// The open payouts of one connected account, ascending by document.
  public func openPayouts(account: AccountID) throws -> [PayoutRecord] {
    try run(
      "SELECT * FROM payout WHERE account_id = $1 AND \(isOpenPayout) ORDER BY invoice_id",
      .text(account.rawValue)
    ).map(PayoutRecord.init(row:))
  }

  /// Accounts with a payout that failed for its bank account, ascending.
  public func accountsWaitingForExternalAccount() throws -> [AccountID] {
    try run(
      """
      SELECT DISTINCT account_id FROM payout WHERE waiting = 'external_account'
        AND account_id IS NOT NULL ORDER BY account_id
      """
    ).map { try $0.id("account_id") }
  }

  /// Accounts that have a payout on hold and are believed not to be paid out by Stripe.
  public func accountsWaitingForPayouts() throws -> [AccountID] {
    try run(
      """
      SELECT DISTINCT mapping.account_id FROM payout JOIN mapping USING (shop_id)
      WHERE payout.status = 'PAYOUT_ON_HOLD' AND mapping.payout_enabled = 0
      ORDER BY mapping.account_id
      """
    ).map { try $0.id("account_id") }
  }

  /// How many payouts, and how much money, are in each status (V1).
  public func payoutCounts() throws -> [(
    status: PayoutRecord.Status, currency: Currency?, count: Int, minorUnits: Int64
  )] {
    try run(
      """
      SELECT status, currency, COUNT(*) AS n,
        CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS minor_units
      FROM payout GROUP BY status, currency ORDER BY status, currency
      """
    ).map {
      (
        try $0.word("status"), try $0.currencyOrNil("currency"), try $0.int("n"),
        try $0.int64("minor_units")
      )
    }
  }
}

extension PayoutDraft {
  /// With what is kept where the draft does not know it.
  fileprivate func filled(_ record: PayoutRecord) -> PayoutDraft {
    var draft = self
    draft.shopID = shopID ?? record.shopID
    draft.miraklCreatedMs = miraklCreatedMs ?? record.miraklCreatedMs
    return draft
  }
}

extension PayoutRecord {
  /// Its name in `history` and `call`.
  public var recordName: String { "payout/\(id)" }

  /// Whether the draft must not change it.
  fileprivate func isSettled(against draft: PayoutDraft) -> Bool {
    switch status {
    case .aborted: true
    case .created: draft.status != .failed
    case .onHold, .pending, .failed, .ignored: false
    }
  }

  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), invoiceID: try row.int64("invoice_id"),
      shopID: try row.int64OrNil("shop_id").map { ShopID($0) },
      mappingID: try row.int64OrNil("mapping_id"), accountID: try row.idOrNil("account_id"),
      payoutID: try row.idOrNil("payout_id"), amount: try row.moneyOrNil("amount", "currency"),
      status: try row.word("status"), reason: try row.textOrNil("reason"),
      waiting: try row.textOrNil("waiting").flatMap(PayoutRecord.Waiting.init(rawValue:)),
      miraklCreatedMs: try row.int64OrNil("mirakl_created_ms"),
      createdMs: try row.int64("created_ms"), modifiedMs: try row.int64("modified_ms"))
  }
}
