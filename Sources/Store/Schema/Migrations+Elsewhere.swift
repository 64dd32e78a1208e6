extension Migrations {
  /// What others do, and tell us of: callbacks about anything, reversals in Stripe's dashboard,
  /// payments that were given up before there was a charge.
  static let elsewhere: [String] = [
    // What Mirakl's callbacks named, to be read at once: now also documents and shops.
    """
    CREATE TABLE mirakl_hint (
      kind TEXT NOT NULL CONSTRAINT mirakl_hint_kind
        CHECK (kind IN ('order', 'commercial', 'invoice', 'shop')),
      id TEXT NOT NULL CONSTRAINT mirakl_hint_id CHECK (id <> ''),
      signals INTEGER NOT NULL DEFAULT 1 CONSTRAINT mirakl_hint_signals CHECK (signals >= 1),
      noted_ms INTEGER NOT NULL,
      CONSTRAINT mirakl_hint_once PRIMARY KEY (kind, id)
    ) STRICT
    """,
    """
    INSERT INTO mirakl_hint (kind, id, signals, noted_ms)
    SELECT kind, id, signals, noted_ms FROM order_hint
    """,
    "DROP TABLE order_hint",
    "CREATE INDEX mirakl_hint_oldest ON mirakl_hint (kind, noted_ms, id)",
    // What Stripe says was taken back of a transfer, and the part of it that was not our doing.
    """
    ALTER TABLE transfer ADD COLUMN amount_reversed INTEGER NOT NULL DEFAULT 0
    CONSTRAINT transfer_amount_reversed CHECK (amount_reversed >= 0)
    """,
    """
    ALTER TABLE transfer ADD COLUMN reversed_elsewhere INTEGER NOT NULL DEFAULT 0
    CONSTRAINT transfer_reversed_elsewhere CHECK (reversed_elsewhere >= 0)
    """,
    // A payment intent that was canceled before it led to a charge (C3).
    """
    CREATE TABLE canceled_payment (
      payment_intent_id TEXT PRIMARY KEY,
      commercial_id TEXT NOT NULL,
      livemode INTEGER NOT NULL
        CONSTRAINT canceled_payment_livemode CHECK (livemode IN (0, 1)),
      canceled_ms INTEGER NOT NULL,
      noted_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX canceled_payment_basket ON canceled_payment (commercial_id)",
  ]
}
