/// The balance of one account in one currency, in minor units. May be negative.
public struct SandboxBalance: Sendable, Hashable {
  /// What can be transferred or paid out now.
  public internal(set) var available: Int64 = 0
  /// What becomes available when its charge settles.
  public internal(set) var pending: Int64 = 0
  public var total: Int64 { available + pending }
}

/// A line of an account's statement: every change of a balance has one.
struct BalanceTransaction: Sendable, Hashable, StripeRow {
  var id: String
  var createdMs: Int64
  var owner: String
  var amount: Int64
  var fee: Int64
  var currency: String
  var exchangeRate: String?
  /// `charge`, `transfer`, `payment`, `refund`, `adjustment`, `topup`.
  var type: String
  var source: String
  /// The charge whose settlement makes it available; nil for what is available at once.
  var settlesWith: String?
  var isAvailable: Bool
  var availableMs: Int64

  var net: Int64 { amount - fee }

  var json: JSONValue {
    [
      "id": .string(id), "object": "balance_transaction", "amount": .integer(amount),
      "available_on": .integer(availableMs / 1_000), "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "description": nil, "exchange_rate": .number(exchangeRate),
      "fee": .integer(fee), "fee_details": fee == 0 ? [] : [feeDetail], "net": .integer(net),
      "reporting_category": .string(type == "adjustment" ? "dispute" : type),
      "source": .string(source), "status": isAvailable ? "available" : "pending",
      "type": .string(type),
    ]
  }

  private var feeDetail: JSONValue {
    [
      "amount": .integer(fee), "application": nil, "currency": .string(currency),
      "description": "Stripe processing fees", "type": "stripe_fee",
    ]
  }
}
