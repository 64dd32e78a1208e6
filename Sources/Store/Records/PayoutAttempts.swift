import Domain

/// What Stripe made of a document's payout: one row per payout (S5).
extension Transaction {
  /// By ascending round.
  public func payoutAttempts(invoice: Int64) throws -> [PayoutAttempt] {
    try run("SELECT * FROM payout_attempt WHERE invoice_id = $1 ORDER BY round", .integer(invoice))
      .map(PayoutAttempt.init(row:))
  }

  public func payoutAttempt(_ id: PayoutID) throws -> PayoutAttempt? {
    try run("SELECT * FROM payout_attempt WHERE payout_id = $1", .text(id.rawValue)).first
      .map(PayoutAttempt.init(row:))
  }

  /// Writes down a payout that Stripe made, and has its state read if an event named it before it
  /// was known (S8).
  public func addPayoutAttempt(
    invoice: Int64, round: Int, payoutID: PayoutID, account: AccountID, amount: Money,
    nowMs: Int64
  ) throws {
    try run(
      """
      INSERT INTO payout_attempt (invoice_id, round, payout_id, account_id, amount, currency,
        status, created_ms, modified_ms)
      VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $7)
      ON CONFLICT (payout_id) DO NOTHING
      """, .integer(invoice), SQLValue(round), .text(payoutID.rawValue),
      .text(account.rawValue), .integer(amount.minorUnits), .text(amount.currency.code),
      .integer(nowMs))
    let parked = try run(
      "DELETE FROM parked_payout WHERE payout_id = $1 RETURNING account_id",
      .text(payoutID.rawValue))
    if !parked.isEmpty {
      try enqueue(
        .readPayout, key: Self.payoutKey(payoutID, account), runAtMs: nowMs, nowMs: nowMs)
    }
  }

  /// Writes down what Stripe says of it now.
  /// - Returns: the row as it was before and as it is now.
  public func updatePayoutAttempt(
    _ snapshot: PayoutSnapshot, status: PayoutSnapshot.Status, nowMs: Int64
  ) throws -> (before: PayoutAttempt, now: PayoutAttempt)? {
    guard let before = try payoutAttempt(snapshot.id) else { return nil }
    let rows = try run(
      """
      UPDATE payout_attempt SET status = $2, failure_code = $3, failure_message = $4,
        destination = COALESCE($5, destination),
        paid_ms = CASE WHEN $2 = 'paid' THEN COALESCE(paid_ms, $6) ELSE paid_ms END,
        modified_ms = $6
      WHERE payout_id = $1 RETURNING *
      """, .text(snapshot.id.rawValue), .text(status.rawValue), SQLValue(snapshot.failureCode),
      SQLValue(snapshot.failureMessage), SQLValue(snapshot.destination), .integer(nowMs))
    return (before, try PayoutAttempt(row: rows[0]))
  }

  /// Payouts whose end no event told yet, and paid ones that may still come back (S5), ascending.
  /// - Parameter paidSinceMs: Paid ones at least as recent as this.
  public func payoutAttemptsUnderWay(
    paidSinceMs: Int64, after: Int64?, limit: Int
  ) throws -> [PayoutAttempt] {
    try run(
      """
      SELECT * FROM payout_attempt
      WHERE (status IN ('pending', 'in_transit') OR (status = 'paid' AND paid_ms >= $1))
        AND id > $2
      ORDER BY id LIMIT $3
      """, .integer(paidSinceMs), .integer(after ?? 0), SQLValue(limit)
    ).map(PayoutAttempt.init(row:))
  }

  /// Documents whose payout was paid and not confirmed to Mirakl yet, ascending (S6).
  public func unconfirmedDocumentIDs(after: Int64?, limit: Int) throws -> [Int64] {
    try run(
      """
      SELECT DISTINCT document.id FROM payout_attempt
        JOIN document ON document.id = payout_attempt.invoice_id
      WHERE payout_attempt.status = 'paid' AND document.confirmed_ms IS NULL
        AND document.id > $1
      ORDER BY document.id LIMIT $2
      """, .integer(after ?? .min), SQLValue(limit)
    ).map { try $0.int64("id") }
  }

  /// S8: an event came before the payout it is about. Kept until the payout is recorded.
  public func parkPayout(_ id: PayoutID, account: AccountID, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO parked_payout (payout_id, account_id, parked_ms) VALUES ($1, $2, $3)
      ON CONFLICT (payout_id) DO NOTHING
      """, .text(id.rawValue), .text(account.rawValue), .integer(nowMs))
  }

  public func parkedPayoutIDs() throws -> [String] {
    try run("SELECT payout_id FROM parked_payout ORDER BY payout_id").map {
      try $0.text("payout_id")
    }
  }

  /// Payouts that turned out not to be ours: made by hand or by Stripe's schedule.
  /// - Returns: how many were forgotten.
  public func forgetParkedPayouts(beforeMs: Int64) throws -> Int {
    try run(
      "DELETE FROM parked_payout WHERE parked_ms < $1 RETURNING payout_id", .integer(beforeMs)
    )
    .count
  }

  /// The key of the job that reads a payout: its account is needed to ask for it.
  public static func payoutKey(_ id: PayoutID, _ account: AccountID) -> String {
    "\(account.rawValue)/\(id.rawValue)"
  }
}

extension PayoutAttempt {
  init(row: SQLRow) throws {
    guard let amount = try row.moneyOrNil("amount", "currency") else {
      throw StoreError.corrupt("a payout without an amount")
    }
    self.init(
      id: try row.int64("id"), invoiceID: try row.int64("invoice_id"),
      round: try row.int("round"), payoutID: try row.id("payout_id"),
      accountID: try row.id("account_id"), amount: amount, status: try row.word("status"),
      failureCode: try row.textOrNil("failure_code"),
      failureMessage: try row.textOrNil("failure_message"),
      destination: try row.textOrNil("destination"), paidMs: try row.int64OrNil("paid_ms"),
      createdMs: try row.int64("created_ms"), modifiedMs: try row.int64("modified_ms"))
  }
}
