/// What customers, banks and time do to payments.
extension StripeState {
  mutating func create(_ new: NewCharge, nowMs: Int64) -> ChargeIDs {
    let cause = EventCause(nowMs: nowMs)
    let intent = intentID(for: new, nowMs: nowMs)
    var charge = SandboxCharge(
      id: newID("ch"), createdMs: nowMs, amount: new.amount, currency: new.currency,
      status: Self.status(new.outcome), paymentIntent: intent, transferGroup: new.transferGroup,
      metadata: new.metadata,
      settlement: new.settlement
        ?? SandboxCharge.Settlement(currency: new.currency, amount: new.amount),
      fee: new.fee, showsBalanceTransaction: !new.hidesBalanceTransaction)
    charge.captureBeforeMs = new.captureBeforeMs
    keep(charge)
    if let intent { intents[intent]?.latestCharge = charge.id }
    switch new.outcome {
    case .captured:
      book(charge.id, amount: new.amount, nowMs: nowMs)
      if new.isSettled { settle(charge: charge.id, nowMs: nowMs) }
      report("charge.succeeded", charge.id, "payment_intent.succeeded", cause)
    case .authorized:
      if let intent { authorize(intent) }
      report("charge.succeeded", charge.id, "payment_intent.amount_capturable_updated", cause)
    case .pending:
      if let intent { intents[intent]?.status = "processing" }
      report("charge.pending", charge.id, "payment_intent.processing", cause)
    case .failed: fail(charge.id, cause: cause)
    }
    return ChargeIDs(charge: charge.id, paymentIntent: intent)
  }

  /// Takes an authorised or pending charge, wholly or in part: the rest is released for good.
  mutating func capture(
    _ id: String, amount: Int64?, nowMs: Int64, cause: EventCause? = nil
  ) -> Bool {
    guard let charge = charges[id], !charge.isCaptured, !charge.isReleased,
      charge.status != .failed
    else { return false }
    let wasPending = charge.status == .pending
    book(id, amount: min(amount ?? charge.amount, charge.amount), nowMs: nowMs)
    report(
      wasPending ? "charge.succeeded" : "charge.captured", id, "payment_intent.succeeded",
      cause ?? EventCause(nowMs: nowMs))
    return true
  }

  mutating func fail(_ id: String, cause: EventCause) {
    guard var charge = charges[id], !charge.isCaptured else { return }
    charge.status = .failed
    charge.failureCode = "card_declined"
    charge.failureMessage = "Your card was declined."
    charges[id] = charge
    if let intent = charge.paymentIntent {
      intents[intent]?.status = "requires_payment_method"
      intents[intent]?.amountCapturable = 0
    }
    report("charge.failed", id, "payment_intent.payment_failed", cause)
  }

  /// Gives back a part or all; an authorisation is released.
  mutating func refund(_ id: String, amount: Int64?, nowMs: Int64) -> String? {
    guard var charge = charges[id], charge.status == .succeeded, !charge.isRefunded else {
      return nil
    }
    let cause = EventCause(nowMs: nowMs)
    guard charge.isCaptured else {
      charge.isReleased = true
      charges[id] = charge
      if let intent = charge.paymentIntent { cancel(intent, nowMs: nowMs) }
      report("charge.refunded", id, "payment_intent.canceled", cause)
      return nil
    }
    let rest = charge.amountCaptured - charge.amountRefunded
    return makeRefund(
      of: id, amount: min(amount ?? rest, rest), metadata: [:], status: "succeeded", cause: cause
    ).id
  }

  /// The bank takes the captured rest back.
  mutating func dispute(_ id: String, reason: String, nowMs: Int64) -> String? {
    guard var charge = charges[id], charge.isCaptured, !charge.isDisputed else { return nil }
    let amount = charge.amountCaptured - charge.amountRefunded
    let dispute = newID("du")
    let transaction = post(
      to: platform, amount: -charge.settled(amount), currency: charge.settlement.currency,
      type: "adjustment", source: dispute, nowMs: nowMs)
    charge.isDisputed = true
    charges[id] = charge
    let json: JSONValue = [
      "id": .string(dispute), "object": "dispute", "amount": .integer(amount),
      "balance_transactions": .array(transactions[transaction].map { [$0.json] } ?? []),
      "charge": .string(id), "created": .integer(nowMs / 1_000),
      "currency": .string(charge.currency), "is_charge_refundable": false,
      "livemode": .bool(livemode), "metadata": [:],
      "payment_intent": .string(charge.paymentIntent), "reason": .string(reason),
      "status": "needs_response",
    ]
    let cause = EventCause(nowMs: nowMs)
    emit("charge.dispute.created", json, cause: cause)
    emit("charge.dispute.funds_withdrawn", json, cause: cause)
    return dispute
  }

