extension Migrations {
  /// Refunds, their confirmation, reversals and debts.
  ///
  /// What Mirakl asks for is kept as text, exactly as it wrote it; `amount` is what Stripe is asked
  /// for, in minor units. A refund that Stripe made is never forgotten (R2).
  static let refunds: [String] = [
    """
    CREATE TABLE refund (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CONSTRAINT refund_kind
        CHECK (kind IN ('REFUND_PRODUCT_ORDER', 'REFUND_SERVICE_ORDER')),
      mirakl_id TEXT NOT NULL CONSTRAINT refund_mirakl_id CHECK (mirakl_id <> ''),
      order_id TEXT NOT NULL,
      commercial_id TEXT NOT NULL,
      line_id TEXT,
      shop_id INTEGER,
      currency TEXT NOT NULL CONSTRAINT refund_currency
        CHECK (length(currency) = 3 AND currency = upper(currency)),
      asked TEXT NOT NULL,
      commission TEXT,
      taxes TEXT,
      not_payable TEXT NOT NULL,
      taxes_not_payable TEXT NOT NULL,
      mirakl_created_ms INTEGER,
      order_created_ms INTEGER,
      charge_id TEXT,
      amount INTEGER CONSTRAINT refund_amount CHECK (amount IS NULL OR amount > 0),
      stripe_id TEXT CONSTRAINT refund_stripe_id UNIQUE,
      stripe_status TEXT,
      status TEXT NOT NULL CONSTRAINT refund_status
        CHECK (status IN ('REFUND_ON_HOLD', 'REFUND_PENDING', 'REFUND_FAILED', 'REFUND_CREATED',
          'REFUND_ABORTED', 'REFUND_IGNORED')),
      reason TEXT,
      confirmed_ms INTEGER,
      seen_ms INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT refund_once UNIQUE (kind, mirakl_id),
      CONSTRAINT refund_has_a_reason
        CHECK (status = 'REFUND_CREATED' OR (reason IS NOT NULL AND reason <> '')),
      CONSTRAINT refund_created_is_confirmed
        CHECK (status <> 'REFUND_CREATED' OR (stripe_id IS NOT NULL AND confirmed_ms IS NOT NULL)),
      CONSTRAINT refund_made_has_an_amount
        CHECK (stripe_id IS NULL OR (amount IS NOT NULL AND charge_id IS NOT NULL)),
      CONSTRAINT refund_made_is_not_aborted
        CHECK (status <> 'REFUND_ABORTED' OR stripe_id IS NULL)
    ) STRICT
    """,
    """
    CREATE INDEX refund_open ON refund (id) WHERE status IN
      ('REFUND_ON_HOLD', 'REFUND_PENDING', 'REFUND_FAILED', 'REFUND_IGNORED')
    """,
    "CREATE INDEX refund_charge ON refund (charge_id) WHERE charge_id IS NOT NULL",
    "CREATE INDEX refund_order ON refund (kind, order_id)",
    """
    CREATE TRIGGER refund_made_is_kept BEFORE UPDATE OF stripe_id, amount, charge_id ON refund
    WHEN OLD.stripe_id IS NOT NULL AND (NEW.stripe_id IS NOT OLD.stripe_id
      OR NEW.amount IS NOT OLD.amount OR NEW.charge_id IS NOT OLD.charge_id)
    BEGIN SELECT RAISE(ABORT, 'refund_made_is_kept'); END
    """,
    // The transfer that a reversal takes back.
    "ALTER TABLE transfer ADD COLUMN reversed_transfer TEXT",
    """
    CREATE INDEX transfer_reversed ON transfer (reversed_transfer)
    WHERE reversed_transfer IS NOT NULL
    """,
    // What sellers owe: a reversal that their balance did not cover (R5).
    """
    CREATE TABLE debt (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      transfer_record_id INTEGER NOT NULL CONSTRAINT debt_once UNIQUE
        CONSTRAINT debt_transfer REFERENCES transfer (id),
      shop_id INTEGER NOT NULL,
      amount INTEGER NOT NULL CONSTRAINT debt_amount CHECK (amount > 0),
      currency TEXT NOT NULL CONSTRAINT debt_currency
        CHECK (length(currency) = 3 AND currency = upper(currency)),
      cause TEXT NOT NULL,
      settled_ms INTEGER,
      created_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX debt_open ON debt (shop_id, currency) WHERE settled_ms IS NULL",
  ]
}
