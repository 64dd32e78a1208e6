import SQLite

/// A connection to SQLite as `SQLConnection`. One thread at a time.
final class SQLiteSession: SQLConnection {
  let connection: Connection
  /// While a transaction of ours is open. SQLite may end one by itself when the disk fails; a
  /// statement after that would be committed alone, so it is refused.
  private var expectsTransaction = false
  /// Why the last transaction could not even begin; nil if it did.
  private(set) var beginFailure: StoreError?
  private var files: WatchedFiles?

  /// - Parameter path: Whose identity is checked after each commit.
  init(_ connection: Connection, path: String) {
    self.connection = connection
    files = WatchedFiles(path: path)
  }

  @discardableResult
  func run(_ sql: String, _ parameters: [SQLValue]) throws(StoreError) -> [SQLRow] {
    guard !expectsTransaction || connection.isInTransaction else {
      throw .unavailable("the transaction was rolled back after a failure of the disk")
    }
    do { return try rows(sql, parameters) } catch { throw StoreError(error) }
  }

  private func rows(_ sql: String, _ parameters: [SQLValue]) throws(SQLiteError) -> [SQLRow] {
    let statement = try connection.statement(sql)
    precondition(
      statement.parameterCount == parameters.count,
      "\(parameters.count) values for \(statement.parameterCount) parameters in: \(sql)")
    defer { statement.reset() }
    for (index, value) in parameters.enumerated() {
      switch value {
      case .null: try statement.bindNull(at: index + 1)
      case .integer(let number): try statement.bind(number, at: index + 1)
      case .text(let text): try statement.bind(text, at: index + 1)
      case .blob(let bytes): try statement.bind(bytes, at: index + 1)
      }
    }
    let names = statement.columnNames
    var rows: [SQLRow] = []
    while try statement.step() {
      let values = names.indices.map { SQLValue(statement.column($0)) }
      rows.append(SQLRow(columns: names, values: values))
    }
    return rows
  }

  /// - Parameter immediate: Takes the write lock now, and waits for it up to the busy timeout. A
  ///   transaction that read first and wants to write later can fail at once instead.
  func begin(immediate: Bool) throws(StoreError) {
    rollback()  // none is open, unless an earlier rollback failed
    beginFailure = nil
    do { try execute(immediate ? "BEGIN IMMEDIATE" : "BEGIN") } catch {
      beginFailure = error
      throw error
    }
    expectsTransaction = true
  }

  /// - Throws: `StoreError.unavailable` also when the commit went into a file that is no longer
  ///   where the next start looks for it.
  func commit() throws(StoreError) {
    guard connection.isInTransaction else {
      expectsTransaction = false
      throw .unavailable("the transaction was rolled back after a failure of the disk")
    }
    try execute("COMMIT")
    expectsTransaction = false
    try files?.check()
  }

  /// Leaves no transaction open. Its own failure says nothing new: what was not committed is
  /// gone, and `begin` comes here again.
  func rollback() {
    expectsTransaction = false
    if connection.isInTransaction { try? connection.execute("ROLLBACK") }
  }

  func execute(_ sql: String) throws(StoreError) {
    do { try connection.execute(sql) } catch { throw StoreError(error) }
  }
}

extension StoreError {
  init(_ error: SQLiteError) {
    switch error.category {
    case .busy:
      self = .unavailable("another process holds the lock (\(error.message)); try again")
    case .unavailable:
      self = .unavailable("\(error.message) (SQLite \(error.extendedCode)); check the disk")
    case .constraint: self = .constraint(name: error.message)
    case .corrupt: self = .corrupt("\(error.message); restore a backup")
    case .statement: self = .statement("\(error)")
    }
  }
}

extension SQLValue {
  fileprivate init(_ column: Statement.Column) {
    switch column {
    case .null: self = .null
    case .integer(let value): self = .integer(value)
    case .text(let value): self = .text(value)
    case .blob(let value): self = .blob(value)
    // STRICT tables hold none, and no query divides.
    case .real: self = .text("a floating-point number")
    }
  }
}
