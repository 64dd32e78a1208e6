/// Customer refunds of product and service orders (PA12, PA02, SPA12, SPA02), and what their orders
/// say about them.
public protocol MiraklRefundsPort: Sendable {
  /// PA12 `GET /api/payment/refund`: one page of the product refunds that wait to be paid. The list
  /// shrinks while refunds are confirmed: read it whole before writing.
  func productRefunds(
    next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<RefundAsk>>
  /// SPA12 `GET /api/mms/refunds`: one page; entries that no longer wait are left out.
  func serviceRefunds(
    next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<RefundAsk>>
  /// OR11 for at most 100 orders: commissions and taxes of their refunds.
  func refundsOfOrders(
    _ ids: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderRefunds>>
  /// SOR11 for at most 100 orders: commissions and taxes of their refunds.
  func refundsOfServiceOrders(
    _ ids: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderRefunds>>
  /// PA02 `PUT /api/payment/refund` for one refund.
  func confirmRefund(_ confirmation: RefundConfirmation) throws(CallFailure) -> Answer<String>
  /// SPA02 `PUT /api/mms/refunds` for one refund. An error for it in the 200 answer is a refusal.
  func confirmServiceRefund(
    _ confirmation: RefundConfirmation
  ) throws(CallFailure) -> Answer<String>
}
