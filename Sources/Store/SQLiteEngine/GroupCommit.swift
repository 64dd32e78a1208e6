import SQLite

/// A change that waits for its commit.
struct PendingWrite: Sendable {
  let body: @Sendable (any SQLConnection) throws -> Void
  /// Called once, after the commit or with the error.
  let completion: @Sendable ((any Error)?) -> Void
}

/// Group commit: many writes, one transaction, one sync.
///
/// Each write runs inside a savepoint of its own, so that one that throws undoes only itself.
/// Nobody is told anything before the commit; if that fails, all of them failed.
extension SQLiteSession {
  /// - Returns: For each write its error, or nil if it is durable now.
  func commit(_ batch: [PendingWrite]) -> [(any Error)?] {
    var outcomes = [(any Error)?](repeating: nil, count: batch.count)
    do {
      try begin(immediate: true)
      for (index, write) in batch.enumerated() {
        do { try perform(write, isAlone: batch.count == 1) } catch { outcomes[index] = error }
        guard connection.isInTransaction else {
          rollback()
          // A lone write already has its own, more telling error.
          let lost = StoreError.unavailable("the disk failed, and nothing was written; try again")
          return outcomes.map { $0 ?? lost }
        }
      }
      if outcomes.allSatisfy({ $0 != nil }) { rollback() } else { try commit() }
      return outcomes
    } catch {
      rollback()
      return outcomes.map { $0 ?? error }
    }
  }

  private func perform(_ write: PendingWrite, isAlone: Bool) throws {
    // Alone, the transaction itself is the savepoint: `commit` rolls it back.
    guard !isAlone else { return try write.body(self) }
    try execute("SAVEPOINT one_write")
    do {
      try write.body(self)
      try execute("RELEASE one_write")
    } catch {
      if connection.isInTransaction {
        try? execute("ROLLBACK TO one_write")
        try? execute("RELEASE one_write")
      }
      throw error
    }
  }
}
