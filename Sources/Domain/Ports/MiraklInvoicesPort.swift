/// Billing documents and their payment (IV01, IV07, SBC11, SBC07).
public protocol MiraklInvoicesPort: Sendable {
  /// IV01 `GET /api/invoices`: one page. `next` continues after the page that returned it.
  func invoices(
    _ query: InvoiceQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<InvoiceSnapshot>>
  /// SBC11 `GET /api/seller-billing-cycles`, for the cycles named (at most 100).
  func billingCycles(
    _ ids: [String]
  ) throws(CallFailure) -> Answer<MiraklPage<BillingCycleSnapshot>>
  /// IV07 `PUT /api/invoices/confirm` or SBC07 `PUT /api/seller-billing-cycles`: paid. Neither
  /// knows an idempotency key.
  func confirmPayout(_ confirmation: PayoutConfirmation) throws(CallFailure) -> Answer<Bool>
}

/// Which documents IV01 is asked for.
public enum InvoiceQuery: Hashable, Sendable {
  /// Created since the moment (milliseconds since 1970; nil for all), of one shop or of all.
  case createdSince(Int64?, shop: ShopID?)
  /// By `invoice_id`, at most 100.
  case ids([Int64])
}
