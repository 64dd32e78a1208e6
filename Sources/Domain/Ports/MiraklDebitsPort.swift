/// Customer debits of product and service orders (PA11, PA01, SPA11, SPA01).
public protocol MiraklDebitsPort: Sendable {
  /// PA11 `GET /api/payment/debit`: one page. The list shrinks while it is answered, so all pages
  /// are to be read before the first answer.
  func debits(next: PageLink?) throws(CallFailure) -> Answer<MiraklPage<Debit>>
  /// SPA11 `GET /api/mms/debits`: one page, in every state.
  /// - Parameter orders: At most 100; nil for all of them.
  func serviceDebits(
    orders: [OrderID]?, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceDebit>>
  /// PA01 `PUT /api/payment/debit`, or SPA01 `PUT /api/mms/debits`, for one debit (C7). There is
  /// no idempotency key: an unknown outcome is read back before it is repeated (B2).
  /// - Throws: `CallFailure`; an error for this debit inside a 200 is `.refused` too.
  func answer(_ answer: DebitAnswer) throws(CallFailure) -> Answer<Void>
}
