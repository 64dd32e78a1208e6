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
    try run("SELECT * FROM history WHERE record = $1 ORDER BY id", .text(record)).map {
      HistoryEntry(
        id: try $0.int64("id"), record: try $0.text("record"), atMs: try $0.int64("at_ms"),
        status: try $0.text("status"), reason: try $0.textOrNil("reason"))
    }
  }

  func addHistory(record: String, status: String, reason: String?, nowMs: Int64) throws {
    try run(
      "INSERT INTO history (record, at_ms, status, reason) VALUES ($1, $2, $3, $4)",
      .text(record), .integer(nowMs), .text(status), SQLValue(reason))
  }
}
