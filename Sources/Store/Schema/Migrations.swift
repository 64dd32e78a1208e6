/// The schema of SQLite, as an append-only list.
enum Migrations {
  /// In order. Never edit a shipped one: add the next. Every rule that the database can check is
  /// here, so that a mistake in the program meets an error and not money.
  static let all: [Migration] = [
    Migration(
      name: "journal, queue, intents, records",
      statements: journal + queue + calls + accounts + payments + orders + transfers + outbox),
    Migration(name: "onboarding", statements: onboarding),
    Migration(name: "validation and capture", statements: captures),
    Migration(name: "service orders and missed events", statements: services),
    Migration(name: "refunds and debts", statements: refunds),
    Migration(name: "settlement and payouts", statements: settlement),
    Migration(name: "what others do", statements: elsewhere),
    Migration(name: "operators", statements: operators),
    Migration(name: "one run of a pass at a time", statements: passes),
    Migration(name: "what a new key needs to know of the old one", statements: fence),
  ]

  /// Events are facts that arrived. Rows are only added: whoever needs to know what is new reads
  /// on from the highest id it has seen. That is sound because SQLite runs one writer at a time,
  /// so ids become visible in their order. An engine with concurrent writers (PostgreSQL) must
  /// give out ids in the order of the commits, e.g. under an advisory lock, or a reader could
  /// pass an id that becomes visible later.
  static let journal = [
    """
    CREATE TABLE event (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      source TEXT NOT NULL CONSTRAINT event_source CHECK (source IN ('stripe', 'mirakl')),
      endpoint TEXT NOT NULL,
      external_id TEXT NOT NULL CONSTRAINT event_external_id CHECK (external_id <> ''),
      type TEXT NOT NULL,
      object_id TEXT,
      account TEXT,
      livemode INTEGER NOT NULL CONSTRAINT event_livemode CHECK (livemode IN (0, 1)),
      created_ms INTEGER NOT NULL,
      payload BLOB NOT NULL,
      received_ms INTEGER NOT NULL,
      CONSTRAINT event_once UNIQUE (source, external_id)
    ) STRICT
    """,
    """
    CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'event_is_not_changed'); END
    """,
    """
    CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'event_is_not_deleted'); END
    """,
    // How far each reader of a list came: the journal, Mirakl's orders, Stripe's events.
    """
    CREATE TABLE checkpoint (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL,
      modified_ms INTEGER NOT NULL
    ) STRICT
    """,
  ]

  /// Work to be done. `lease` names a claim and `lease_until_ms` lets a job outlive the worker
  /// that took it; `again_at_ms` is when a signal that came while it ran wants the next run.
  static let queue = [
    """
    CREATE TABLE job (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      state TEXT NOT NULL CONSTRAINT job_state
        CHECK (state IN ('available', 'running', 'waiting', 'held', 'done', 'dead')),
      run_at_ms INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0 CONSTRAINT job_attempts CHECK (attempts >= 0),
      signals INTEGER NOT NULL DEFAULT 1 CONSTRAINT job_signals CHECK (signals >= 1),
      lease INTEGER NOT NULL DEFAULT 0,
      lease_until_ms INTEGER,
      again_at_ms INTEGER,
      reason TEXT,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT job_lease CHECK ((state = 'running') = (lease_until_ms IS NOT NULL)),
      CONSTRAINT job_waits_for_a_reason CHECK (state <> 'waiting' OR reason IS NOT NULL)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX job_open ON job (kind, key) WHERE state NOT IN ('done', 'dead')",
    "CREATE INDEX job_due ON job (run_at_ms, id) WHERE state IN ('available', 'waiting')",
    "CREATE INDEX job_leased ON job (lease_until_ms, id) WHERE state = 'running'",
    "CREATE INDEX job_finished ON job (modified_ms) WHERE state IN ('done', 'dead')",
  ]

  /// Intents: the only door to a call that moves money. A second live one for the same movement
  /// cannot be stored. Calls: what was really sent and answered, never changed.
  static let calls = [
    """
    CREATE TABLE intent (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      business_key TEXT NOT NULL CONSTRAINT intent_business_key CHECK (business_key <> ''),
      attempt INTEGER NOT NULL CONSTRAINT intent_attempt CHECK (attempt >= 1),
      idempotency_key TEXT NOT NULL CONSTRAINT intent_idempotency_key UNIQUE
        CONSTRAINT intent_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 255),
      request TEXT NOT NULL,
      state TEXT NOT NULL CONSTRAINT intent_state
        CHECK (state IN ('planned', 'sent', 'unknown', 'succeeded', 'refused')),
      sends INTEGER NOT NULL DEFAULT 0,
      first_sent_ms INTEGER,
      last_sent_ms INTEGER,
      receipt_id TEXT,
      failure TEXT,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT intent_once UNIQUE (kind, business_key, attempt),
      CONSTRAINT intent_sends CHECK (sends >= 0 AND (sends > 0) = (first_sent_ms IS NOT NULL)),
      CONSTRAINT intent_last_sent CHECK ((first_sent_ms IS NULL) = (last_sent_ms IS NULL)),
      CONSTRAINT intent_planned_is_unsent CHECK (state <> 'planned' OR sends = 0),
      CONSTRAINT intent_sent_has_a_time
        CHECK (state NOT IN ('sent', 'unknown', 'succeeded') OR first_sent_ms IS NOT NULL),
      CONSTRAINT intent_receipt CHECK ((state = 'succeeded') = (receipt_id IS NOT NULL)),
      CONSTRAINT intent_refused_has_a_reason CHECK (state <> 'refused' OR failure IS NOT NULL)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX intent_live ON intent (kind, business_key) WHERE state <> 'refused'",
    """
    CREATE INDEX intent_unfinished ON intent (id) WHERE state IN ('planned', 'sent', 'unknown')
    """,
    """
    CREATE TABLE call (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      neighbour TEXT NOT NULL,
      operation TEXT NOT NULL,
      request_id TEXT,
      status INTEGER,
      duration_ms INTEGER NOT NULL,
      is_replay INTEGER NOT NULL CONSTRAINT call_is_replay CHECK (is_replay IN (0, 1)),
      outcome TEXT NOT NULL,
      record TEXT,
      intent_id INTEGER CONSTRAINT call_intent REFERENCES intent (id)
    ) STRICT
    """,
    "CREATE INDEX call_record ON call (record, id) WHERE record IS NOT NULL",
    "CREATE INDEX call_intent ON call (intent_id) WHERE intent_id IS NOT NULL",
  ]

