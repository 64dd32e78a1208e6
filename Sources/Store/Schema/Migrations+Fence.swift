extension Migrations {
  /// What a new key needs to know of the old one (Q3).
  static let fence: [String] = [
    """
    ALTER TABLE intent ADD COLUMN key_spent INTEGER NOT NULL DEFAULT 0
      CONSTRAINT intent_key_spent CHECK (key_spent IN (0, 1))
    """,
    "ALTER TABLE intent ADD COLUMN absent_ms INTEGER",
  ]
}
