/// A payment intent of the Stripe sandbox. Amounts in minor units.
public struct SandboxPaymentIntent: Sendable, Hashable, StripeRow {
  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  public internal(set) var amount: Int64
  /// Lower case.
  public internal(set) var currency: String
  /// `requires_payment_method`, `processing`, `requires_capture`, `succeeded`, `canceled`.
  public internal(set) var status = "requires_payment_method"
  public internal(set) var isCapturedManually = false
  public internal(set) var latestCharge: String?
  public internal(set) var amountCapturable: Int64 = 0
  public internal(set) var amountReceived: Int64 = 0
  public internal(set) var metadata: [String: String]
  public internal(set) var transferGroup: String?
  public internal(set) var canceledMs: Int64?

  func json(livemode: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "payment_intent", "amount": .integer(amount),
      "amount_capturable": .integer(amountCapturable),
      "amount_received": .integer(amountReceived),
      "canceled_at": .integer(canceledMs.map { $0 / 1_000 }), "cancellation_reason": nil,
      "capture_method": isCapturedManually ? "manual" : "automatic_async",
      "confirmation_method": "automatic", "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "customer": nil, "last_payment_error": nil,
      "latest_charge": .string(latestCharge), "livemode": .bool(livemode),
      "metadata": .strings(metadata), "next_action": nil, "on_behalf_of": nil,
      "payment_method_types": ["card"], "processing": nil, "review": nil,
      "status": .string(status), "transfer_data": nil,
      "transfer_group": .string(transferGroup),
    ]
  }
}
