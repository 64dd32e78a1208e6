import Domain

/// What the operator has configured about paying orders.
public struct SplitPolicy: Hashable, Sendable {
  /// What happens to an order without a proven Stripe payment (M1).
  public enum WithoutCharge: String, Hashable, Sendable {
    case hold
    case platformBalance = "platform_balance"
  }

  /// Orders created before are never paid (M2); milliseconds since 1970, nil for `all`.
  public var startMs: Int64?
  public var withoutCharge: WithoutCharge
  /// Receives the taxes as a transfer of their own; nil while the tax split is off.
  public var taxAccount: AccountID?
  /// Largest movement per currency that needs no approval, in minor units (A7).
  public var amountMax: [Currency: Int64]
  /// The mode of the configured key; nil if it cannot be told (X2).
  public var livemode: Bool?
  /// Whether a service order waits when its own figures do not add up to what the customer was
  /// debited (`PAYMENT_AMOUNT_CHECK=strict`); otherwise the debit counts.
  public var holdsMismatchedDebits = true

  public init(
    startMs: Int64?, withoutCharge: WithoutCharge = .hold, taxAccount: AccountID? = nil,
    amountMax: [Currency: Int64] = [:], livemode: Bool? = nil
  ) {
    self.startMs = startMs
    self.withoutCharge = withoutCharge
    self.taxAccount = taxAccount
    self.amountMax = amountMax
    self.livemode = livemode
  }

  /// Twelve digits: the largest amount Stripe documents for any card payment. A larger one is
  /// a mistake somewhere, whoever made it.
  public static let minorUnitsMax: Int64 = 999_999_999_999
}