  /// Which connected account is paid for which shop: one each (Q11).
  static let accounts = [
    """
    CREATE TABLE mapping (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      shop_id INTEGER NOT NULL CONSTRAINT mapping_shop UNIQUE,
      account_id TEXT NOT NULL CONSTRAINT mapping_account UNIQUE,
      onboarding_token TEXT CONSTRAINT mapping_token UNIQUE,
      payout_enabled INTEGER NOT NULL
        CONSTRAINT mapping_payout_enabled CHECK (payout_enabled IN (0, 1)),
      payin_enabled INTEGER NOT NULL
        CONSTRAINT mapping_payin_enabled CHECK (payin_enabled IN (0, 1)),
      transfers_active INTEGER
        CONSTRAINT mapping_transfers_active CHECK (transfers_active IN (0, 1)),
      is_ignored INTEGER NOT NULL CONSTRAINT mapping_is_ignored CHECK (is_ignored IN (0, 1)),
      disabled_reason TEXT,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL
    ) STRICT
    """
  ]

  /// Charges, and the basket that each pays for. Once a movement has used a charge, its basket
  /// stays, whatever its metadata say later (P4).
  static let payments = [
    """
    CREATE TABLE payment (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      charge_id TEXT NOT NULL CONSTRAINT payment_charge UNIQUE,
      commercial_id TEXT,
      payment_intent_id TEXT,
      status TEXT NOT NULL CONSTRAINT payment_status
        CHECK (status IN ('failed', 'pending', 'to_capture', 'captured', 'refunded')),
      amount INTEGER NOT NULL CONSTRAINT payment_amount CHECK (amount >= 0),
      currency TEXT NOT NULL CONSTRAINT payment_currency
        CHECK (length(currency) = 3 AND currency = upper(currency)),
      amount_captured INTEGER NOT NULL
        CONSTRAINT payment_amount_captured CHECK (amount_captured >= 0),
      amount_refunded INTEGER NOT NULL
        CONSTRAINT payment_amount_refunded CHECK (amount_refunded >= 0),
      is_disputed INTEGER NOT NULL CONSTRAINT payment_is_disputed CHECK (is_disputed IN (0, 1)),
      livemode INTEGER NOT NULL CONSTRAINT payment_livemode CHECK (livemode IN (0, 1)),
      transfer_group TEXT,
      balance_currency TEXT,
      failure_message TEXT,
      used_ms INTEGER,
      read_ms INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      CONSTRAINT payment_used_for_a_basket CHECK (used_ms IS NULL OR commercial_id IS NOT NULL)
    ) STRICT
    """,
    "CREATE INDEX payment_read ON payment (read_ms)",
    "CREATE INDEX payment_basket ON payment (commercial_id) WHERE commercial_id IS NOT NULL",
    """
    CREATE TRIGGER payment_basket_is_fixed
    BEFORE UPDATE OF commercial_id, used_ms, charge_id ON payment
    WHEN OLD.used_ms IS NOT NULL AND (NEW.commercial_id IS NOT OLD.commercial_id
      OR NEW.used_ms IS NOT OLD.used_ms OR NEW.charge_id <> OLD.charge_id)
    BEGIN SELECT RAISE(ABORT, 'payment_basket_is_fixed'); END
    """,
  ]

