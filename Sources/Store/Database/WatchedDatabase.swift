import Threading

/// A database whose owner is told when it stops taking writes, and when it takes them again.
public final class WatchedDatabase: Database {
  private let database: any Database
  private let nowMs: @Sendable () -> Int64
  private let onChange: @Sendable (Availability.Change) -> Void
  private let state = Monitor(Availability())

  /// - Parameter onChange: Called on the thread that met the change, once per change. It must be
  ///   quick and must not call the database.
  public init(
    _ database: any Database, nowMs: @escaping @Sendable () -> Int64,
    onChange: @escaping @Sendable (Availability.Change) -> Void
  ) {
    self.database = database
    self.nowMs = nowMs
    self.onChange = onChange
  }

  /// Why nothing is stored at present; nil while writes are taken.
  public var failure: String? { state.withLock { $0.reason } }

  public func write<R: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws -> R
  ) throws -> R {
    do {
      let result = try database.write(body)
      note(nil)
      return result
    } catch {
      // What the rules of a record refuse says nothing about the store.
      if Self.isPassing(error) { note(error) }
      throw error
    }
  }

  public func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    do { return try database.read(body) } catch {
      if Self.isPassing(error) { note(error) }
      throw error
    }
  }

  public func submit(
    _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    database.submit(
      body,
      completion: { [self] error in
        // What comes from outside is always fit to be stored: any error is the store's.
        note(error)
        completion(error)
      })
  }

  public func close() { database.close() }

  private func note(_ error: (any Error)?) {
    let nowMs = nowMs()
    let change = state.withLock { state in
      if let error { return state.noteFailure("\(error)", nowMs: nowMs) }
      return state.noteCommit(nowMs: nowMs)
    }
    if let change { onChange(change) }
  }

  private static func isPassing(_ error: any Error) -> Bool {
    (error as? StoreError)?.isPassing == true && error as? StoreError != closedError
  }
}
