import Domain

/// A refund as the API shows it (interface.md §4); null fields are left out.
struct RefundView: Encodable {
  let id: Int64
  let type: String
  let miraklRefundId: String
  let miraklCommercialOrderId: String
  let miraklOrderId: String
  let miraklOrderLineId: String?
  let transactionId: String?
  let stripeRefundId: String?
  let amount: Int64?
  let currency: String
  let status: String
  let statusReason: String?
  let miraklValidationTime: String?
  let creationDatetime: String
  let modificationDatetime: String

  init(_ refund: RefundRecord) {
    id = refund.id
    type = refund.ask.kind.rawValue
    miraklRefundId = refund.ask.id
    miraklCommercialOrderId = refund.ask.commercialID.rawValue
    miraklOrderId = refund.ask.orderID.rawValue
    miraklOrderLineId = refund.ask.lineID
    transactionId = refund.charge?.rawValue
    stripeRefundId = refund.stripeRefund?.rawValue
    // Before a payment was found, what will be asked of Stripe is known all the same.
    let asked = try? Money(rounding: refund.ask.amount, refund.ask.currency)
    amount = (refund.amount ?? asked)?.minorUnits
    currency = refund.ask.currency.stripeCode
    status = refund.status.rawValue
    statusReason = refund.status == .created ? nil : refund.reason
    miraklValidationTime = refund.confirmedMs.map { Timestamp.format(ms: $0) }
    creationDatetime = Timestamp.format(ms: refund.createdMs)
    modificationDatetime = Timestamp.format(ms: refund.modifiedMs)
  }
}
