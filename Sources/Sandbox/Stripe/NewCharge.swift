/// A payment of a customer that a scenario makes.
public struct NewCharge: Sendable, Hashable {
  /// How far it goes at once.
  public enum Outcome: Sendable, Hashable {
    /// Paid, and taken from the customer.
    case captured
    /// Authorised: `captureCharge` or `refundCharge` follows.
    case authorized
    /// Asynchronous methods: `captureCharge` or `failCharge` follows.
    case pending
    case failed
  }

  /// Minor units of `currency`.
  public var amount: Int64
  /// Lower case.
  public var currency: String
  public var outcome: Outcome
  /// Of the charge, and of its payment intent unless `intentMetadata` says otherwise.
  public var metadata: [String: String]
  public var intentMetadata: [String: String]?
  public var hasPaymentIntent = true
  /// A further attempt of a payment intent that exists.
  public var paymentIntent: String?
  public var transferGroup: String?
  /// What arrives; nil for the amount itself.
  public var settlement: SandboxCharge.Settlement?
  /// Stripe's fee in the settlement currency, taken from what arrives.
  public var fee: Int64 = 0
  /// Available at once, as with Stripe's test card 4000 0000 0000 0077.
  public var isSettled = false
  /// When an authorisation ends, milliseconds since 1970; nil for seven days from now.
  public var captureBeforeMs: Int64?
  /// Shown only after `showBalanceTransaction`, as with `automatic_async`.
  public var hidesBalanceTransaction = false

  public init(
    amount: Int64, currency: String, outcome: Outcome = .captured,
    metadata: [String: String] = [:]
  ) {
    self.amount = amount
    self.currency = currency
    self.outcome = outcome
    self.metadata = metadata
  }
}

/// The identifiers of a payment.
public struct ChargeIDs: Sendable, Hashable {
  public let charge: String
  /// nil for a bare charge.
  public let paymentIntent: String?
}
