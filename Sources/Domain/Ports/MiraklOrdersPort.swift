/// Product orders (OR11).
public protocol MiraklOrdersPort: Sendable {
  /// OR11 `GET /api/orders`: one page. `next` continues after the page that returned it.
  func orders(
    _ query: OrderQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderSnapshot>>
}

/// Which orders OR11 is asked for.
public enum OrderQuery: Hashable, Sendable {
  /// Changed since the moment (milliseconds since 1970), or all of them.
  case updatedSince(Int64?)
  /// By order id, at most 100.
  case ids([OrderID])
  /// By commercial id, at most 100.
  case commercialIDs([CommercialOrderID])
}
