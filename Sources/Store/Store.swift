/// Everything this program remembers: journal, queue, intents, records, history.
///
/// A call is a transaction: what the closure writes is durable, all of it, when `write` returns,
/// and none of it was written when it throws.
public final class Store: Sendable {
  public let database: any Database

  /// Brings the schema up to date.
  /// - Throws: `StoreError.newerSchema` if a newer version of this program wrote the data.
  public init(_ database: any Database) throws {
    self.database = database
    try Migrator(steps: Migrations.all).run(on: database)
  }

  /// Opens SQLite, and makes the file and its tables on the first use.
  /// - Throws: `StoreError`, as `SQLiteDatabase.init` and `init(_:)` do.
  public static func open(path: String, mode: SQLiteDatabase.Mode) throws -> Store {
    try Store(SQLiteDatabase(path: path, mode: mode))
  }

  /// Runs `body` in a transaction, and returns once it is durable.
  /// - Throws: what `body` throws; nothing was written then. `StoreError.unavailable` otherwise.
  public func write<R: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> R
  ) throws -> R {
    try database.write { try body(Transaction(connection: $0)) }
  }

  /// Runs `body` on one consistent state; it cannot write.
  public func read<R: Sendable>(_ body: (Transaction) throws -> R) throws -> R {
    try database.read { try body(Transaction(connection: $0)) }
  }

  /// As `write`, without waiting. `completion` comes after the commit, or with the error, on the
  /// writer's thread: it must be quick and must not call the store.
  public func submit(
    _ body: @escaping @Sendable (Transaction) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    database.submit({ try body(Transaction(connection: $0)) }, completion: completion)
  }

  /// Finishes what was submitted, then closes.
  public func close() { database.close() }
}

/// One transaction. Its methods are in one file per concept under `Records`.
public struct Transaction {
  public let connection: any SQLConnection

  public init(connection: any SQLConnection) { self.connection = connection }

  @discardableResult
  func run(_ sql: String, _ parameters: SQLValue...) throws(StoreError) -> [SQLRow] {
    try connection.run(sql, parameters)
  }
}
