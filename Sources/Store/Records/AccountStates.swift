import Domain

/// What is known of connected accounts beyond their mapping.
extension Transaction {
  /// The numbers of the `account.updated` events of an account that nobody acted upon, ascending.
  ///
  /// Only those that say they are the account's own (P5). One without an account is taken from the
  /// sellers' endpoint alone: what it names is read again from Stripe anyway.
  /// - Parameter livemode: nil takes both modes.
  public func unhandledAccountEvents(
    _ account: AccountID, livemode: Bool?
  ) throws -> [Int64] {
    try run(
      """
      SELECT id FROM event WHERE type = 'account.updated' AND object_id = $1 AND source = 'stripe'
        AND (account = $1 OR (account IS NULL AND endpoint = 'sellers'))
        AND id > COALESCE((SELECT last_event_id FROM account_state WHERE account_id = $1), 0)
        AND livemode = COALESCE($2, livemode)
      ORDER BY id
      """, .text(account.rawValue), livemode.map { SQLValue($0) } ?? .null
    ).map { try $0.int64("id") }
  }

  /// Remembers up to which event an account was acted upon.
  /// - Parameter facts: What Stripe said, as JSON; nil leaves what is known.
  public func saveAccountState(
    _ account: AccountID, lastEventID: Int64?, facts: String?, nowMs: Int64
  ) throws {
    try run(
      """
      INSERT INTO account_state (account_id, last_event_id, facts, read_ms)
      VALUES ($1, COALESCE($2, 0), $3, $4)
      ON CONFLICT (account_id) DO UPDATE SET
        last_event_id = MAX(account_state.last_event_id, excluded.last_event_id),
        facts = COALESCE(excluded.facts, account_state.facts), read_ms = excluded.read_ms
      """, .text(account.rawValue), lastEventID.map { .integer($0) } ?? .null, SQLValue(facts),
      .integer(nowMs))
  }

  /// What Stripe said of an account when it was last read, as JSON.
  public func accountFacts(_ account: AccountID) throws -> String? {
    try run("SELECT facts FROM account_state WHERE account_id = $1", .text(account.rawValue))
      .first?.textOrNil("facts")
  }

  /// Keeps the accounts that name a shop in their metadata.
  public func rememberAccount(_ account: AccountID, shop: ShopID, createdMs: Int64) throws {
    try run(
      """
      INSERT INTO account_seen (account_id, shop_id, created_ms) VALUES ($1, $2, $3)
      ON CONFLICT (account_id) DO UPDATE SET shop_id = excluded.shop_id
      """, .text(account.rawValue), .integer(shop.rawValue), .integer(createdMs))
  }

  /// An account that Stripe no longer shows.
  public func forgetAccount(_ account: AccountID) throws {
    try run("DELETE FROM account_seen WHERE account_id = $1", .text(account.rawValue))
  }

  /// Accounts that name the shop and are mapped to none, oldest first.
  public func unmappedAccounts(shop: ShopID) throws -> [AccountID] {
    try run(
      """
      SELECT account_id FROM account_seen
      WHERE shop_id = $1 AND account_id NOT IN (SELECT account_id FROM mapping)
      ORDER BY created_ms, account_id
      """, .integer(shop.rawValue)
    ).map { try $0.id("account_id") }
  }
}
