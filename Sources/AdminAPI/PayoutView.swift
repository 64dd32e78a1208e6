import Domain

/// A payout as the API shows it ; amounts in minor units, currency in lower case,
/// null fields are left out.
struct PayoutView: Encodable {
  let id: Int64
  let accountMapping: String?
  let miraklInvoiceId: Int64
  let payoutId: String?
  let amount: Int64?
  let currency: String?
  let status: String
  let statusReason: String?
  let miraklCreatedDate: String?
  let creationDatetime: String
  let modificationDatetime: String

  init(_ payout: PayoutRecord) {
    id = payout.id
    accountMapping = payout.mappingID.map { "/api/mappings/\($0)" }
    miraklInvoiceId = payout.invoiceID
    payoutId = payout.payoutID?.rawValue
    amount = payout.amount?.minorUnits
    currency = payout.amount?.currency.stripeCode
    status = payout.status.rawValue
    statusReason = payout.status == .created ? nil : payout.reason
    miraklCreatedDate = payout.miraklCreatedMs.map { Timestamp.format(ms: $0) }
    creationDatetime = Timestamp.format(ms: payout.createdMs)
    modificationDatetime = Timestamp.format(ms: payout.modifiedMs)
  }
}
