/// Shops (S20, S07).
public protocol MiraklShopsPort: Sendable {
  /// S20 `GET /api/shops`, for the shops named (at most 100).
  func shops(_ ids: [ShopID]) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>>
}
