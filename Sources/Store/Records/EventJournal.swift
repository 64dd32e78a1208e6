import Domain

/// What became of an event that arrived, with its number in the journal.
public enum Arrival: Hashable, Sendable {
  case new(Int64)
  case duplicate(Int64)
}

/// The journal: every fact that arrived, once, in order.
///
/// Appending writes no job: a dispatcher reads on behind a checkpoint and, in one transaction,
/// enqueues the jobs of many events and moves the checkpoint. Work on the same object coalesces,
/// and the way in costs one row.
extension Transaction {
  /// Stores an event. Answer 2xx only after its commit, also for a duplicate: our first answer
  /// got lost (W1).
  public func appendEvent(_ event: NewEvent, nowMs: Int64) throws -> Arrival {
    let inserted = try run(
      """
      INSERT INTO event (source, endpoint, external_id, type, object_id, account, livemode,
        created_ms, payload, received_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      ON CONFLICT (source, external_id) DO NOTHING RETURNING id
      """, .text(event.source.rawValue), .text(event.endpoint), .text(event.externalID),
      .text(event.type), SQLValue(event.objectID), SQLValue(event.account),
      SQLValue(event.livemode), .integer(event.createdMs), .blob(event.payload), .integer(nowMs))
    if let row = inserted.first { return .new(try row.int64("id")) }
    let known = try run(
      "SELECT id FROM event WHERE source = $1 AND external_id = $2",
      .text(event.source.rawValue), .text(event.externalID))
    guard let row = known.first else { throw StoreError.corrupt("a stored event is not found") }
    return .duplicate(try row.int64("id"))
  }

  /// The events that follow the one with this number, in order.
  public func events(after id: Int64, limit: Int) throws -> [JournalEvent] {
    try run("SELECT * FROM event WHERE id > $1 ORDER BY id LIMIT $2", .integer(id), SQLValue(limit))
      .map(JournalEvent.init(row:))
  }

  public func event(id: Int64) throws -> JournalEvent? {
    try run("SELECT * FROM event WHERE id = $1", .integer(id)).first.map(JournalEvent.init(row:))
  }

  public func event(source: NewEvent.Source, externalID: String) throws -> JournalEvent? {
    try run(
      "SELECT * FROM event WHERE source = $1 AND external_id = $2", .text(source.rawValue),
      .text(externalID)
    ).first.map(JournalEvent.init(row:))
  }

  /// When an endpoint was last heard; nil if never.
  public func lastReceivedMs(endpoint: String) throws -> Int64? {
    try run(
      "SELECT received_ms FROM event WHERE endpoint = $1 ORDER BY id DESC LIMIT 1", .text(endpoint)
    ).first?.int64("received_ms")
  }

  /// The highest number given out; 0 in an empty journal.
  public func lastEventID() throws -> Int64 {
    try run("SELECT COALESCE(MAX(id), 0) AS id FROM event")[0].int64("id")
  }
}

extension JournalEvent {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"),
      event: NewEvent(
        source: try row.word("source"), endpoint: try row.text("endpoint"),
        externalID: try row.text("external_id"), type: try row.text("type"),
        objectID: try row.textOrNil("object_id"), account: try row.textOrNil("account"),
        livemode: try row.bool("livemode"), createdMs: try row.int64("created_ms"),
        payload: try row.blob("payload")),
      receivedMs: try row.int64("received_ms"))
  }
}
