import Domain

/// What a writer knows of a capture; the store adds number and times.
public struct CaptureDraft: Hashable, Sendable {
  public var chargeID: ChargeID
  public var commercialID: CommercialOrderID
  public var amount: Money?
  public var status: CaptureRecord.Status
  public var reason: String?

  public init(
    chargeID: ChargeID, commercialID: CommercialOrderID, amount: Money? = nil,
    status: CaptureRecord.Status, reason: String?
  ) {
    self.chargeID = chargeID
    self.commercialID = commercialID
    self.amount = amount
    self.status = status
    self.reason = reason
  }
}

/// Authorised payments, and what became of them. One record per charge.
extension Transaction {
  public func capture(charge: ChargeID) throws -> CaptureRecord? {
    try run("SELECT * FROM capture WHERE charge_id = $1", .text(charge.rawValue)).first
      .map(CaptureRecord.init(row:))
  }

  public func captures(commercialID: CommercialOrderID) throws -> [CaptureRecord] {
    try run(
      "SELECT * FROM capture WHERE commercial_id = $1 ORDER BY id", .text(commercialID.rawValue)
    ).map(CaptureRecord.init(row:))
  }

  /// By ascending number.
  public func captures(limit: Int, offset: Int) throws -> [CaptureRecord] {
    try run(
      "SELECT * FROM capture ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(CaptureRecord.init(row:))
  }

  /// Inserts or updates a record. A final one is never changed.
  /// - Returns: the record as it is now, and whether its status or reason differ from before; a
  ///   history row was written then.
  @discardableResult
  public func saveCapture(
    _ draft: CaptureDraft, nowMs: Int64
  ) throws -> (record: CaptureRecord, changed: Bool) {
    let before = try capture(charge: draft.chargeID)
    if let before {
      if before.status.isFinal { return (before, false) }
      if before.status == draft.status, before.reason == draft.reason,
        before.amount == draft.amount, before.commercialID == draft.commercialID
      {
        return (before, false)
      }
    }
    let row = try run(
      """
      INSERT INTO capture (charge_id, commercial_id, amount, currency, status, reason, created_ms,
        modified_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
      ON CONFLICT (charge_id) DO UPDATE SET commercial_id = excluded.commercial_id,
        amount = excluded.amount, currency = excluded.currency, status = excluded.status,
        reason = excluded.reason, modified_ms = excluded.modified_ms
      RETURNING *
      """, .text(draft.chargeID.rawValue), .text(draft.commercialID.rawValue),
      SQLValue(draft.amount?.minorUnits), SQLValue(draft.amount?.currency.code),
      .text(draft.status.rawValue), SQLValue(draft.reason), .integer(nowMs))
    let record = try CaptureRecord(row: row[0])
    let changed = before?.status != record.status || before?.reason != record.reason
    if changed {
      try addHistory(
        record: record.recordName, status: record.status.rawValue, reason: record.reason,
        nowMs: nowMs)
    }
    return (record, changed)
  }

  /// Keeps until when an authorisation lives (C5). A record that does not exist yet is made.
  public func noteAuthorisation(
    _ charge: ChargeID, commercialID: CommercialOrderID, captureBeforeMs: Int64?, nowMs: Int64
  ) throws {
    if try capture(charge: charge) == nil {
      try saveCapture(
        CaptureDraft(
          chargeID: charge, commercialID: commercialID, status: .onHold,
          reason: "Authorised; waits for its orders"), nowMs: nowMs)
    }
    guard let captureBeforeMs else { return }
    try run(
      "UPDATE capture SET capture_before_ms = $2 WHERE charge_id = $1", .text(charge.rawValue),
      .integer(captureBeforeMs))
  }

  /// Remembers that the operator was told of the end of an authorisation (C5).
  /// - Returns: false if that was done before.
  public func markCaptureWarned(_ charge: ChargeID, nowMs: Int64) throws -> Bool {
    try !run(
      """
      UPDATE capture SET warned_ms = $2 WHERE charge_id = $1 AND warned_ms IS NULL RETURNING id
      """, .text(charge.rawValue), .integer(nowMs)
    ).isEmpty
  }

  /// Baskets with a payment that is authorised and not captured, in pages by id.
  public func basketsToCapture(after last: String?, limit: Int) throws -> [CommercialOrderID] {
    try run(
      """
      SELECT DISTINCT commercial_id FROM payment
      WHERE status = 'to_capture' AND commercial_id IS NOT NULL AND commercial_id > $1
      ORDER BY commercial_id LIMIT $2
      """, .text(last ?? ""), SQLValue(limit)
    ).map { try $0.id("commercial_id") }
  }

  /// Baskets whose capture was begun and has no outcome although the payment is no longer to be
  /// captured, in pages by id.
  public func basketsWithOpenCapture(after last: String?, limit: Int) throws -> [CommercialOrderID]
  {
    try run(
      """
      SELECT DISTINCT capture.commercial_id AS commercial_id FROM capture
      JOIN payment ON payment.charge_id = capture.charge_id
      WHERE capture.status IN ('CAPTURE_ON_HOLD', 'CAPTURE_PENDING', 'CAPTURE_FAILED')
        AND payment.status <> 'to_capture' AND capture.commercial_id > $1
      ORDER BY capture.commercial_id LIMIT $2
      """, .text(last ?? ""), SQLValue(limit)
    ).map { try $0.id("commercial_id") }
  }
}

extension CaptureRecord {
  /// Its name in `history` and `call`.
  public var recordName: String { "capture/\(id)" }

  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), chargeID: try row.id("charge_id"),
      commercialID: try row.id("commercial_id"),
      amount: try row.moneyOrNil("amount", "currency"), status: try row.word("status"),
      reason: try row.textOrNil("reason"),
      captureBeforeMs: try row.int64OrNil("capture_before_ms"),
      warnedMs: try row.int64OrNil("warned_ms"), createdMs: try row.int64("created_ms"),
      modifiedMs: try row.int64("modified_ms"))
  }
}
