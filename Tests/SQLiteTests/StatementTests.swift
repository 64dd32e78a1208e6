import Testing

@testable import SQLite

@Suite struct StatementTests {
  let connection: Connection

  init() throws { connection = try Connection(path: ":memory:", busyTimeoutMs: 0) }

  private func integers(_ sql: String, _ values: Int64...) throws -> [Int64?] {
    let statement = try connection.statement(sql)
    defer { statement.reset() }
    for (index, value) in values.enumerated() { try statement.bind(value, at: index + 1) }
    guard try statement.step() else { return [] }
    return statement.columnNames.indices.map {
      if case .integer(let value) = statement.column($0) { value } else { nil }
    }
  }

  @Test("$1 and $2 are bound by their numbers, not by the order of their appearance")
  func bindsByNumber() throws {
    #expect(try integers("SELECT $2, $1, $2", 10, 20) == [20, 10, 20])
    #expect(try integers("SELECT $1 - $2, $1", 30, 10) == [20, 30])
  }

  @Test("a number that the SQL skips takes a value and ignores it")
  func skippedNumber() throws {
    #expect(try integers("SELECT $3, $1", 1, 2, 3) == [3, 1])
  }

  @Test("values of the last use are gone after a reset")
  func resetClears() throws {
    #expect(try integers("SELECT $1", 7) == [7])
    #expect(try integers("SELECT $1") == [nil])
  }

  @Test("the limits of Int64 pass unchanged", arguments: [Int64.min, -1, 0, 1, Int64.max])
  func int64(value: Int64) throws {
    #expect(try integers("SELECT $1", value) == [value])
  }

  @Test("texts pass unchanged", arguments: ["", "é€😀", "a\u{0}b", "'; DROP TABLE x; --"])
  func text(value: String) throws {
    let statement = try connection.statement("SELECT $1, length(CAST($1 AS BLOB))")
    defer { statement.reset() }
    try statement.bind(value, at: 1)
    #expect(try statement.step())
    guard case .text(let read) = statement.column(0), case .integer(let bytes) = statement.column(1)
    else {
      Issue.record("no text came back")
      return
    }
    #expect(read == value)
    #expect(bytes == value.utf8.count)
  }

  @Test(
    "bytes pass unchanged, none of them included",
    arguments: [[], [0], [0, 255, 128]] as [[UInt8]])
  func blob(value: [UInt8]) throws {
    let statement = try connection.statement("SELECT $1, typeof($1)")
    defer { statement.reset() }
    try statement.bind(value, at: 1)
    #expect(try statement.step())
    guard case .blob(let read) = statement.column(0), case .text(let type) = statement.column(1)
    else {
      Issue.record("no bytes came back")
      return
    }
    #expect(read == value)
    #expect(type == "blob")
  }

  @Test(
    "SQL that is not one portable statement is refused",
    arguments: [
      "SELECT ?", "SELECT ?1", "SELECT :name", "SELECT $name", "SELECT 1; SELECT 2", "", "SELEC 1",
    ])
  func refused(sql: String) {
    #expect(throws: SQLiteError.self) { try connection.statement(sql) }
  }
}
