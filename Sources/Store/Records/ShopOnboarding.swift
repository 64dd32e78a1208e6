import Domain
import FoundationEssentials

/// How far the onboarding of one shop is.
public struct OnboardingRecord: Hashable, Sendable {
  /// As Mirakl showed it at `readMs`.
  public var shop: ShopSnapshot
  public var readMs: Int64
  /// Mirakl's clock.
  public var lastUpdatedMs: Int64
  /// The account or the link is still missing (O1).
  public var isOpen: Bool
  /// Why it is open.
  public var reason: String?
}

extension Transaction {
  /// Keeps a shop as Mirakl showed it.
  /// - Parameter reason: Why it is not in order; nil if nothing is left to do for it.
  public func saveShop(
    _ shop: ShopSnapshot, reason: String?, readMs: Int64, nowMs: Int64
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let snapshot = String(decoding: try encoder.encode(shop), as: UTF8.self)
    try run(
      """
      INSERT INTO shop_onboarding (shop_id, snapshot, read_ms, last_updated_ms, is_open, reason,
        modified_ms)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (shop_id) DO UPDATE SET snapshot = excluded.snapshot,
        read_ms = excluded.read_ms, last_updated_ms = excluded.last_updated_ms,
        is_open = excluded.is_open, reason = excluded.reason, modified_ms = excluded.modified_ms
      """, .integer(shop.id.rawValue), .text(snapshot), .integer(readMs),
      .integer(shop.lastUpdatedMs ?? 0), SQLValue(reason != nil), SQLValue(reason),
      .integer(nowMs))
  }

  public func onboarding(shop: ShopID) throws -> OnboardingRecord? {
    try run("SELECT * FROM shop_onboarding WHERE shop_id = $1", .integer(shop.rawValue)).first
      .map(OnboardingRecord.init(row:))
  }

  /// Says why a shop is not in order yet; nil: it is.
  /// - Returns: whether that is news.
  @discardableResult
  public func setOnboarding(shop: ShopID, reason: String?, nowMs: Int64) throws -> Bool {
    try !run(
      """
      UPDATE shop_onboarding SET is_open = $2, reason = $3, modified_ms = $4
      WHERE shop_id = $1 AND reason IS NOT $3 RETURNING shop_id
      """, .integer(shop.rawValue), SQLValue(reason != nil), SQLValue(reason), .integer(nowMs)
    ).isEmpty
  }

  /// Mirakl's date of the shop that has waited for its account or link since the earliest one.
  public func oldestOpenShopMs() throws -> Int64? {
    try run("SELECT MIN(last_updated_ms) AS at_ms FROM shop_onboarding WHERE is_open = 1")[0]
      .int64OrNil("at_ms")
  }

  /// Shops that are not in order, ascending by number, so that a pass can page through them.
  public func openShops(after: ShopID?, limit: Int) throws -> [ShopID] {
    try run(
      """
      SELECT shop_id FROM shop_onboarding WHERE is_open = 1 AND shop_id > $1
      ORDER BY shop_id LIMIT $2
      """, .integer(after?.rawValue ?? .min), SQLValue(limit)
    ).map { ShopID(try $0.int64("shop_id")) }
  }
}

extension OnboardingRecord {
  init(row: SQLRow) throws {
    let text = try row.text("snapshot")
    guard let shop = try? JSONDecoder().decode(ShopSnapshot.self, from: Data(text.utf8)) else {
      throw StoreError.corrupt("the snapshot of a shop cannot be read")
    }
    self.init(
      shop: shop, readMs: try row.int64("read_ms"),
      lastUpdatedMs: try row.int64("last_updated_ms"), isOpen: try row.bool("is_open"),
      reason: try row.textOrNil("reason"))
  }
}
