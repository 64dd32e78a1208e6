/// Brings a database to the newest schema, one step and one transaction at a time.
struct Migrator {
  /// In order; the version of the schema is the number of steps taken.
  let steps: [Migration]

  /// Several processes may start at once: the version is read again inside each transaction.
  /// - Throws: `StoreError.newerSchema`, and nothing was changed.
  func run(on database: any Database) throws {
    let known = steps.count
    while true {
      let isDone = try database.write { [steps] connection in
        try connection.run(
          """
          CREATE TABLE IF NOT EXISTS schema_version (
            version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT
          """)
        let found = try connection.run(
          "SELECT COALESCE(MAX(version), 0) AS version FROM schema_version"
        )[0].int("version")
        guard found <= known else { throw StoreError.newerSchema(found: found, known: known) }
        guard found < known else { return true }
        let step = steps[found]
        for statement in step.statements { try connection.run(statement) }
        try connection.run(
          "INSERT INTO schema_version (version, name) VALUES ($1, $2)", SQLValue(found + 1),
          .text(step.name))
        return false
      }
      if isDone { return }
    }
  }
}

/// One step of the schema.
struct Migration: Sendable {
  let name: String
  /// One statement each.
  let statements: [String]
}
