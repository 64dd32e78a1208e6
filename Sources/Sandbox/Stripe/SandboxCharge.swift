/// A charge of the Stripe sandbox. Amounts in minor units.
public struct SandboxCharge: Sendable, Hashable, StripeRow {
  /// `status` of a charge; `succeeded` also stands for a mere authorisation.
  public enum Status: String, Sendable, Hashable { case succeeded, pending, failed }

  /// What arrives on the platform's balance.
  public struct Settlement: Sendable, Hashable {
    /// Lower case; another one than the charge's where Stripe converts.
    public var currency: String
    /// The whole amount in that currency.
    public var amount: Int64
    /// The decimal text of the rate, nil without conversion.
    public var exchangeRate: String?

    public init(currency: String, amount: Int64, exchangeRate: String? = nil) {
      self.currency = currency
      self.amount = amount
      self.exchangeRate = exchangeRate
    }
  }

  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  public internal(set) var amount: Int64
  /// Lower case.
  public internal(set) var currency: String
  public internal(set) var amountCaptured: Int64 = 0
  public internal(set) var amountRefunded: Int64 = 0
  public internal(set) var status: Status
  public internal(set) var isCaptured = false
  /// Released without capture.
  public internal(set) var isReleased = false
  /// Released because nobody captured it in time.
  public internal(set) var isExpired = false
  /// When the authorisation ends; nil for the default of seven days.
  public internal(set) var captureBeforeMs: Int64?
  public internal(set) var isDisputed = false
  public internal(set) var paymentIntent: String?
  public internal(set) var transferGroup: String?
  public internal(set) var metadata: [String: String]
  public internal(set) var settlement: Settlement
  /// Stripe's fee in the settlement currency.
  public internal(set) var fee: Int64
  /// nil until captured; with `automatic_async` Stripe shows it later still.
  public internal(set) var balanceTransaction: String?
  public internal(set) var showsBalanceTransaction = true
  /// Σ of the transfers made from this charge, in the settlement currency.
  public internal(set) var transferred: Int64 = 0
  public internal(set) var failureCode: String?
  public internal(set) var failureMessage: String?

  /// The whole of what was captured has gone back, or the authorisation was released.
  public var isRefunded: Bool {
    isReleased || (isCaptured && amountRefunded > 0 && amountRefunded == amountCaptured)
  }

  func json(livemode: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "charge", "amount": .integer(amount),
      "amount_captured": .integer(amountCaptured), "amount_refunded": .integer(amountRefunded),
      "application": nil, "application_fee": nil, "application_fee_amount": nil,
      "balance_transaction": .string(showsBalanceTransaction ? balanceTransaction : nil),
      "captured": .bool(isCaptured), "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "customer": nil, "description": nil,
      "disputed": .bool(isDisputed), "failure_balance_transaction": nil,
      "failure_code": .string(failureCode), "failure_message": .string(failureMessage),
      "livemode": .bool(livemode), "metadata": .strings(metadata), "on_behalf_of": nil,
      "outcome": outcome, "paid": .bool(status == .succeeded),
      "payment_intent": .string(paymentIntent), "payment_method_details": card,
      "refunded": .bool(isRefunded), "review": nil, "source_transfer": nil,
      "status": .string(status.rawValue), "transfer_data": nil,
      "transfer_group": .string(transferGroup),
    ]
  }

  private var outcome: JSONValue {
    guard status != .failed else {
      return [
        "network_status": "declined_by_network", "reason": "generic_decline",
        "risk_level": "normal", "seller_message": "The bank declined the payment.",
        "type": "issuer_declined",
      ]
    }
    return [
      "network_status": "approved_by_network", "reason": nil, "risk_level": "normal",
      "seller_message": "Payment complete.", "type": "authorized",
    ]
  }

  private var card: JSONValue {
    // Seven days: the default life of an authorisation.
    let captureBefore = captureBeforeMs.map { $0 / 1_000 } ?? createdMs / 1_000 + 604_800
    return [
      "card": [
        "brand": "visa", "capture_before": isCaptured ? nil : .integer(captureBefore),
        "last4": "4242", "multicapture": ["status": "unavailable"],
      ], "type": "card",
    ]
  }
}
