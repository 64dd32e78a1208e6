/// Charges and payment intents.
public protocol StripePaymentsPort: Sendable {
  /// `GET /v1/charges/{id}` with its balance transaction.
  func charge(_ id: ChargeID) throws(CallFailure) -> Answer<ChargeSnapshot>
  /// `GET /v1/payment_intents/{id}` with its latest charge.
  func paymentIntent(_ id: PaymentIntentID) throws(CallFailure) -> Answer<PaymentIntentSnapshot>
}
