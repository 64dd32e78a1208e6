extension Migrations {
  /// Passes in progress: a row from the begin of a run to its end. What is left of a process that
  /// died in the middle is taken over when its lease has expired.
  static let passes: [String] = [
    """
    CREATE TABLE pass_run (
      name TEXT PRIMARY KEY,
      holder TEXT NOT NULL CONSTRAINT pass_run_holder CHECK (holder <> ''),
      lease_until_ms INTEGER NOT NULL,
      begun_ms INTEGER NOT NULL
    ) STRICT
    """
  ]
}
