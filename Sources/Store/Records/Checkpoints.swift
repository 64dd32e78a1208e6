/// How far the reader of a list came, and other single facts about this store.
extension Transaction {
  public func checkpoint(_ name: String) throws -> String? {
    try run("SELECT value FROM checkpoint WHERE name = $1", .text(name)).first?.text("value")
  }

  public func setCheckpoint(_ name: String, _ value: String, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO checkpoint (name, value, modified_ms) VALUES ($1, $2, $3)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value, modified_ms = excluded.modified_ms
      """, .text(name), .text(value), .integer(nowMs))
  }
}
