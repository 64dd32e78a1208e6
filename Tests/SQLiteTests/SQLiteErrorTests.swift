import Testing

@testable import SQLite

@Suite struct SQLiteErrorTests {
  @Test(
    "result codes are grouped by what to do",
    arguments: [
      (5, .busy), (517, .busy), (6, .busy), (13, .unavailable), (8, .unavailable),
      (1032, .unavailable), (10, .unavailable), (778, .unavailable), (14, .unavailable),
      (19, .constraint), (2067, .constraint), (11, .corrupt), (26, .corrupt), (1, .statement),
      (21, .statement),
    ] as [(Int32, SQLiteError.Category)])
  func category(code: Int32, expected: SQLiteError.Category) {
    #expect(SQLiteError(extendedCode: code, message: "", sql: nil).category == expected)
  }

  @Test("an error shows the SQL, the name of the rule and the extended code, never the data")
  func noData() throws {
    let connection = try Connection(path: ":memory:", busyTimeoutMs: 0)
    try connection.execute("CREATE TABLE t (a TEXT CONSTRAINT a_rule CHECK (a <> 'sesame')) STRICT")
    let statement = try connection.statement("INSERT INTO t (a) VALUES ($1)")
    try statement.bind("sesame", at: 1)
    let error = #expect(throws: SQLiteError.self) { try statement.step() }
    let text = error?.description ?? ""
    #expect(text.contains("a_rule") && text.contains("VALUES ($1)"))
    #expect(!text.contains("sesame"))
    #expect(error?.extendedCode == 275)  // SQLITE_CONSTRAINT_CHECK
    #expect(error?.code == 19)
  }
}
