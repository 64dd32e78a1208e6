/// A refund of the Stripe sandbox. Amounts in minor units.
public struct SandboxRefund: Sendable, Hashable, StripeRow {
  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  public internal(set) var charge: String
  public internal(set) var paymentIntent: String?
  public internal(set) var amount: Int64
  /// Lower case.
  public internal(set) var currency: String
  public internal(set) var balanceTransaction: String?
  /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`.
  public internal(set) var status: String
  public internal(set) var failureReason: String?
  public internal(set) var metadata: [String: String]

  var json: JSONValue {
    var json: JSONValue = [
      "id": .string(id), "object": "refund", "amount": .integer(amount),
      "balance_transaction": .string(balanceTransaction), "charge": .string(charge),
      "created": .integer(createdMs / 1_000), "currency": .string(currency),
      "metadata": .strings(metadata), "payment_intent": .string(paymentIntent),
      "reason": "requested_by_customer", "receipt_number": nil, "source_transfer_reversal": nil,
      "status": .string(status), "transfer_reversal": nil,
    ]
    if status == "pending" { json["pending_reason"] = "processing" }
    if let failureReason { json["failure_reason"] = .string(failureReason) }
    return json
  }
}

/// A reversal of a transfer of the Stripe sandbox. Amounts in minor units.
public struct SandboxReversal: Sendable, Hashable, StripeRow {
  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  public internal(set) var transfer: String
  public internal(set) var amount: Int64
  /// Lower case.
  public internal(set) var currency: String
  public internal(set) var balanceTransaction: String
  public internal(set) var metadata: [String: String]

  var json: JSONValue {
    [
      "id": .string(id), "object": "transfer_reversal", "amount": .integer(amount),
      "balance_transaction": .string(balanceTransaction), "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "destination_payment_refund": nil,
      "metadata": .strings(metadata), "source_refund": nil, "transfer": .string(transfer),
    ]
  }
}
