/// Refunds of charges and reversals of transfers.
extension StripeState {
  /// `GET /v1/refunds/{refund}`.
  func readRefund(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard call.owner == platform, let refund = refunds[call.ids[0]] else {
      throw .missing("refund", call.ids[0], parameter: nil)
    }
    return refund.json
  }

  /// `GET /v1/refunds`, by charge or payment intent.
  func listRefunds(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let (charge, intent) = (call.text("charge"), call.text("payment_intent"))
    return try call.list(
      refunds, "refund",
      where: {
        call.owner == platform && $0.charge == charge ?? $0.charge
          && (intent == nil || $0.paymentIntent == intent)
      }, \.json)
  }

  /// `POST /v1/refunds`. Without capture it releases the authorisation.
  mutating func createRefund(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let charge = try refundable(call)
    let metadata = try call.metadata()
    let cause = EventCause(call)
    guard charge.isCaptured else {
      guard call.text("amount") == nil || call.text("amount") == String(charge.amount) else {
        throw .refused(
          "You cannot partially refund an uncaptured charge. Instead, capture the charge for an "
            + "amount less than the original amount", parameter: "amount")
      }
      guard !charge.isReleased else {
        throw .refused(
          "Charge \(charge.id) has already been refunded.", code: "charge_already_refunded")
      }
      release(charge.id, cause: cause)
      let released = SandboxRefund(
        id: newID("re"), createdMs: call.nowMs, charge: charge.id,
        paymentIntent: charge.paymentIntent, amount: charge.amount, currency: charge.currency,
        status: "succeeded", metadata: metadata)
      refunds[released.id] = released
      return released.json
    }
    let left = charge.amountCaptured - charge.amountRefunded
    let amount = call.text("amount") == nil ? left : try call.positive("amount")
    guard amount <= left else {
      let asked = AmountText.symbol(amount, charge.currency)
      let rest = AmountText.symbol(left, charge.currency)
      throw .refused(
        "Refund amount (\(asked)) is greater than unrefunded amount on charge (\(rest))",
        parameter: "amount")
    }
    let status = refundScript.isEmpty ? "succeeded" : refundScript.removeFirst()
    return makeRefund(
      of: charge.id, amount: amount, metadata: metadata, status: status, cause: cause
    ).json
  }

  private func refundable(_ call: StripeCall) throws(StripeError) -> SandboxCharge {
    let id: String
    if let intent = call.text("payment_intent") {
      guard let latest = intents[intent]?.latestCharge else {
        throw .missing("payment_intent", intent, parameter: "payment_intent")
      }
      id = latest
    } else {
      id = try call.required("charge")
    }
    guard call.owner == platform, let charge = charges[id] else {
      throw .missing("charge", id, parameter: "charge")
    }
    guard !charge.isRefunded else {
      throw .refused("Charge \(id) has already been refunded.", code: "charge_already_refunded")
    }
    guard !charge.isDisputed else {
      throw .refused(
        "Charge \(id) has been charged back; cannot issue a refund.", code: "charge_disputed")
    }
    guard charge.status == .succeeded else {
      throw .refused("Charge \(id) is not refundable.", code: "charge_not_refundable")
    }
    return charge
  }

  /// The money leaves the platform at once, whatever the refund's status.
  mutating func makeRefund(
    of id: String, amount: Int64, metadata: [String: String], status: String, cause: EventCause
  ) -> SandboxRefund {
    let refundID = newID("re")
    let charge = charges[id]
    let currency = charge?.currency ?? ""
    let transaction = post(
      to: platform, amount: -(charge?.settled(amount) ?? amount),
      currency: charge?.settlement.currency ?? currency, type: "refund", source: refundID,
      nowMs: cause.nowMs)
    charges[id]?.amountRefunded += amount
    let refund = SandboxRefund(
      id: refundID, createdMs: cause.nowMs, charge: id, paymentIntent: charge?.paymentIntent,
      amount: amount, currency: currency, balanceTransaction: transaction, status: status,
      metadata: metadata)
    refunds[refundID] = refund
    emit("refund.created", refund.json, cause: cause)
    report("charge.refunded", id, nil, cause)
    return refund
  }

  /// A refund under way succeeds, or any refund fails: the money comes back to the platform.
  mutating func finishRefund(_ id: String, failure: String?, nowMs: Int64) {
    guard var refund = refunds[id], refund.status != "failed" else { return }
    let cause = EventCause(nowMs: nowMs)
    refund.status = failure == nil ? "succeeded" : "failed"
    refund.failureReason = failure
    refunds[id] = refund
    if failure != nil, let charge = charges[refund.charge] {
      _ = post(
        to: platform, amount: charge.settled(refund.amount), currency: charge.settlement.currency,
        type: "refund_failure", source: id, nowMs: nowMs)
      charges[refund.charge]?.amountRefunded -= refund.amount
    }
    emit("refund.updated", refund.json, cause: cause)
    if failure != nil { emit("refund.failed", refund.json, cause: cause) }
    emit("charge.refund.updated", refund.json, cause: cause)
  }

  /// `GET /v1/transfers/{id}/reversals`.
  func listReversals(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard let transfer = transfers[call.ids[0]], transfer.owner == call.owner else {
      throw .missing("transfer", call.ids[0], parameter: nil)
    }
    return try call.list(
      reversals, "transfer_reversal", where: { $0.transfer == transfer.id }, \.json)
  }

  /// `POST /v1/transfers/{id}/reversals`. The connected account's available balance must cover it.
  mutating func createReversal(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard var transfer = transfers[call.ids[0]], transfer.owner == call.owner else {
      throw .missing("transfer", call.ids[0], parameter: nil)
    }
    let metadata = try call.metadata()
    let left = transfer.amount - transfer.amountReversed
    guard left > 0 else {
      throw .refused("Transfer \(transfer.id) has already been fully reversed.")
    }
    let amount = call.text("amount") == nil ? left : try call.positive("amount")
    guard amount <= left else {
      let asked = AmountText.symbol(amount, transfer.currency)
      let rest = AmountText.symbol(left, transfer.currency)
      throw .refused(
        "Reversal amount (\(asked)) is greater than unreversed amount on transfer (\(rest))",
        parameter: "amount")
    }
    guard available(transfer.destination, transfer.currency) >= amount else {
      throw .refused(
        "The recipient of this transfer does not have sufficient funds in their Stripe balance to "
          + "reverse this amount.")
    }
    let id = newID("trr")
    _ = post(
      to: transfer.destination, amount: -amount, currency: transfer.currency,
      type: "payment_refund", source: id, nowMs: call.nowMs)
    let transaction = post(
      to: transfer.owner, amount: amount, currency: transfer.currency, type: "transfer_refund",
      source: id, nowMs: call.nowMs)
    transfer.amountReversed += amount
    transfers[transfer.id] = transfer
    let reversal = SandboxReversal(
      id: id, createdMs: call.nowMs, transfer: transfer.id, amount: amount,
      currency: transfer.currency, balanceTransaction: transaction, metadata: metadata)
    reversals[id] = reversal
    emit(
      "transfer.reversed", transfer.json(livemode: livemode),
      account: transfer.owner == platform ? nil : transfer.owner, cause: EventCause(call))
    return reversal.json
  }
}
