/// A transfer of the Stripe sandbox. Amounts in minor units.
public struct SandboxTransfer: Sendable, Hashable, StripeRow {
  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  /// Whose money it was: the platform's, or a seller's (`Stripe-Account`).
  public internal(set) var owner: String
  public internal(set) var amount: Int64
  public internal(set) var amountReversed: Int64 = 0
  /// Lower case.
  public internal(set) var currency: String
  public internal(set) var destination: String
  public internal(set) var destinationPayment: String
  public internal(set) var balanceTransaction: String
  public internal(set) var sourceTransaction: String?
  public internal(set) var transferGroup: String?
  public internal(set) var description: String?
  public internal(set) var metadata: [String: String]

  func json(livemode: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "transfer", "amount": .integer(amount),
      "amount_reversed": .integer(amountReversed),
      "balance_transaction": .string(balanceTransaction), "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "description": .string(description),
      "destination": .string(destination), "destination_payment": .string(destinationPayment),
      "livemode": .bool(livemode), "metadata": .strings(metadata),
      "reversals": [
        "object": "list", "data": [], "has_more": false, "total_count": 0,
        "url": "/v1/transfers/\(id)/reversals",
      ],
      "reversed": .bool(amountReversed == amount),
      "source_transaction": .string(sourceTransaction), "source_type": "card",
      "transfer_group": .string(transferGroup),
    ]
  }
}