  mutating func setGroup(_ group: String, ofCharge id: String) {
    guard let position = charges.position(id), charges[id]?.transferGroup == nil else { return }
    charges[id]?.transferGroup = group
    chargesByGroup[group, default: []].append(position)
    // The group may already hold younger charges; lists want ascending positions.
    chargesByGroup[group]?.sort()
  }

  private mutating func keep(_ charge: SandboxCharge) {
    let position = charges.rows.count
    charges[charge.id] = charge
    if let group = charge.transferGroup { chargesByGroup[group, default: []].append(position) }
    if let intent = charge.paymentIntent {
      chargesByIntent[intent, default: []].append(position)
    }
  }

  private mutating func intentID(for new: NewCharge, nowMs: Int64) -> String? {
    if let existing = new.paymentIntent, intents[existing] != nil { return existing }
    guard new.hasPaymentIntent else { return nil }
    let intent = SandboxPaymentIntent(
      id: newID("pi"), createdMs: nowMs, amount: new.amount, currency: new.currency,
      isCapturedManually: new.outcome == .authorized,
      metadata: new.intentMetadata ?? new.metadata, transferGroup: new.transferGroup)
    intents[intent.id] = intent
    return intent.id
  }

  /// Marks a charge as captured and brings the money to the platform, pending.
  private mutating func book(_ id: String, amount: Int64, nowMs: Int64) {
    guard var charge = charges[id] else { return }
    charge.settlement.amount = charge.settled(amount)
    charge.status = .succeeded
    charge.isCaptured = true
    charge.amountCaptured = amount
    charge.balanceTransaction = post(
      to: platform, amount: charge.settlement.amount, fee: charge.fee,
      currency: charge.settlement.currency, exchangeRate: charge.settlement.exchangeRate,
      type: "charge", source: id, settlesWith: id, nowMs: nowMs)
    charges[id] = charge
    guard let intent = charge.paymentIntent else { return }
    intents[intent]?.status = "succeeded"
    intents[intent]?.amountCapturable = 0
    intents[intent]?.amountReceived = amount
  }

  private mutating func authorize(_ intent: String) {
    guard let amount = intents[intent]?.amount else { return }
    intents[intent]?.status = "requires_capture"
    intents[intent]?.amountCapturable = amount
  }

  mutating func cancel(_ intent: String, nowMs: Int64) {
    intents[intent]?.status = "canceled"
    intents[intent]?.amountCapturable = 0
    intents[intent]?.canceledMs = nowMs
  }

  /// The event of a charge, and that of its payment intent.
  mutating func report(
    _ type: String, _ id: String, _ intentType: String?, _ cause: EventCause
  ) {
    guard let charge = charges[id] else { return }
    emit(type, charge.json(livemode: livemode), cause: cause)
    guard let intentType, let intent = charge.paymentIntent.flatMap({ intents[$0] }) else {
      return
    }
    emit(intentType, intent.json(livemode: livemode), cause: cause)
  }

  private static func status(_ outcome: NewCharge.Outcome) -> SandboxCharge.Status {
    switch outcome {
    case .captured, .authorized: .succeeded
    case .pending: .pending
    case .failed: .failed
    }
  }
}

extension SandboxCharge {
  /// A part of the charge's amount in the settlement currency, rounded down.
  func settled(_ part: Int64) -> Int64 {
    let whole = isCaptured ? amountCaptured : amount
    guard part != whole, whole > 0 else { return settlement.amount }
    let (product, overflow) = part.multipliedReportingOverflow(by: settlement.amount)
    precondition(!overflow, "amounts of a scenario must stay below 3 000 000 000")
    return product / whole
  }
}
