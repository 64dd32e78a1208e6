import Domain

/// The body of `account.updated` (interface.md §5).
struct AccountNotification: Encodable {
  let type = "account.updated"
  let payload: Payload

  struct Payload: Encodable {
    let miraklShopId: Int64
    let stripeUserId: String
  }

  init(_ mapping: AccountMapping) {
    payload = Payload(
      miraklShopId: mapping.shopID.rawValue, stripeUserId: mapping.accountID.rawValue)
  }

  func json() throws -> String { try JSONText.encode(self) }
}
