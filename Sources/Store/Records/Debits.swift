import Domain
import FoundationEssentials

/// What a writer knows of a debit; the store adds number and times.
public struct DebitDraft: Hashable, Sendable {
  public var debit: Debit
  public var status: DebitRecord.Status
  public var reason: String?
  public var chargeID: ChargeID?

  public init(
    debit: Debit, status: DebitRecord.Status, reason: String?, chargeID: ChargeID? = nil
  ) {
    self.debit = debit
    self.status = status
    self.reason = reason
    self.chargeID = chargeID
  }
}

/// Debits that Mirakl waits for, and what it was told. One record per kind and subject.
extension Transaction {
  public func debit(_ kind: Debit.Kind, subject: String) throws -> DebitRecord? {
    try run(
      "SELECT * FROM debit WHERE kind = $1 AND subject = $2", .text(kind.rawValue), .text(subject)
    ).first.map(DebitRecord.init(row:))
  }

  /// Every debit of a basket, answered or not, by ascending number.
  public func debits(commercialID: CommercialOrderID) throws -> [DebitRecord] {
    try run(
      "SELECT * FROM debit WHERE commercial_id = $1 ORDER BY id", .text(commercialID.rawValue)
    ).map(DebitRecord.init(row:))
  }

  /// Debits that are not answered, in pages by subject.
  /// - Parameter last: The subject after which to go on; nil for the first page.
  public func waitingDebits(
    _ kind: Debit.Kind, after last: String?, limit: Int
  ) throws -> [DebitRecord] {
    try run(
      """
      SELECT * FROM debit
      WHERE kind = $1 AND subject > $2
        AND status IN ('DEBIT_ON_HOLD', 'DEBIT_PENDING', 'DEBIT_FAILED')
      ORDER BY subject LIMIT $3
      """, .text(kind.rawValue), .text(last ?? ""), SQLValue(limit)
    ).map(DebitRecord.init(row:))
  }

  /// By ascending number.
  public func debits(limit: Int, offset: Int) throws -> [DebitRecord] {
    try run(
      "SELECT * FROM debit ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(DebitRecord.init(row:))
  }

  /// Stores what Mirakl shows of a debit. A new one, and one that was believed closed, waits with
  /// `reason`; of any other the status stays as it is.
  @discardableResult
  public func noteDebit(
    _ debit: Debit, reason: String, readMs: Int64, nowMs: Int64
  ) throws -> DebitRecord {
    let known = try self.debit(debit.kind, subject: debit.subject)
    guard let known, known.status != .closed else {
      return try saveDebit(
        DebitDraft(debit: debit, status: .onHold, reason: reason), readMs: readMs, nowMs: nowMs
      ).record
    }
    if known.debit == debit, known.readMs == readMs { return known }
    return try run(
      """
      UPDATE debit SET snapshot = $2, commercial_id = $3, order_id = $4,
        read_ms = CASE WHEN read_ms > $5 + $6 THEN $5 ELSE MAX(read_ms, $5) END
      WHERE id = $1 RETURNING *
      """, .integer(known.id), .text(try debit.json()), .text(debit.commercialID.rawValue),
      .text(debit.orderID.rawValue), .integer(readMs), .integer(Self.readingMsMax)
    ).map(DebitRecord.init(row:))[0]
  }

  /// Inserts or updates a record. One that was answered is never changed.
  /// - Parameter readMs: When Mirakl showed it, if it did just now.
  /// - Returns: the record as it is now, and whether its status or reason differ from before; a
  ///   history row was written then.
  @discardableResult
  public func saveDebit(
    _ draft: DebitDraft, readMs: Int64? = nil, nowMs: Int64
  ) throws -> (record: DebitRecord, changed: Bool) {
    let before = try debit(draft.debit.kind, subject: draft.debit.subject)
    if let before, before.status.isFinal || (readMs == nil && before.says(draft)) {
      return (before, false)
    }
    let row = try run(
      """
      INSERT INTO debit (kind, subject, order_id, commercial_id, snapshot, status, reason,
        charge_id, read_ms, created_ms, modified_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, COALESCE($9, $10), $10, $10)
      ON CONFLICT (kind, subject) DO UPDATE SET order_id = excluded.order_id,
        commercial_id = excluded.commercial_id, snapshot = excluded.snapshot,
        status = excluded.status, reason = excluded.reason, charge_id = excluded.charge_id,
        read_ms = COALESCE($9, debit.read_ms), modified_ms = excluded.modified_ms
      RETURNING *
      """, .text(draft.debit.kind.rawValue), .text(draft.debit.subject),
      .text(draft.debit.orderID.rawValue), .text(draft.debit.commercialID.rawValue),
      .text(try draft.debit.json()), .text(draft.status.rawValue), SQLValue(draft.reason),
      SQLValue(draft.chargeID?.rawValue), SQLValue(readMs), .integer(nowMs))
    let record = try DebitRecord(row: row[0])
    let changed = before?.status != record.status || before?.reason != record.reason
    if changed {
      try addHistory(
        record: record.recordName, status: record.status.rawValue, reason: record.reason,
        nowMs: nowMs)
    }
    return (record, changed)
  }
}

extension Debit {
  /// With sorted keys, so that equal debits are equal texts.
  fileprivate func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension DebitRecord {
  /// Its name in `history` and `call`.
  public var recordName: String { "debit/\(id)" }

  /// Whether writing the draft would change nothing.
  fileprivate func says(_ draft: DebitDraft) -> Bool {
    draft == DebitDraft(debit: debit, status: status, reason: reason, chargeID: chargeID)
  }

  init(row: SQLRow) throws {
    let debit: Debit
    do {
      debit = try JSONDecoder().decode(Debit.self, from: Data(try row.text("snapshot").utf8))
    } catch {
      throw StoreError.corrupt("the snapshot of a debit cannot be decoded")
    }
    self.init(
      id: try row.int64("id"), debit: debit, status: try row.word("status"),
      reason: try row.textOrNil("reason"), chargeID: try row.idOrNil("charge_id"),
      readMs: try row.int64("read_ms"), createdMs: try row.int64("created_ms"),
      modifiedMs: try row.int64("modified_ms"))
  }
}
