extension Migrations {
  /// What was confirmed and captured.
  ///
  /// A debit is one thing that Mirakl waits to be told about: an order, a shipment, a service
  /// debit; `snapshot` is the JSON of `Debit`. A capture is one authorised charge. A basket is one
  /// commercial order: when its orders were last read together, how often that was asked for, and
  /// up to which of these wishes it was done.
  static let captures = [
    """
    CREATE TABLE debit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CONSTRAINT debit_kind CHECK (kind IN ('product', 'service')),
      subject TEXT NOT NULL CONSTRAINT debit_subject CHECK (subject <> ''),
      order_id TEXT NOT NULL,
      commercial_id TEXT NOT NULL,
      snapshot TEXT NOT NULL,
      status TEXT NOT NULL CONSTRAINT debit_status
        CHECK (status IN ('DEBIT_ON_HOLD', 'DEBIT_PENDING', 'DEBIT_FAILED', 'DEBIT_CONFIRMED',
          'DEBIT_REFUSED', 'DEBIT_CLOSED')),
      reason TEXT,
      charge_id TEXT,
      read_ms INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT debit_once UNIQUE (kind, subject),
      CONSTRAINT debit_has_a_reason
        CHECK (status = 'DEBIT_CONFIRMED' OR (reason IS NOT NULL AND reason <> ''))
    ) STRICT
    """,
    """
    CREATE INDEX debit_waiting ON debit (kind, subject) WHERE status IN
      ('DEBIT_ON_HOLD', 'DEBIT_PENDING', 'DEBIT_FAILED')
    """,
    "CREATE INDEX debit_basket ON debit (commercial_id)",
    """
    CREATE TRIGGER debit_answer_is_not_changed
    BEFORE UPDATE OF kind, subject, status ON debit
    WHEN OLD.status IN ('DEBIT_CONFIRMED', 'DEBIT_REFUSED') AND NEW.status <> OLD.status
    BEGIN SELECT RAISE(ABORT, 'debit_answer_is_not_changed'); END
    """,
    """
    CREATE TABLE capture (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      charge_id TEXT NOT NULL CONSTRAINT capture_once UNIQUE
        CONSTRAINT capture_payment REFERENCES payment (charge_id),
      commercial_id TEXT NOT NULL,
      amount INTEGER CONSTRAINT capture_amount CHECK (amount IS NULL OR amount > 0),
      currency TEXT CONSTRAINT capture_currency
        CHECK (currency IS NULL OR (length(currency) = 3 AND currency = upper(currency))),
      status TEXT NOT NULL CONSTRAINT capture_status
        CHECK (status IN ('CAPTURE_ON_HOLD', 'CAPTURE_PENDING', 'CAPTURE_FAILED',
          'CAPTURE_CREATED', 'CAPTURE_RELEASED', 'CAPTURE_ABORTED')),
      reason TEXT,
      capture_before_ms INTEGER,
      warned_ms INTEGER,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT capture_amount_has_a_currency CHECK ((amount IS NULL) = (currency IS NULL)),
      CONSTRAINT capture_takes_something CHECK (status <> 'CAPTURE_CREATED' OR amount IS NOT NULL),
      CONSTRAINT capture_has_a_reason
        CHECK (status = 'CAPTURE_CREATED' OR (reason IS NOT NULL AND reason <> ''))
    ) STRICT
    """,
    "CREATE INDEX capture_basket ON capture (commercial_id)",
    """
    CREATE INDEX capture_open ON capture (id) WHERE status IN
      ('CAPTURE_ON_HOLD', 'CAPTURE_PENDING', 'CAPTURE_FAILED')
    """,
    """
    CREATE TRIGGER capture_final_is_not_changed
    BEFORE UPDATE OF charge_id, amount, currency, status ON capture
    WHEN OLD.status IN ('CAPTURE_CREATED', 'CAPTURE_RELEASED', 'CAPTURE_ABORTED')
    BEGIN SELECT RAISE(ABORT, 'capture_final_is_not_changed'); END
    """,
    """
    CREATE TABLE basket (
      commercial_id TEXT PRIMARY KEY,
      read_ms INTEGER,
      problem TEXT,
      wanted INTEGER NOT NULL CONSTRAINT basket_wanted CHECK (wanted >= 0),
      served INTEGER NOT NULL CONSTRAINT basket_served CHECK (served BETWEEN 0 AND wanted),
      CONSTRAINT basket_served_was_read CHECK (served = 0 OR read_ms IS NOT NULL)
    ) STRICT
    """,
    "CREATE INDEX basket_stale ON basket (commercial_id) WHERE wanted > served",
    """
    CREATE INDEX payment_to_capture ON payment (commercial_id)
    WHERE status = 'to_capture' AND commercial_id IS NOT NULL
    """,
  ]
}
