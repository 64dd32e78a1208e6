import Domain

/// What is known after an intent was handed to the network.
public enum IntentOutcome: Hashable, Sendable {
  /// This send certainly had no effect.
  case notSent(String)
  /// The answer was lost, or says nothing (Q3).
  case unknown(String)
  /// As `unknown`, and the neighbour keeps answering this error under the key.
  case spent(String)
  /// The object exists; its id.
  case succeeded(receiptID: String)
  /// A definite no.
  case refused(String)
}

/// Intents: written before the call, updated after it (Q1, Q2).
///
/// `sends` counts the sends that may have had an effect: one that certainly had none is taken
/// back, and with the first of them the moment from which Stripe's memory of the key is counted.
extension Transaction {
  /// The intent with the highest attempt number.
  public func latestIntent(_ kind: Intent.Kind, businessKey: String) throws -> Intent? {
    try run(
      """
      SELECT * FROM intent WHERE kind = $1 AND business_key = $2 ORDER BY attempt DESC LIMIT 1
      """, .text(kind.rawValue), .text(businessKey)
    ).first.map(Intent.init(row:))
  }

  public func intent(id: Int64) throws -> Intent? {
    try run("SELECT * FROM intent WHERE id = $1", .integer(id)).first.map(Intent.init(row:))
  }

  /// Writes the next attempt at a movement.
  /// - Parameter request: The parameters as JSON; every send repeats them.
  /// - Throws: `StoreError.notAllowed` unless every earlier attempt was refused.
  public func planIntent(
    _ kind: Intent.Kind, businessKey: String, request: String, nowMs: Int64
  ) throws -> Intent {
    let latest = try latestIntent(kind, businessKey: businessKey)
    if let latest, latest.state != .refused {
      throw StoreError.notAllowed(
        "attempt \(latest.attempt) of \(kind.rawValue) \(businessKey) is \(latest.state.rawValue)")
    }
    let attempt = (latest?.attempt ?? 0) + 1
    let key = Intent.idempotencyKey(kind: kind, businessKey: businessKey, attempt: attempt)
    return try run(
      """
      INSERT INTO intent (kind, business_key, attempt, idempotency_key, request, state,
        created_ms, modified_ms)
      VALUES ($1, $2, $3, $4, $5, 'planned', $6, $6) RETURNING *
      """, .text(kind.rawValue), .text(businessKey), SQLValue(attempt), .text(key), .text(request),
      .integer(nowMs)
    ).map(Intent.init(row:))[0]
  }

  /// Records that a send begins. To be durable before the first byte.
  /// - Throws: `StoreError.notAllowed` if the intent has its outcome already.
  public func markIntentSent(_ id: Int64, nowMs: Int64) throws -> Intent {
    let rows = try run(
      """
      UPDATE intent SET state = 'sent', sends = sends + 1, last_sent_ms = $2, modified_ms = $2,
        first_sent_ms = COALESCE(first_sent_ms, $2), absent_ms = NULL
      WHERE id = $1 AND state IN ('planned', 'sent', 'unknown') RETURNING *
      """, .integer(id), .integer(nowMs))
    if let row = rows.first { return try Intent(row: row) }
    let intent = try existingIntent(id)
    throw StoreError.notAllowed("intent \(id) is \(intent.state.rawValue) and not sent again")
  }

  /// Records what became of a send.
  ///
  /// A success is never changed: two workers may send the same key, and the second hears of the
  /// same object. A late success corrects a refusal as long as no further attempt was planned:
  /// the money has moved, and a further attempt would move it again.
  /// - Returns: the intent as it is now.
  /// - Throws: `StoreError.notAllowed` for an outcome of an intent that was never sent, or for a
  ///   success after a further attempt was planned (an operator must look).
  public func finishIntent(_ id: Int64, _ outcome: IntentOutcome, nowMs: Int64) throws -> Intent {
    let intent = try existingIntent(id)
    switch (intent.state, outcome) {
    case (.succeeded, _): return intent
    case (.refused, .succeeded(let receiptID)):
      return try succeedLate(intent, receiptID: receiptID, nowMs: nowMs)
    case (.refused, _): return intent
    case (.planned, .notSent): return intent
    case (.planned, .unknown), (.planned, .spent), (.planned, .succeeded):
      throw StoreError.notAllowed("intent \(id) was never marked as sent")
    case (.planned, .refused(let reason)), (.sent, .refused(let reason)),
      (.unknown, .refused(let reason)):
      return try set(intent, .refused, failure: reason, nowMs: nowMs)
    case (.sent, .unknown(let reason)), (.unknown, .unknown(let reason)):
      return try set(intent, .unknown, failure: reason, nowMs: nowMs)
    case (.sent, .spent(let reason)), (.unknown, .spent(let reason)):
      try run("UPDATE intent SET key_spent = 1 WHERE id = $1", .integer(id))
      return try set(intent, .unknown, failure: reason, nowMs: nowMs)
    case (.sent, .succeeded(let receiptID)), (.unknown, .succeeded(let receiptID)):
      return try set(intent, .succeeded, receiptID: receiptID, nowMs: nowMs)
    case (.sent, .notSent(let reason)), (.unknown, .notSent(let reason)):
      return try takeBack(intent, reason: reason, nowMs: nowMs)
    }
  }

