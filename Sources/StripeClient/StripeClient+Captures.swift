import Domain
import HTTPClient

extension StripeClient {
  public func capture(
    _ request: CaptureRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<String> {
    var call: StripeCall
    if let intent = request.paymentIntent {
      // Stripe forbids capturing the charge of a payment intent by itself.
      call = StripeCall(
        operation: "POST /v1/payment_intents/{id}/capture",
        path: "/v1/payment_intents/\(FormBody.encode(intent.rawValue))/capture",
        idempotencyKey: idempotencyKey)
      call.parameters.append("amount_to_capture", String(request.amount.minorUnits))
    } else {
      call = StripeCall(
        operation: "POST /v1/charges/{id}/capture",
        path: "/v1/charges/\(FormBody.encode(request.charge.rawValue))/capture",
        idempotencyKey: idempotencyKey)
      call.parameters.append("amount", String(request.amount.minorUnits))
    }
    return try receipt(of: call)
  }

  public func release(
    _ request: ReleaseRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<String> {
    var call: StripeCall
    if let intent = request.paymentIntent {
      call = StripeCall(
        operation: "POST /v1/payment_intents/{id}/cancel",
        path: "/v1/payment_intents/\(FormBody.encode(intent.rawValue))/cancel",
        idempotencyKey: idempotencyKey)
    } else {
      call = StripeCall(
        operation: "POST /v1/refunds", path: "/v1/refunds", idempotencyKey: idempotencyKey)
      // Without an amount: all of an authorisation, which is how it is given up.
      call.parameters.append("charge", request.charge.rawValue)
      let own = ["pluginName": "MiraklConnector", "pluginVersion": pluginVersion]
      let metadata = request.metadata.merging(own) { given, _ in given }
      for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
        call.parameters.append("metadata[\(name)]", value)
      }
    }
    return try receipt(of: call)
  }

  private func receipt(of call: StripeCall) throws(CallFailure) -> Answer<String> {
    let (wire, trace) = try send(WireReceipt.self, call)
    return Answer(wire.id, trace: trace)
  }
}

/// The only thing that is asked of an object just made or changed; its state is read where it is
/// decided upon.
private struct WireReceipt: Decodable { let id: String }
