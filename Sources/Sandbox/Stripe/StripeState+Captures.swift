/// Captures, cancels and releases.
/// - Source: https://docs.stripe.com/error-codes, and the wording of Stripe's own refusals.
extension StripeState {
  /// `POST /v1/payment_intents/{intent}/capture`.
  mutating func captureIntent(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let intent = try ownIntent(call)
    let amount =
      try call.text("amount_to_capture") == nil
      ? nil : call.positive("amount_to_capture")
    let metadata = try call.metadata(over: intent.metadata)
    guard intent.status == "requires_capture", let charge = intent.latestCharge else {
      throw unexpectedState(
        intent,
        "This PaymentIntent could not be captured because it has a status of "
          + "\(intent.status). Only a PaymentIntent with one of the following statuses may be "
          + "captured: requires_capture.")
    }
    try checkExpiry(charge, call)
    if let amount, amount > intent.amountCapturable {
      throw .refused(
        "The payment could not be captured because the requested capture amount is greater than "
          + "the amount you can capture for this charge.",
        code: "amount_too_large", parameter: "amount_to_capture")
    }
    intents[intent.id]?.metadata = metadata
    _ = capture(charge, amount: amount, nowMs: call.nowMs, cause: EventCause(call))
    return intents[intent.id]?.json(livemode: livemode) ?? .null
  }

  /// `POST /v1/payment_intents/{intent}/cancel`.
  mutating func cancelIntent(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let intent = try ownIntent(call)
    let cancelable = [
      "requires_payment_method", "requires_capture", "requires_confirmation", "requires_action",
      "processing",
    ]
    guard cancelable.contains(intent.status) else {
      throw unexpectedState(
        intent,
        "You cannot cancel this PaymentIntent because it has a status of "
          + "\(intent.status). Only a PaymentIntent with one of the following statuses may be "
          + "canceled: requires_payment_method, requires_capture, requires_reauthorization, "
          + "requires_confirmation, requires_action, processing.")
    }
    if let charge = intent.latestCharge, charges[charge]?.status == .succeeded {
      release(charge, cause: EventCause(call))
    } else {
      cancel(intent.id, nowMs: call.nowMs)
      if let canceled = intents[intent.id] {
        emit("payment_intent.canceled", canceled.json(livemode: livemode), cause: EventCause(call))
      }
    }
    return intents[intent.id]?.json(livemode: livemode) ?? .null
  }

  /// `POST /v1/charges/{charge}/capture`, of a bare charge.
  mutating func captureCharge(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard call.owner == platform, let charge = charges[call.ids[0]] else {
      throw .missing("charge", call.ids[0], parameter: nil)
    }
    let amount = try call.text("amount") == nil ? nil : call.positive("amount")
    if let intent = charge.paymentIntent {
      throw .refused(
        "This charge belongs to the PaymentIntent \(intent): capture the PaymentIntent instead.")
    }
    if charge.isCaptured {
      throw .refused(
        "Charge \(charge.id) has already been captured.", code: "charge_already_captured")
    }
    try checkExpiry(charge.id, call)
    guard charge.status == .succeeded, !charge.isReleased else {
      throw .refused(
        "Charge \(charge.id) has already been refunded.", code: "charge_already_refunded")
    }
    if let amount, amount > charge.amount {
      throw .refused(
        "The payment could not be captured because the requested capture amount is greater than "
          + "the amount you can capture for this charge.", code: "amount_too_large",
        parameter: "amount")
    }
    _ = capture(charge.id, amount: amount, nowMs: call.nowMs, cause: EventCause(call))
    return charges[charge.id]?.json(livemode: livemode) ?? .null
  }

  /// `POST /v1/refunds`, as far as it gives authorisations up.
  mutating func releaseCharge(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let id = try call.required("charge")
    guard call.owner == platform, let charge = charges[id] else {
      throw .missing("charge", id, parameter: "charge")
    }
    guard !charge.isCaptured else { throw .unsupported("refunds of captured charges") }
    return try releaseByRefund(charge, call)
  }

  /// `POST /v1/refunds` of a charge that is not captured yet, which gives the authorisation up.
  mutating func releaseByRefund(
    _ charge: SandboxCharge, _ call: StripeCall
  ) throws(StripeError) -> JSONValue {
    let metadata = try call.metadata()
    guard call.text("amount") == nil || call.text("amount") == String(charge.amount) else {
      throw .refused(
        "You cannot partially refund an uncaptured charge. Instead, capture the charge for an "
          + "amount less than the original amount", parameter: "amount")
    }
    guard !charge.isReleased else {
      throw .refused(
        "Charge \(charge.id) has already been refunded.", code: "charge_already_refunded")
    }
    release(charge.id, cause: EventCause(call))
    return [
      "id": .string(newID("re")), "object": "refund", "amount": .integer(charge.amount),
      "balance_transaction": nil, "charge": .string(charge.id),
      "created": .integer(call.nowMs / 1_000), "currency": .string(charge.currency),
      "metadata": .strings(metadata), "payment_intent": .string(charge.paymentIntent),
      "reason": nil, "status": "succeeded",
    ]
  }

  /// Nobody captured it in time.
  mutating func expire(_ id: String, nowMs: Int64) -> Bool {
    guard var charge = charges[id], charge.status == .succeeded, !charge.isCaptured,
      !charge.isReleased
    else { return false }
    charge.isReleased = true
    charge.isExpired = true
    charges[id] = charge
    if let intent = charge.paymentIntent { cancel(intent, nowMs: nowMs) }
    report("charge.expired", id, "payment_intent.canceled", EventCause(nowMs: nowMs))
    return true
  }

  private mutating func release(_ id: String, cause: EventCause) {
    charges[id]?.isReleased = true
    if let intent = charges[id]?.paymentIntent { cancel(intent, nowMs: cause.nowMs) }
    report("charge.refunded", id, "payment_intent.canceled", cause)
  }

  private func ownIntent(_ call: StripeCall) throws(StripeError) -> SandboxPaymentIntent {
    guard call.owner == platform, let intent = intents[call.ids[0]] else {
      throw .missing("payment_intent", call.ids[0], parameter: nil)
    }
    return intent
  }

  /// An authorisation whose end has come is over, even if no event said so yet.
  private mutating func checkExpiry(_ id: String, _ call: StripeCall) throws(StripeError) {
    guard let charge = charges[id] else { return }
    let isLate = charge.captureBeforeMs.map { call.nowMs >= $0 } ?? false
    guard charge.isExpired || isLate else { return }
    _ = expire(id, nowMs: call.nowMs)
    throw .refused(
      "Charge \(id) cannot be captured because it has expired. Uncaptured charges are released "
        + "once their authorization ends.", code: "charge_expired_for_capture")
  }

  private func unexpectedState(
    _ intent: SandboxPaymentIntent, _ message: String
  ) -> StripeError {
    var error = StripeError.refused(message, code: "payment_intent_unexpected_state")
    error.paymentIntent = intent.json(livemode: livemode)
    return error
  }
}
