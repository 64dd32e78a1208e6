extension Migrations {
  /// Service orders and their debits as Mirakl last showed them, and what its callbacks named.
  static let services: [String] = [
    // `snapshot` is the JSON of `ServiceOrderSnapshot`.
    """
    CREATE TABLE service_order (
      id TEXT PRIMARY KEY,
      commercial_id TEXT NOT NULL,
      snapshot TEXT NOT NULL,
      read_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX service_order_basket ON service_order (commercial_id)",
    // All debits of one order: the JSON of `[ServiceOrderDebit]`. A row without any says that SPA11
    // was asked and had none.
    """
    CREATE TABLE service_debits (
      order_id TEXT PRIMARY KEY,
      snapshot TEXT NOT NULL,
      read_ms INTEGER NOT NULL
    ) STRICT
    """,
    // Orders to be read at once. Filled in the transaction that takes the callback off the journal.
    """
    CREATE TABLE order_hint (
      kind TEXT NOT NULL CONSTRAINT order_hint_kind CHECK (kind IN ('order', 'commercial')),
      id TEXT NOT NULL CONSTRAINT order_hint_id CHECK (id <> ''),
      signals INTEGER NOT NULL DEFAULT 1 CONSTRAINT order_hint_signals CHECK (signals >= 1),
      noted_ms INTEGER NOT NULL,
      CONSTRAINT order_hint_once PRIMARY KEY (kind, id)
    ) STRICT
    """,
    "CREATE INDEX order_hint_oldest ON order_hint (kind, noted_ms, id)",
  ]
}
