/// Why the store did not do what it was asked. The kinds differ in what the caller must do; none
/// holds data.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing was written, and the same call works once the reason is gone: full or read-only
  /// disk, I/O error, lock held too long, closed. Answer 503, or retry the job.
  case unavailable(String)
  /// The schema refused the row; `name` is the constraint in the engine's own words.
  case constraint(name: String)
  /// The rules of a record forbid the change, e.g. a second live intent. Do not retry.
  case notAllowed(String)
  /// There is no such record.
  case notFound(String)
  /// What is stored cannot be read. Stop, and restore from a backup.
  case corrupt(String)
  /// The data were written by a newer version of this program. Start that one.
  case newerSchema(found: Int, known: Int)
  /// A statement is wrong: a mistake in this program.
  case statement(String)

  public var description: String {
    switch self {
    case .unavailable(let reason): "the store is unavailable: \(reason)"
    case .constraint(let name): "the store refused the row: \(name)"
    case .notAllowed(let rule): "not allowed: \(rule)"
    case .notFound(let what): "\(what) does not exist"
    case .corrupt(let what): "the store is damaged: \(what)"
    case .newerSchema(let found, let known):
      "the store has schema \(found), and this program knows schema \(known) only: "
        + "start the newer version, or restore a backup from before its start"
    case .statement(let message): "wrong statement: \(message)"
    }
  }

  /// Whether it says something of the rows that were asked for, and nothing of the store itself.
  public var isAboutOneItem: Bool {
    switch self {
    case .constraint, .notAllowed, .notFound, .corrupt: true
    case .unavailable, .newerSchema, .statement: false
    }
  }

  /// Whether the same call may work later.
  public var isPassing: Bool {
    if case .unavailable = self { return true }
    return false
  }
}
