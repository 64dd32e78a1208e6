import Domain

/// What Mirakl shall be told of a shop, and what it was told.
public struct ShopWrite: Hashable, Sendable {
  public var shopID: ShopID
  /// nil: nothing to write.
  public var kycWanted: KYCStatus?
  /// The last status that Mirakl took (K2).
  public var kycWritten: KYCStatus?
  /// nil: nothing to write.
  public var linkWanted: ShopLink?
  /// Grows with every wish.
  public var version: Int64
  /// Failed tries since the last success.
  public var attempts: Int
  public var failure: String?
}

/// Written by one job for all shops, so that one call takes up to a hundred of them (B1).
extension Transaction {
  /// The key of the job that writes.
  public static let shopWriteKey = "all"

  /// Asks for a KYC status in Mirakl.
  /// - Returns: false if Mirakl was, or is about to be, told just that (K2).
  @discardableResult
  public func wantKYC(shop: ShopID, _ status: KYCStatus, nowMs: Int64) throws -> Bool {
    if let known = try shopWrite(shop: shop), (known.kycWanted ?? known.kycWritten) == status {
      return false
    }
    try run(
      """
      INSERT INTO shop_write (shop_id, kyc_wanted, version, modified_ms) VALUES ($1, $2, 1, $3)
      ON CONFLICT (shop_id) DO UPDATE SET kyc_wanted = excluded.kyc_wanted,
        version = shop_write.version + 1, modified_ms = excluded.modified_ms
      """, .integer(shop.rawValue), .text(status.rawValue), .integer(nowMs))
    try enqueue(.writeShops, key: Self.shopWriteKey, runAtMs: nowMs, nowMs: nowMs)
    return true
  }

  /// Asks for a link in the shop's custom field. A wish for the same kind that waits already is
  /// the same wish.
  public func wantLink(shop: ShopID, _ link: ShopLink, nowMs: Int64) throws {
    try enqueue(.writeShops, key: Self.shopWriteKey, runAtMs: nowMs, nowMs: nowMs)
    if try shopWrite(shop: shop)?.linkWanted == link { return }
    try run(
      """
      INSERT INTO shop_write (shop_id, link_wanted, version, modified_ms) VALUES ($1, $2, 1, $3)
      ON CONFLICT (shop_id) DO UPDATE SET link_wanted = excluded.link_wanted,
        version = shop_write.version + 1, modified_ms = excluded.modified_ms
      """, .integer(shop.rawValue), .text(link.rawValue), .integer(nowMs))
  }

  /// Takes the wish for an onboarding link back: the shop is to get none any more.
  public func dropOnboardingLink(shop: ShopID, nowMs: Int64) throws {
    try run(
      """
      UPDATE shop_write SET link_wanted = NULL, modified_ms = $2
      WHERE shop_id = $1 AND link_wanted IN ('stable', 'onboarding')
      """, .integer(shop.rawValue), .integer(nowMs))
  }

  public func shopWrite(shop: ShopID) throws -> ShopWrite? {
    try run("SELECT * FROM shop_write WHERE shop_id = $1", .integer(shop.rawValue)).first
      .map(ShopWrite.init(row:))
  }

  /// Those that wait, ascending by shop.
  public func openShopWrites(after: ShopID?, limit: Int) throws -> [ShopWrite] {
    try run(
      """
      SELECT * FROM shop_write
      WHERE (kyc_wanted IS NOT NULL OR link_wanted IS NOT NULL) AND shop_id > $1
      ORDER BY shop_id LIMIT $2
      """, .integer(after?.rawValue ?? .min), SQLValue(limit)
    ).map(ShopWrite.init(row:))
  }

  /// Mirakl has taken what the wish said. A newer wish stays.
  public func finishShopWrite(_ write: ShopWrite, nowMs: Int64) throws {
    try run(
      """
      UPDATE shop_write SET kyc_written = COALESCE($2, kyc_written),
        kyc_wanted = CASE WHEN version = $3 THEN NULL ELSE kyc_wanted END,
        link_wanted = CASE WHEN version = $3 THEN NULL ELSE link_wanted END,
        attempts = 0, failure = NULL, modified_ms = $4
      WHERE shop_id = $1
      """, .integer(write.shopID.rawValue), SQLValue(write.kycWanted?.rawValue),
      .integer(write.version), .integer(nowMs))
  }

  /// It was not taken, or nobody knows; it is tried again.
  /// - Returns: whether the reason is news.
  public func failShopWrite(shop: ShopID, reason: String, nowMs: Int64) throws -> Bool {
    let before = try shopWrite(shop: shop)?.failure
    try run(
      """
      UPDATE shop_write SET attempts = attempts + 1, failure = $2, modified_ms = $3
      WHERE shop_id = $1
      """, .integer(shop.rawValue), .text(reason), .integer(nowMs))
    return before != reason
  }
}

extension ShopWrite {
  init(row: SQLRow) throws {
    self.init(
      shopID: ShopID(try row.int64("shop_id")),
      kycWanted: try row.wordOrNil("kyc_wanted"), kycWritten: try row.wordOrNil("kyc_written"),
      linkWanted: try row.wordOrNil("link_wanted"), version: try row.int64("version"),
      attempts: try row.int("attempts"), failure: try row.textOrNil("failure"))
  }
}

extension SQLRow {
  fileprivate func wordOrNil<Word: RawRepresentable>(
    _ column: String
  ) throws(StoreError) -> Word? where Word.RawValue == String {
    try textOrNil(column) == nil ? nil : word(column)
  }
}
