extension Migrations {
  /// Billing documents, their payouts and what Stripe made of them. The transfers of a document
  /// are in `transfer`, with the invoice id as their Mirakl id.
  static let settlement: [String] = [
    // `snapshot` is the JSON of `InvoiceSnapshot`; null for a document that could never be read.
    // `owed`: what the seller owes instead of being paid (S3), major units. `note`: what is left
    // on the account after the payout (T3).
    """
    CREATE TABLE document (
      id INTEGER PRIMARY KEY,
      shop_id INTEGER,
      snapshot TEXT,
      read_ms INTEGER NOT NULL,
      owed TEXT,
      note TEXT,
      confirmed_ms INTEGER,
      confirmation_problem TEXT,
      CONSTRAINT document_confirmed_without_problem
        CHECK (confirmed_ms IS NULL OR confirmation_problem IS NULL)
    ) STRICT
    """,
    "CREATE INDEX document_shop ON document (shop_id) WHERE shop_id IS NOT NULL",
    """
    CREATE TABLE payout (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      invoice_id INTEGER NOT NULL CONSTRAINT payout_once UNIQUE
        CONSTRAINT payout_document REFERENCES document (id),
      shop_id INTEGER,
      mapping_id INTEGER CONSTRAINT payout_mapping REFERENCES mapping (id) ON DELETE SET NULL,
      account_id TEXT,
      payout_id TEXT CONSTRAINT payout_payout_id UNIQUE,
      amount INTEGER,
      currency TEXT CONSTRAINT payout_currency
        CHECK (currency IS NULL OR (length(currency) = 3 AND currency = upper(currency))),
      status TEXT NOT NULL CONSTRAINT payout_status
        CHECK (status IN ('PAYOUT_ON_HOLD', 'PAYOUT_PENDING', 'PAYOUT_FAILED', 'PAYOUT_CREATED',
          'PAYOUT_ABORTED', 'PAYOUT_IGNORED')),
      reason TEXT,
      waiting TEXT CONSTRAINT payout_waiting
        CHECK (waiting IN ('next_pass', 'external_account', 'operator')),
      mirakl_created_ms INTEGER,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT payout_amount_has_a_currency CHECK ((amount IS NULL) = (currency IS NULL)),
      CONSTRAINT payout_moves_something
        CHECK (status NOT IN ('PAYOUT_PENDING', 'PAYOUT_CREATED')
          OR (amount IS NOT NULL AND amount > 0)),
      CONSTRAINT payout_has_a_reason
        CHECK (status = 'PAYOUT_CREATED' OR (reason IS NOT NULL AND reason <> '')),
      CONSTRAINT payout_created_has_an_id
        CHECK (status <> 'PAYOUT_CREATED' OR payout_id IS NOT NULL),
      CONSTRAINT payout_waits_after_a_failure CHECK (waiting IS NULL OR status = 'PAYOUT_FAILED')
    ) STRICT
    """,
    """
    CREATE INDEX payout_open ON payout (invoice_id) WHERE status IN
      ('PAYOUT_ON_HOLD', 'PAYOUT_PENDING', 'PAYOUT_FAILED', 'PAYOUT_IGNORED')
    """,
    "CREATE INDEX payout_shop ON payout (shop_id) WHERE shop_id IS NOT NULL",
    "CREATE INDEX payout_account ON payout (account_id) WHERE account_id IS NOT NULL",
    "CREATE INDEX payout_mapping ON payout (mapping_id) WHERE mapping_id IS NOT NULL",
    """
    CREATE TRIGGER payout_aborted_is_not_changed
    BEFORE UPDATE OF invoice_id, payout_id, amount, currency, status ON payout
    WHEN OLD.status = 'PAYOUT_ABORTED'
    BEGIN SELECT RAISE(ABORT, 'payout_aborted_is_not_changed'); END
    """,
    // A payout that left can come back, and nothing else.
    """
    CREATE TRIGGER payout_created_only_fails BEFORE UPDATE OF status ON payout
    WHEN OLD.status = 'PAYOUT_CREATED' AND NEW.status NOT IN ('PAYOUT_CREATED', 'PAYOUT_FAILED')
    BEGIN SELECT RAISE(ABORT, 'payout_created_only_fails'); END
    """,
    // Every payout that Stripe made, one row each (S5).
    """
    CREATE TABLE payout_attempt (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      invoice_id INTEGER NOT NULL
        CONSTRAINT payout_attempt_payout REFERENCES payout (invoice_id),
      round INTEGER NOT NULL CONSTRAINT payout_attempt_round CHECK (round >= 1),
      payout_id TEXT NOT NULL CONSTRAINT payout_attempt_payout_id UNIQUE,
      account_id TEXT NOT NULL,
      amount INTEGER NOT NULL CONSTRAINT payout_attempt_amount CHECK (amount > 0),
      currency TEXT NOT NULL,
      status TEXT NOT NULL CONSTRAINT payout_attempt_status
        CHECK (status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
      failure_code TEXT,
      failure_message TEXT,
      destination TEXT,
      paid_ms INTEGER,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT payout_attempt_once UNIQUE (invoice_id, round)
    ) STRICT
    """,
    """
    CREATE INDEX payout_attempt_under_way ON payout_attempt (id)
    WHERE status IN ('pending', 'in_transit')
    """,
    "CREATE INDEX payout_attempt_paid ON payout_attempt (paid_ms) WHERE status = 'paid'",
    // Payouts that an event named before we knew them (S8).
    """
    CREATE TABLE parked_payout (
      payout_id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL,
      parked_ms INTEGER NOT NULL
    ) STRICT
    """,
  ]
}
