import Domain

/// The body of `payout.failed` (interface.md §5). Field names are the PHP connector's.
struct PayoutNotification: Encodable {
  let type = "payout.failed"
  let payload: Payload

  struct Payload: Encodable {
    let internalId: Int64
    let amount: Int64?
    let currency: String?
    let miraklInvoiceId: Int64
    let payoutId: String?
    let status: String
    let failedReason: String?

    /// Nulls are written, as receivers of the PHP connector's notifications expect. It names the
    /// payout twice.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(internalId, forKey: .internalId)
      try container.encode(amount, forKey: .amount)
      try container.encode(currency, forKey: .currency)
      try container.encode(miraklInvoiceId, forKey: .miraklInvoiceId)
      try container.encode(payoutId, forKey: .stripePayoutId)
      try container.encode(payoutId, forKey: .payoutId)
      try container.encode(status, forKey: .status)
      try container.encode(failedReason, forKey: .failedReason)
    }

    enum Key: String, CodingKey {
      case internalId, amount, currency, miraklInvoiceId, stripePayoutId, payoutId, status
      case failedReason
    }
  }

  init(_ record: PayoutRecord) {
    payload = Payload(
      internalId: record.id, amount: record.amount?.minorUnits,
      currency: record.amount?.currency.stripeCode, miraklInvoiceId: record.invoiceID,
      payoutId: record.payoutID?.rawValue, status: record.status.rawValue,
      failedReason: record.reason)
  }

  func json() throws -> String { try JSONText.encode(self) }
}
