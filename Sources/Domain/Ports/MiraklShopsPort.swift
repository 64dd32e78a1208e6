/// Shops (S20, S07).
public protocol MiraklShopsPort: Sendable {
  /// S20 `GET /api/shops`, for the shops named (at most 100).
  func shops(_ ids: [ShopID]) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>>
  /// S20: one page of the shops changed since the moment (milliseconds since 1970), or of all.
  func shops(
    updatedSince sinceMs: Int64?, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>>
  /// S07 `PUT /api/shops`, at most 100 shops. It has no idempotency key, and needs none: it says
  /// what the fields shall be.
  /// - Throws: `CallFailure` for the call as a whole. Single shops are refused in the result.
  func updateShops(_ updates: [ShopUpdate]) throws(CallFailure) -> Answer<ShopUpdateResult>
}