  /// Records that a look-up found nothing of an unfinished intent; the first moment counts, unless
  /// the clock was set back since.
  public func noteAbsence(_ id: Int64, nowMs: Int64) throws {
    try run(
      """
      UPDATE intent SET absent_ms = $2, modified_ms = $2
      WHERE id = $1 AND state IN ('sent', 'unknown') AND (absent_ms IS NULL OR absent_ms > $2)
      """, .integer(id), .integer(nowMs))
  }

  /// Moves the last send of an unfinished intent from the future to now, after the clock was set
  /// back. The first send stays: the age of its key is unknown.
  public func dateLastSend(_ id: Int64, nowMs: Int64) throws {
    try run(
      """
      UPDATE intent SET last_sent_ms = $2, modified_ms = $2
      WHERE id = $1 AND state IN ('sent', 'unknown') AND last_sent_ms > $2
      """, .integer(id), .integer(nowMs))
  }

  /// Intents without an outcome, oldest first.
  public func unfinishedIntents(limit: Int) throws -> [Intent] {
    try run(
      """
      SELECT * FROM intent WHERE state IN ('planned', 'sent', 'unknown') ORDER BY id LIMIT $1
      """, SQLValue(limit)
    ).map(Intent.init(row:))
  }

  private func existingIntent(_ id: Int64) throws -> Intent {
    guard let intent = try intent(id: id) else { throw StoreError.notFound("intent \(id)") }
    return intent
  }

  private func set(
    _ intent: Intent, _ state: Intent.State, receiptID: String? = nil, failure: String? = nil,
    nowMs: Int64
  ) throws -> Intent {
    try run(
      """
      UPDATE intent SET state = $2, receipt_id = $3, failure = $4, modified_ms = $5
      WHERE id = $1 RETURNING *
      """, .integer(intent.id), .text(state.rawValue), SQLValue(receiptID), SQLValue(failure),
      .integer(nowMs)
    ).map(Intent.init(row:))[0]
  }

  private func succeedLate(_ intent: Intent, receiptID: String, nowMs: Int64) throws -> Intent {
    let latest = try latestIntent(intent.kind, businessKey: intent.businessKey)
    guard latest?.id == intent.id, intent.firstSentMs != nil else {
      throw StoreError.notAllowed(
        "intent \(intent.id) was refused, and a late answer says it made \(receiptID)")
    }
    return try set(intent, .succeeded, receiptID: receiptID, nowMs: nowMs)
  }

  /// One send less. Back to `planned` only from the one send that there ever was: in `unknown` an
  /// answer was lost, and nothing said later about another send can make that certain.
  private func takeBack(_ intent: Intent, reason: String, nowMs: Int64) throws -> Intent {
    let isUnsent = intent.state == .sent && intent.sends == 1
    return try run(
      """
      UPDATE intent SET state = $2, sends = $3, first_sent_ms = $4, last_sent_ms = $5,
        failure = $6, modified_ms = $7
      WHERE id = $1 RETURNING *
      """, .integer(intent.id), .text((isUnsent ? Intent.State.planned : .unknown).rawValue),
      SQLValue(isUnsent ? 0 : max(1, intent.sends - 1)),
      SQLValue(isUnsent ? nil : intent.firstSentMs), SQLValue(isUnsent ? nil : intent.lastSentMs),
      .text(reason), .integer(nowMs)
    ).map(Intent.init(row:))[0]
  }
}

extension Intent {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), kind: try row.word("kind"),
      businessKey: try row.text("business_key"), attempt: try row.int("attempt"),
      request: try row.text("request"), state: try row.word("state"),
      sends: try row.int("sends"), firstSentMs: try row.int64OrNil("first_sent_ms"),
      lastSentMs: try row.int64OrNil("last_sent_ms"), isKeySpent: try row.bool("key_spent"),
      absentMs: try row.int64OrNil("absent_ms"), receiptID: try row.textOrNil("receipt_id"),
      failure: try row.textOrNil("failure"))
  }
}
