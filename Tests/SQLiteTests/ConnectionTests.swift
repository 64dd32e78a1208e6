import Testing

@testable import SQLite

@Suite struct ConnectionTests {
  @Test("the same SQL is prepared once")
  func cache() throws {
    let connection = try Connection(path: ":memory:", busyTimeoutMs: 0)
    let first = try connection.statement("SELECT 1")
    #expect(try connection.statement("SELECT 1") === first)
    #expect(try connection.statement("SELECT 2") !== first)
  }

  @Test("the cache does not grow without end, and statements in hand stay valid")
  func cacheIsBounded() throws {
    let connection = try Connection(path: ":memory:", busyTimeoutMs: 0)
    let first = try connection.statement("SELECT 0")
    for number in 1...1_000 { try connection.execute("SELECT \(number)") }
    #expect(try connection.statement("SELECT 0") !== first)
    #expect(try first.step())
  }

  @Test("it tells whether a transaction is open")
  func transaction() throws {
    let connection = try Connection(path: ":memory:", busyTimeoutMs: 0)
    #expect(!connection.isInTransaction)
    try connection.execute("BEGIN")
    #expect(connection.isInTransaction)
    try connection.execute("ROLLBACK")
    #expect(!connection.isInTransaction)
  }

  @Test("a missing folder is an error that names the path")
  func missingFolder() {
    let error = #expect(throws: SQLiteError.self) {
      try Connection(path: "/nonexistent/folder/a.db", busyTimeoutMs: 0)
    }
    #expect(error?.category == .unavailable)
    #expect(error?.message.contains("/nonexistent/folder/a.db") == true)
  }
}
