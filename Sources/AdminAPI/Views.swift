import Domain

/// A mapping as the API shows it (interface.md §4); null fields are left out.
struct MappingView: Encodable {
  let id: Int64
  let miraklShopId: Int64
  let stripeAccountId: String
  let onboardingToken: String?
  let payoutEnabled: Bool
  let payinEnabled: Bool
  let ignored: Bool
  let disabledReason: String?
  let creationDatetime: String
  let modificationDatetime: String

  init(_ mapping: AccountMapping) {
    id = mapping.id
    miraklShopId = mapping.shopID.rawValue
    stripeAccountId = mapping.accountID.rawValue
    onboardingToken = mapping.onboardingToken
    payoutEnabled = mapping.payoutEnabled
    payinEnabled = mapping.payinEnabled
    ignored = mapping.isIgnored
    disabledReason = mapping.disabledReason
    creationDatetime = Timestamp.format(ms: mapping.createdMs)
    modificationDatetime = Timestamp.format(ms: mapping.modifiedMs)
  }
}

/// A transfer as the API shows it; amounts in minor units, currency in lower case.
struct TransferView: Encodable {
  let id: Int64
  let miraklId: String
  let type: String
  let accountMapping: String?
  let transferId: String?
  let transactionId: String?
  let amount: Int64?
  /// What was taken back of it; left out while that is nothing.
  let amountReversed: Int64?
  /// The part of it that was not this program's doing.
  let amountReversedElsewhere: Int64?
  let currency: String?
  let status: String
  let statusReason: String?
  let miraklCreatedDate: String?
  let creationDatetime: String
  let modificationDatetime: String

  init(_ transfer: TransferRecord) {
    id = transfer.id
    miraklId = transfer.displayID
    type = transfer.kind.rawValue
    accountMapping = transfer.mappingID.map { "/api/mappings/\($0)" }
    transferId = transfer.transferID
    transactionId = transfer.reversedTransfer?.rawValue ?? transfer.sourceCharge?.rawValue
    amount = transfer.amount?.minorUnits
    amountReversed = transfer.amountReversed > 0 ? transfer.amountReversed : nil
    amountReversedElsewhere = transfer.reversedElsewhere > 0 ? transfer.reversedElsewhere : nil
    currency = transfer.amount?.currency.stripeCode
    status = transfer.status.rawValue
    statusReason = transfer.status == .created ? nil : transfer.reason
    miraklCreatedDate = transfer.miraklCreatedMs.map { Timestamp.format(ms: $0) }
    creationDatetime = Timestamp.format(ms: transfer.createdMs)
    modificationDatetime = Timestamp.format(ms: transfer.modifiedMs)
  }
}
