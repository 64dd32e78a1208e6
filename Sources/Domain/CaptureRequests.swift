/// The parameters of a capture. Stored with the intent and sent again unchanged.
public struct CaptureRequest: Hashable, Sendable, Codable {
  public var charge: ChargeID
  /// The way to capture, where the charge belongs to one; nil for a bare charge.
  public var paymentIntent: PaymentIntentID?
  /// Of the authorised amount; Stripe releases the rest for good.
  public var amount: Money

  public init(charge: ChargeID, paymentIntent: PaymentIntentID?, amount: Money) {
    self.charge = charge
    self.paymentIntent = paymentIntent
    self.amount = amount
  }
}

/// The parameters of giving an authorisation up. Stored with the intent and sent again unchanged.
public struct ReleaseRequest: Hashable, Sendable, Codable {
  public var charge: ChargeID
  /// Is canceled, where the charge belongs to one; a bare charge is refunded before its capture.
  public var paymentIntent: PaymentIntentID?
  /// Of the refund of a bare charge.
  public var metadata: [String: String]

  public init(charge: ChargeID, paymentIntent: PaymentIntentID?, metadata: [String: String]) {
    self.charge = charge
    self.paymentIntent = paymentIntent
    self.metadata = metadata
  }
}
