import Domain

/// What `saveTransfer` is to write; everything about a transfer but its number and its moments.
public struct TransferDraft: Hashable, Sendable {
  public var kind: TransferRecord.Kind
  public var part: TransferRecord.Part
  public var miraklID: String
  public var commercialID: String?
  public var shopID: ShopID?
  public var mappingID: Int64?
  public var accountID: AccountID?
  public var sourceCharge: ChargeID?
  public var transferID: String?
  /// What a reversal takes back.
  public var reversedTransfer: TransferID?
  public var amount: Money?
  /// What the customer paid for the whole order (A6), in minor units of the charge's currency.
  public var grossMinorUnits: Int64?
  public var status: TransferRecord.Status
  public var reason: String?
  public var miraklCreatedMs: Int64?

  public init(
    kind: TransferRecord.Kind, part: TransferRecord.Part = .seller, miraklID: String,
    commercialID: String? = nil, shopID: ShopID? = nil, mappingID: Int64? = nil,
    accountID: AccountID? = nil, sourceCharge: ChargeID? = nil, transferID: String? = nil,
    reversedTransfer: TransferID? = nil, amount: Money? = nil, grossMinorUnits: Int64? = nil,
    status: TransferRecord.Status,
    reason: String? = nil, miraklCreatedMs: Int64? = nil
  ) {
    self.kind = kind
    self.part = part
    self.miraklID = miraklID
    self.commercialID = commercialID
    self.shopID = shopID
    self.mappingID = mappingID
    self.accountID = accountID
    self.sourceCharge = sourceCharge
    self.transferID = transferID
    self.reversedTransfer = reversedTransfer
    self.amount = amount
    self.grossMinorUnits = grossMinorUnits
    self.status = status
    self.reason = reason
    self.miraklCreatedMs = miraklCreatedMs
  }
}

/// The sellers' shares. One record per kind, part and Mirakl id.
extension Transaction {
  public func transfer(
    _ kind: TransferRecord.Kind, _ part: TransferRecord.Part, miraklID: String
  ) throws -> TransferRecord? {
    try run(
      "SELECT * FROM transfer WHERE kind = $1 AND part = $2 AND mirakl_id = $3",
      .text(kind.rawValue), .text(part.rawValue), .text(miraklID)
    ).first.map(TransferRecord.init(row:))
  }

  public func transfer(id: Int64) throws -> TransferRecord? {
    try run("SELECT * FROM transfer WHERE id = $1", .integer(id)).first
      .map(TransferRecord.init(row:))
  }

  /// Inserts or updates a record. A final one (created, aborted) is never changed, nor is one that
  /// Stripe's own object contradicts.
  ///
  /// Every field is written as it is in the draft, except that the facts about the order
  /// (commercial id, shop, Mirakl's creation time) are kept where the draft does not know them, and
  /// that a mapping deleted meanwhile is left out.
  /// - Returns: the record as it is now, and whether its status or reason differ from before; a
  ///   history row was written then.
  @discardableResult
  public func saveTransfer(
    _ draft: TransferDraft, nowMs: Int64
  ) throws -> (record: TransferRecord, changed: Bool) {
    let before = try transfer(draft.kind, draft.part, miraklID: draft.miraklID)
    if let before, before.status.isFinal || before.isContradicted || before.says(draft) {
      return (before, false)
    }
    let rows = try run(
      """
      INSERT INTO transfer (kind, part, mirakl_id, commercial_id, shop_id, mapping_id, account_id,
        source_charge, transfer_id, amount, currency, gross_minor_units, status, reason,
        mirakl_created_ms, created_ms, modified_ms, reversed_transfer)
      VALUES ($1, $2, $3, $4, $5, (SELECT id FROM mapping WHERE id = $6), $7, $8, $9, $10, $11,
        $12, $13, $14, $15, $16, $16, $17)
      ON CONFLICT (kind, part, mirakl_id) DO UPDATE SET
        commercial_id = COALESCE(excluded.commercial_id, transfer.commercial_id),
        shop_id = COALESCE(excluded.shop_id, transfer.shop_id),
        mapping_id = excluded.mapping_id, account_id = excluded.account_id,
        source_charge = excluded.source_charge, transfer_id = excluded.transfer_id,
        amount = excluded.amount, currency = excluded.currency,
        gross_minor_units = excluded.gross_minor_units, status = excluded.status,
        reason = excluded.reason, reversed_transfer = excluded.reversed_transfer,
        mirakl_created_ms = COALESCE(excluded.mirakl_created_ms, transfer.mirakl_created_ms),
        modified_ms = excluded.modified_ms
      RETURNING *
      """, .text(draft.kind.rawValue), .text(draft.part.rawValue), .text(draft.miraklID),
      SQLValue(draft.commercialID), SQLValue(draft.shopID?.rawValue), SQLValue(draft.mappingID),
      SQLValue(draft.accountID?.rawValue), SQLValue(draft.sourceCharge?.rawValue),
      SQLValue(draft.transferID), SQLValue(draft.amount?.minorUnits),
      SQLValue(draft.amount?.currency.code), SQLValue(draft.grossMinorUnits),
      .text(draft.status.rawValue), SQLValue(draft.reason), SQLValue(draft.miraklCreatedMs),
      .integer(nowMs), SQLValue(draft.reversedTransfer?.rawValue))
    let record = try TransferRecord(row: rows[0])
    let changed = before?.status != record.status || before?.reason != record.reason
    if changed {
      try addHistory(
        record: record.recordName, status: record.status.rawValue, reason: record.reason,
        nowMs: nowMs)
    }
    return (record, changed)
  }

