extension StripeState {
  /// `GET /v1/charges/{charge}`.
  func readCharge(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard call.owner == platform, let charge = charges[call.ids[0]] else {
      throw .missing("charge", call.ids[0], parameter: nil)
    }
    return charge.json(livemode: livemode)
  }

  /// `GET /v1/charges`, by payment intent or transfer group.
  func listCharges(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let intent = call.text("payment_intent")
    let group = call.text("transfer_group")
    var positions: [Int]? = call.owner == platform ? nil : []
    if positions == nil, let intent { positions = chargesByIntent[intent] ?? [] }
    if positions == nil, let group { positions = chargesByGroup[group] ?? [] }
    return try call.list(
      charges, "charge", among: positions,
      where: { $0.transferGroup == group ?? $0.transferGroup },
      { $0.json(livemode: livemode) })
  }

  /// `GET /v1/payment_intents/{intent}`.
  func readIntent(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard call.owner == platform, let intent = intents[call.ids[0]] else {
      throw .missing("payment_intent", call.ids[0], parameter: nil)
    }
    return intent.json(livemode: livemode)
  }

  /// `GET /v1/payment_intents`.
  func listIntents(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try call.list(intents, "payment_intent", among: call.owner == platform ? nil : []) {
      $0.json(livemode: livemode)
    }
  }
}
