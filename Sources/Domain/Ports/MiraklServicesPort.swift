/// Service orders (SOR11) and what their customers were debited (SPA11).
public protocol MiraklServicesPort: Sendable {
  /// SOR11 `GET /api/mms/orders`: one page. `next` continues after the page that returned it.
  func serviceOrders(
    _ query: ServiceOrderQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceOrderSnapshot>>
  /// SPA11 `GET /api/mms/debits`, for the orders named (at most 100): one page. An unreadable
  /// element carries the id of its *order*.
  func serviceDebits(
    orderIDs: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceOrderDebit>>
}

/// Which service orders SOR11 is asked for. It knows no filter on changes.
public enum ServiceOrderQuery: Hashable, Sendable {
  /// Created since the moment (milliseconds since 1970), or all of them.
  case createdSince(Int64?)
  /// By order id, at most 100.
  case ids([OrderID])
  /// By commercial id, at most 100.
  case commercialIDs([CommercialOrderID])
}