  /// By ascending number.
  /// - Parameter displayID: Exact match; tax parts are found under their `_TAX` suffix, and an
  ///   order whose own id ends so under its id (T1).
  public func transfers(limit: Int, offset: Int, displayID: String?) throws -> [TransferRecord] {
    guard let displayID else {
      return try run(
        "SELECT * FROM transfer ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
      ).map(TransferRecord.init(row:))
    }
    return try run(
      """
      SELECT * FROM transfer WHERE (mirakl_id = $3 AND part <> 'tax')
        OR (mirakl_id = $4 AND part = 'tax')
      ORDER BY id LIMIT $1 OFFSET $2
      """, SQLValue(limit), SQLValue(offset), .text(displayID),
      displayID.hasSuffix("_TAX") ? .text(String(displayID.dropLast(4))) : .null
    ).map(TransferRecord.init(row:))
  }
}

extension TransferRecord {
  /// Its name in `history` and `call`.
  public var recordName: String { "transfer/\(id)" }

  /// Whether writing the draft would change nothing.
  fileprivate func says(_ draft: TransferDraft) -> Bool {
    let stored = TransferDraft(
      kind: kind, part: part, miraklID: miraklID, commercialID: commercialID, shopID: shopID,
      mappingID: mappingID, accountID: accountID, sourceCharge: sourceCharge,
      transferID: transferID, reversedTransfer: reversedTransfer, amount: amount,
      grossMinorUnits: grossMinorUnits, status: status,
      reason: reason, miraklCreatedMs: miraklCreatedMs)
    var draft = draft
    draft.commercialID = draft.commercialID ?? commercialID
    draft.shopID = draft.shopID ?? shopID
    draft.miraklCreatedMs = draft.miraklCreatedMs ?? miraklCreatedMs
    return draft == stored
  }

  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), kind: try row.word("kind"), part: try row.word("part"),
      miraklID: try row.text("mirakl_id"), commercialID: try row.textOrNil("commercial_id"),
      shopID: try row.int64OrNil("shop_id").map { ShopID($0) },
      mappingID: try row.int64OrNil("mapping_id"), accountID: try row.idOrNil("account_id"),
      sourceCharge: try row.idOrNil("source_charge"),
      transferID: try row.textOrNil("transfer_id"),
      reversedTransfer: try row.idOrNil("reversed_transfer"),
      amount: try row.moneyOrNil("amount", "currency"),
      grossMinorUnits: try row.int64OrNil("gross_minor_units"), status: try row.word("status"),
      reason: try row.textOrNil("reason"),
      miraklCreatedMs: try row.int64OrNil("mirakl_created_ms"),
      amountReversed: try row.int64("amount_reversed"),
      reversedElsewhere: try row.int64("reversed_elsewhere"),
      createdMs: try row.int64("created_ms"), modifiedMs: try row.int64("modified_ms"))
  }
}
