import Domain

/// One call to a neighbour, in the history of a record (V2).
public struct RecordedCall: Hashable, Sendable {
  public var id: Int64
  /// When it ended; milliseconds since 1970.
  public var atMs: Int64
  /// `stripe` or `mirakl`.
  public var neighbour: String
  public var trace: CallTrace
  /// What it meant, in words.
  public var outcome: String
  public var record: String?
  public var intentID: Int64?
}

extension Transaction {
  /// - Parameter record: The record it was made for, e.g. `TransferRecord.recordName`.
  public func recordCall(
    neighbour: String, trace: CallTrace, outcome: String, record: String?, intentID: Int64?,
    nowMs: Int64
  ) throws {
    try run(
      """
      INSERT INTO call (at_ms, neighbour, operation, request_id, status, duration_ms, is_replay,
        outcome, record, intent_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """, .integer(nowMs), .text(neighbour), .text(trace.operation), SQLValue(trace.requestID),
      SQLValue(trace.status.map(Int64.init)), .integer(trace.durationMs),
      SQLValue(trace.isReplay), .text(outcome), SQLValue(record), SQLValue(intentID))
  }

  /// The calls made for a record, oldest first.
  public func calls(record: String) throws -> [RecordedCall] {
    try run("SELECT * FROM call WHERE record = $1 ORDER BY id", .text(record))
      .map(RecordedCall.init(row:))
  }
}

extension RecordedCall {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), atMs: try row.int64("at_ms"),
      neighbour: try row.text("neighbour"),
      trace: CallTrace(
        operation: try row.text("operation"), requestID: try row.textOrNil("request_id"),
        status: try row.int64OrNil("status").map { Int($0) },
        durationMs: try row.int64("duration_ms"), isReplay: try row.bool("is_replay")),
      outcome: try row.text("outcome"), record: try row.textOrNil("record"),
      intentID: try row.int64OrNil("intent_id"))
  }
}
