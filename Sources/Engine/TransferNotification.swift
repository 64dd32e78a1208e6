import Domain
import FoundationEssentials

/// The body of `transfer.failed` (interface.md §5). Field names and order are the PHP connector's.
struct TransferNotification: Encodable {
  let type = "transfer.failed"
  let payload: Payload

  struct Payload: Encodable {
    let internalId: Int64
    let miraklId: String
    let type: String
    let stripeAccountId: String?
    let miraklShopId: Int64?
    let transferId: String?
    let transactionId: String?
    let amount: Int64?
    let status: String
    let failedReason: String?
    let currency: String?

    /// Nulls are written, as receivers of the PHP connector's notifications expect.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(internalId, forKey: .internalId)
      try container.encode(miraklId, forKey: .miraklId)
      try container.encode(type, forKey: .type)
      try container.encode(stripeAccountId, forKey: .stripeAccountId)
      try container.encode(miraklShopId, forKey: .miraklShopId)
      try container.encode(transferId, forKey: .transferId)
      try container.encode(transactionId, forKey: .transactionId)
      try container.encode(amount, forKey: .amount)
      try container.encode(status, forKey: .status)
      try container.encode(failedReason, forKey: .failedReason)
      try container.encode(currency, forKey: .currency)
    }

    enum Key: String, CodingKey {
      case internalId, miraklId, type, stripeAccountId, miraklShopId, transferId, transactionId
      case amount, status, failedReason, currency
    }
  }

  init(_ record: TransferRecord) {
    payload = Payload(
      internalId: record.id, miraklId: record.displayID, type: record.kind.rawValue,
      stripeAccountId: record.accountID?.rawValue, miraklShopId: record.shopID?.rawValue,
      transferId: record.transferID,
      transactionId: record.reversedTransfer?.rawValue ?? record.sourceCharge?.rawValue,
      amount: record.amount?.minorUnits, status: record.status.rawValue,
      failedReason: record.reason, currency: record.amount?.currency.stripeCode)
  }

  func json() throws -> String { try JSONText.encode(self) }
}

/// JSON as this program writes it: keys sorted, so that equal values give equal text.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
