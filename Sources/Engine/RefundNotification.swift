import Domain

/// The body of `refund.failed` (interface.md §5). Field names are the PHP connector's.
struct RefundNotification: Encodable {
  let type = "refund.failed"
  let payload: Payload

  struct Payload: Encodable {
    let internalId: Int64
    let amount: Int64?
    let currency: String
    let miraklOrderId: String
    let miraklRefundId: String
    let stripeRefundId: String?
    let transactionId: String?
    let status: String
    let failedReason: String?
    let type: String

    /// Nulls are written, as receivers of the PHP connector's notifications expect.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(internalId, forKey: .internalId)
      try container.encode(amount, forKey: .amount)
      try container.encode(currency, forKey: .currency)
      try container.encode(miraklOrderId, forKey: .miraklOrderId)
      try container.encode(miraklRefundId, forKey: .miraklRefundId)
      try container.encode(stripeRefundId, forKey: .stripeRefundId)
      try container.encode(transactionId, forKey: .transactionId)
      try container.encode(status, forKey: .status)
      try container.encode(failedReason, forKey: .failedReason)
      try container.encode(type, forKey: .type)
    }

    enum Key: String, CodingKey {
      case internalId, amount, currency, miraklOrderId, miraklRefundId, stripeRefundId
      case transactionId, status, failedReason, type
    }
  }

  init(_ record: RefundRecord) {
    payload = Payload(
      internalId: record.id, amount: record.amount?.minorUnits,
      currency: record.ask.currency.stripeCode, miraklOrderId: record.ask.orderID.rawValue,
      miraklRefundId: record.ask.id, stripeRefundId: record.stripeRefund?.rawValue,
      transactionId: record.charge?.rawValue, status: record.status.rawValue,
      failedReason: record.reason, type: record.ask.kind.rawValue)
  }

  func json() throws -> String { try JSONText.encode(self) }
}
