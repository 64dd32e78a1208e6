/// A database engine: what `Store` needs of one.
///
/// A protocol because SQLite is the embedded default and PostgreSQL the engine for many
/// instances. The SQL that passes through it is portable: `$1` parameters, `ON CONFLICT`,
/// `RETURNING`, integer milliseconds.
public protocol Database: Sendable {
  /// Runs `body` in a transaction, and returns once it is durable.
  ///
  /// `body` may share its transaction with others (group commit), and must not call the
  /// database in another way than through its argument.
  /// - Throws: what `body` throws, after its changes were undone, or `StoreError` when nothing
  ///   could be committed.
  func write<R: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws -> R
  ) throws -> R

  /// Runs `body` on one consistent state of the data. It cannot change anything.
  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R

  /// As `write`, without waiting: for threads that must not block.
  /// - Parameter completion: Called once after the commit, or with the error, on the writer's
  ///   thread (or at once): it must be quick and must not call the database.
  func submit(
    _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void)

  /// Finishes what was submitted, then closes. Later calls fail with `unavailable`.
  func close()
}

/// A transaction of some engine, for as long as the closure runs that received it.
public protocol SQLConnection {
  /// Runs one statement with values for `$1`, `$2`, … and returns its rows.
  @discardableResult
  func run(_ sql: String, _ parameters: [SQLValue]) throws(StoreError) -> [SQLRow]
}

extension SQLConnection {
  /// Runs one statement with values for `$1`, `$2`, … and returns its rows.
  @discardableResult
  public func run(_ sql: String, _ parameters: SQLValue...) throws(StoreError) -> [SQLRow] {
    try run(sql, parameters)
  }
}