  /// Orders as Mirakl last showed them. `snapshot` is the JSON of `OrderSnapshot`.
  static let orders = [
    """
    CREATE TABLE mirakl_order (
      id TEXT PRIMARY KEY,
      commercial_id TEXT NOT NULL,
      snapshot TEXT NOT NULL,
      read_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX mirakl_order_basket ON mirakl_order (commercial_id)",
  ]

  /// What sellers are paid. `part` is a column of its own, because order ids are opaque (T1).
  /// History: how the status and the reason of a record came about (V2).
  static let transfers = [
    """
    CREATE TABLE transfer (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CONSTRAINT transfer_kind
        CHECK (kind IN ('TRANSFER_PRODUCT_ORDER', 'TRANSFER_SERVICE_ORDER', 'TRANSFER_REFUND',
          'TRANSFER_SUBSCRIPTION', 'TRANSFER_EXTRA_CREDITS', 'TRANSFER_EXTRA_INVOICES')),
      part TEXT NOT NULL CONSTRAINT transfer_part CHECK (part IN ('seller', 'tax')),
      mirakl_id TEXT NOT NULL CONSTRAINT transfer_mirakl_id CHECK (mirakl_id <> ''),
      commercial_id TEXT,
      shop_id INTEGER,
      mapping_id INTEGER
        CONSTRAINT transfer_mapping REFERENCES mapping (id) ON DELETE SET NULL,
      account_id TEXT,
      source_charge TEXT,
      transfer_id TEXT CONSTRAINT transfer_transfer_id UNIQUE,
      amount INTEGER,
      currency TEXT CONSTRAINT transfer_currency
        CHECK (currency IS NULL OR (length(currency) = 3 AND currency = upper(currency))),
      gross_minor_units INTEGER,
      status TEXT NOT NULL CONSTRAINT transfer_status
        CHECK (status IN ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED',
          'TRANSFER_CREATED', 'TRANSFER_ABORTED', 'TRANSFER_IGNORED')),
      reason TEXT,
      mirakl_created_ms INTEGER,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT transfer_once UNIQUE (kind, part, mirakl_id),
      CONSTRAINT transfer_amount_has_a_currency CHECK ((amount IS NULL) = (currency IS NULL)),
      CONSTRAINT transfer_moves_something
        CHECK (status NOT IN ('TRANSFER_PENDING', 'TRANSFER_CREATED')
          OR (amount IS NOT NULL AND amount > 0)),
      CONSTRAINT transfer_has_a_reason
        CHECK (status = 'TRANSFER_CREATED' OR (reason IS NOT NULL AND reason <> '')),
      CONSTRAINT transfer_created_has_an_id
        CHECK (status <> 'TRANSFER_CREATED' OR transfer_id IS NOT NULL)
    ) STRICT
    """,
    """
    CREATE INDEX transfer_open ON transfer (kind, mirakl_id) WHERE status IN
      ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED', 'TRANSFER_IGNORED')
    """,
    "CREATE INDEX transfer_mirakl_id ON transfer (mirakl_id)",
    "CREATE INDEX transfer_basket ON transfer (commercial_id) WHERE commercial_id IS NOT NULL",
    "CREATE INDEX transfer_shop ON transfer (shop_id) WHERE shop_id IS NOT NULL",
    "CREATE INDEX transfer_mapping ON transfer (mapping_id) WHERE mapping_id IS NOT NULL",
    "CREATE INDEX transfer_charge ON transfer (source_charge) WHERE source_charge IS NOT NULL",
    """
    CREATE TRIGGER transfer_final_is_not_changed
    BEFORE UPDATE OF kind, part, mirakl_id, transfer_id, amount, currency, status ON transfer
    WHEN OLD.status IN ('TRANSFER_CREATED', 'TRANSFER_ABORTED')
    BEGIN SELECT RAISE(ABORT, 'transfer_final_is_not_changed'); END
    """,
    """
    CREATE TABLE history (
      id INTEGER PRIMARY KEY,
      record TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      status TEXT NOT NULL,
      reason TEXT
    ) STRICT
    """,
    "CREATE INDEX history_record ON history (record, id)",
  ]

  /// Messages for the operator, and what operators did (X1).
  static let outbox = [
    """
    CREATE TABLE notification (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      type TEXT NOT NULL,
      body TEXT NOT NULL,
      state TEXT NOT NULL CONSTRAINT notification_state
        CHECK (state IN ('pending', 'delivered', 'failed')),
      attempts INTEGER NOT NULL DEFAULT 0,
      error TEXT,
      created_ms INTEGER NOT NULL,
      modified_ms INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT
    ) STRICT
    """,
    """
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit_is_not_changed'); END
    """,
    """
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit_is_not_deleted'); END
    """,
  ]
}
