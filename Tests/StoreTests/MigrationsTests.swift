import Domain
import Testing

@testable import Store

@Suite struct MigrationsTests {
  @Test(
    "the words that SQL admits are the words of the domain",
    arguments: [
      ("job", "job_state", Job.State.allCases.map(\.rawValue)),
      ("intent", "intent_state", Intent.State.allCases.map(\.rawValue)),
      ("transfer", "transfer_status", TransferRecord.Status.allCases.map(\.rawValue)),
      ("transfer", "transfer_kind", TransferRecord.Kind.allCases.map(\.rawValue)),
      ("transfer", "transfer_part", TransferRecord.Part.allCases.map(\.rawValue)),
      ("payment", "payment_status", Payment.Status.allCases.map(\.rawValue)),
      ("event", "event_source", NewEvent.Source.allCases.map(\.rawValue)),
      ("notification", "notification_state", Notification.State.allCases.map(\.rawValue)),
    ])
  func words(table: String, constraint: String, expected: [String]) throws {
    let sql = try schema(of: table)
    let start = try #require(sql.split(separator: "CONSTRAINT \(constraint)", maxSplits: 1).last)
    let list = try #require(start.split(separator: " IN (").first { $0.hasPrefix("'") })
    let words = list.prefix { $0 != ")" }.split(separator: "'").filter { $0.first != "," }
    #expect(words.map(String.init).sorted() == expected.sorted())
  }

  @Test("every table is STRICT and says so to SQLite")
  func strict() throws {
    let rows = try Store.inMemory().rows(
      """
      SELECT name FROM pragma_table_list
      WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'
      """)
    #expect(try rows.map { try $0.text("name") } == [])
  }

  @Test("events and audit rows can be neither changed nor deleted")
  func appendOnly() throws {
    let store = try Store.inMemory()
    _ = try store.write { transaction in
      _ = try transaction.appendEvent(.make(), nowMs: 1)
      try transaction.audit(actor: "a", action: "b", subject: "c", detail: nil, nowMs: 1)
    }
    for sql in [
      "UPDATE event SET type = 'x'", "DELETE FROM event", "UPDATE audit SET actor = 'x'",
      "DELETE FROM audit",
    ] {
      let error = #expect(throws: StoreError.self) { try store.write { try $0.run(sql) } }
      guard case .constraint = error else {
        Issue.record("\(sql): \(String(describing: error))")
        continue
      }
    }
  }

  @Test(
    "due jobs, open transfers and live intents are found by index",
    arguments: [
      ("SELECT * FROM event WHERE id > 5 ORDER BY id LIMIT 9", "PRIMARY KEY"),
      (
        "SELECT id FROM job WHERE state IN ('available', 'waiting') AND run_at_ms <= 5 "
          + "ORDER BY run_at_ms, id LIMIT 1", "job_due"
      ),
      ("SELECT id FROM job WHERE state = 'running' AND lease_until_ms <= 5", "job_leased"),
      (
        "SELECT DISTINCT mirakl_id FROM transfer WHERE kind = 'k' AND mirakl_id > 'a' AND status "
          + "IN ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED', 'TRANSFER_IGNORED') "
          + "ORDER BY mirakl_id LIMIT 9", "transfer_open"
      ),
      ("SELECT * FROM transfer WHERE source_charge = 'ch_1'", "transfer_charge"),
      ("SELECT * FROM payment WHERE commercial_id = 'a'", "payment_basket"),
    ])
  func indexes(sql: String, index: String) throws {
    let plan = try Store.inMemory().rows("EXPLAIN QUERY PLAN " + sql)
    let text = try plan.map { try $0.text("detail") }.joined(separator: "\n")
    #expect(text.contains(index), "\(text)")
    #expect(!text.contains("SCAN"), "\(text)")
    #expect(!text.contains("TEMP B-TREE"), "\(text)")
  }

  private func schema(of table: String) throws -> String {
    try Store.inMemory().rows("SELECT sql FROM sqlite_master WHERE name = '\(table)'")[0]
      .text("sql").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
