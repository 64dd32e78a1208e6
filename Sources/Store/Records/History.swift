/// One step in the life of a record (V2).
public struct HistoryEntry: Hashable, Sendable {
  public var id: Int64
  public var record: String
  public var atMs: Int64
  public var status: String
  public var reason: String?
}

extension Transaction {
  /// How the status and the reason of a record came about, oldest first.
  /// - Parameter record: e.g. `TransferRecord.recordName`.
  public func history(record: String) throws -> [HistoryEntry] {
    try run("SELECT * FROM history WHERE record = $1 ORDER BY id", .text(record)).map(
      HistoryEntry.init(row:))
  }

  /// Whether the last step of a record is a change for people: another status or reason than its
  /// step before, being at work in between not counted (Q9).
  /// - Parameter pending: The status of being at work.
  public func isNews(record: String, pending: String) throws -> Bool {
    let steps = try run(
      "SELECT * FROM history WHERE record = $1 AND status <> $2 ORDER BY id DESC LIMIT 2",
      .text(record), .text(pending)
    ).map(HistoryEntry.init(row:))
    guard let last = steps.first else { return false }
    return steps.count < 2 || last.status != steps[1].status || last.reason != steps[1].reason
  }

  func addHistory(record: String, status: String, reason: String?, nowMs: Int64) throws {
    try run(
      "INSERT INTO history (record, at_ms, status, reason) VALUES ($1, $2, $3, $4)",
      .text(record), .integer(nowMs), .text(status), SQLValue(reason))
  }
}

extension HistoryEntry {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), record: try row.text("record"), atMs: try row.int64("at_ms"),
      status: try row.text("status"), reason: try row.textOrNil("reason"))
  }
}
