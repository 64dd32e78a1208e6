extension Migrations {
  /// Shops, links and the KYC states that were written.
  static let onboarding: [String] = [
    """
    ALTER TABLE mapping ADD COLUMN is_ignored_for_kyc INTEGER NOT NULL DEFAULT 0
      CONSTRAINT mapping_is_ignored_for_kyc CHECK (is_ignored_for_kyc IN (0, 1))
    """,
    // Shops as Mirakl last showed them. An open one still lacks its account or its link, and holds
    // the checkpoint of the onboarding pass back (O1).
    """
    CREATE TABLE shop_onboarding (
      shop_id INTEGER PRIMARY KEY,
      snapshot TEXT NOT NULL,
      read_ms INTEGER NOT NULL,
      last_updated_ms INTEGER NOT NULL,
      is_open INTEGER NOT NULL CONSTRAINT shop_onboarding_is_open CHECK (is_open IN (0, 1)),
      reason TEXT,
      modified_ms INTEGER NOT NULL,
      CONSTRAINT shop_onboarding_open_has_a_reason CHECK (is_open = 0 OR reason IS NOT NULL)
    ) STRICT
    """,
    """
    CREATE INDEX shop_onboarding_open ON shop_onboarding (last_updated_ms) WHERE is_open = 1
    """,
    // Connected accounts that name a shop, so that one is found without reading the whole list
    // for every shop (Q11).
    """
    CREATE TABLE account_seen (
      account_id TEXT PRIMARY KEY,
      shop_id INTEGER NOT NULL,
      created_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX account_seen_shop ON account_seen (shop_id, created_ms)",
    // The newest account.updated that was acted upon, and what Stripe said then.
    """
    CREATE TABLE account_state (
      account_id TEXT PRIMARY KEY,
      last_event_id INTEGER NOT NULL,
      facts TEXT,
      read_ms INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE INDEX event_account_updated ON event (object_id, id) WHERE type = 'account.updated'
    """,
    // What Mirakl shall be told of a shop (S07), and the KYC state it was told last (K2). `version`
    // grows with every wish, so that one which comes during a call is not taken for written.
    """
    CREATE TABLE shop_write (
      shop_id INTEGER PRIMARY KEY,
      kyc_wanted TEXT CONSTRAINT shop_write_kyc_wanted CHECK (kyc_wanted IN
        ('PENDING_SUBMISSION', 'PENDING_APPROVAL', 'REFUSED', 'APPROVED')),
      kyc_written TEXT CONSTRAINT shop_write_kyc_written CHECK (kyc_written IN
        ('PENDING_SUBMISSION', 'PENDING_APPROVAL', 'REFUSED', 'APPROVED')),
      link_wanted TEXT CONSTRAINT shop_write_link_wanted CHECK (link_wanted IN
        ('stable', 'onboarding', 'login', 'kyc_onboarding')),
      version INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0
        CONSTRAINT shop_write_attempts CHECK (attempts >= 0),
      failure TEXT,
      modified_ms INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE INDEX shop_write_open ON shop_write (shop_id)
      WHERE kyc_wanted IS NOT NULL OR link_wanted IS NOT NULL
    """,
  ]
}
