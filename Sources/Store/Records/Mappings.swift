import Domain

/// Which account is paid for which shop: one each.
extension Transaction {
  public func mapping(shop: ShopID) throws -> AccountMapping? {
    try run("SELECT * FROM mapping WHERE shop_id = $1", .integer(shop.rawValue)).first
      .map(AccountMapping.init(row:))
  }

  public func mapping(id: Int64) throws -> AccountMapping? {
    try run("SELECT * FROM mapping WHERE id = $1", .integer(id)).first
      .map(AccountMapping.init(row:))
  }

  public func mapping(account: AccountID) throws -> AccountMapping? {
    try run("SELECT * FROM mapping WHERE account_id = $1", .text(account.rawValue)).first
      .map(AccountMapping.init(row:))
  }

  public func mapping(onboardingToken: String) throws -> AccountMapping? {
    try run("SELECT * FROM mapping WHERE onboarding_token = $1", .text(onboardingToken)).first
      .map(AccountMapping.init(row:))
  }

  /// - Throws: `StoreError.constraint` if the shop or the account is mapped already.
  @discardableResult
  public func insertMapping(
    shop: ShopID, account: AccountID, onboardingToken: String? = nil, nowMs: Int64
  ) throws -> AccountMapping {
    let mapping = try run(
      """
      INSERT INTO mapping (shop_id, account_id, onboarding_token, payout_enabled, payin_enabled,
        is_ignored, created_ms, modified_ms)
      VALUES ($1, $2, $3, 0, 0, 0, $4, $4) RETURNING *
      """, .integer(shop.rawValue), .text(account.rawValue), SQLValue(onboardingToken),
      .integer(nowMs)
    ).map(AccountMapping.init(row:))[0]
    try wakeDocuments(shop: shop, nowMs: nowMs)
    return mapping
  }

  /// Writes every field but the number and the moments.
  /// - Throws: `StoreError.notFound` if it was deleted, `.constraint` if another one has the
  ///   shop or the account.
  @discardableResult
  public func updateMapping(_ mapping: AccountMapping, nowMs: Int64) throws -> AccountMapping {
    let before = try self.mapping(id: mapping.id)
    let rows = try run(
      """
      UPDATE mapping SET shop_id = $2, account_id = $3, onboarding_token = $4,
        payout_enabled = $5, payin_enabled = $6, transfers_active = $7, is_ignored = $8,
        disabled_reason = $9, modified_ms = $10, is_ignored_for_kyc = $11
      WHERE id = $1 RETURNING *
      """, .integer(mapping.id), .integer(mapping.shopID.rawValue),
      .text(mapping.accountID.rawValue), SQLValue(mapping.onboardingToken),
      SQLValue(mapping.payoutEnabled), SQLValue(mapping.payinEnabled),
      SQLValue(mapping.transfersActive), SQLValue(mapping.isIgnoredByOperator),
      SQLValue(mapping.disabledReason), .integer(nowMs), SQLValue(mapping.isIgnoredForKYC))
    guard let row = rows.first else { throw StoreError.notFound("mapping \(mapping.id)") }
    let now = try AccountMapping(row: row)
    // Payouts wait for these two flags, and for nothing that would happen by itself (Q5).
    if before?.payoutEnabled != now.payoutEnabled || before?.isIgnored != now.isIgnored {
      try wakeDocuments(shop: now.shopID, nowMs: nowMs)
    }
    return now
  }

  /// Transfers that named it keep their account and lose the link. Its number is not used again.
  /// - Returns: false if there was none.
  @discardableResult
  public func deleteMapping(id: Int64) throws -> Bool {
    try !run("DELETE FROM mapping WHERE id = $1 RETURNING id", .integer(id)).isEmpty
  }

  /// By ascending number.
  public func mappings(limit: Int, offset: Int) throws -> [AccountMapping] {
    try run(
      "SELECT * FROM mapping ORDER BY id LIMIT $1 OFFSET $2", SQLValue(limit), SQLValue(offset)
    ).map(AccountMapping.init(row:))
  }
}

extension AccountMapping {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), shopID: ShopID(try row.int64("shop_id")),
      accountID: try row.id("account_id"),
      onboardingToken: try row.textOrNil("onboarding_token"),
      payoutEnabled: try row.bool("payout_enabled"), payinEnabled: try row.bool("payin_enabled"),
      transfersActive: try row.boolOrNil("transfers_active"),
      isIgnored: try row.bool("is_ignored"),
      isIgnoredForKYC: try row.bool("is_ignored_for_kyc"),
      disabledReason: try row.textOrNil("disabled_reason"),
      createdMs: try row.int64("created_ms"), modifiedMs: try row.int64("modified_ms"))
  }
}
