import Threading

/// What people do in Stripe's dashboard, past every program.
extension StripeSandbox {
  /// Takes a part of a transfer back, whatever the seller has.
  /// - Returns: false if there is no such transfer, or less left of it.
  @discardableResult
  public func reverseTransfer(_ id: String, amount: Int64) -> Bool {
    let now = nowMs()
    return state.withLock { state in
      guard var transfer = state.transfers[id], amount > 0,
        transfer.amount - transfer.amountReversed >= amount
      else { return false }
      let reversal = state.newID("trr")
      _ = state.post(
        to: transfer.destination, amount: -amount, currency: transfer.currency,
        type: "payment_refund", source: reversal, nowMs: now)
      let transaction = state.post(
        to: transfer.owner, amount: amount, currency: transfer.currency, type: "transfer_refund",
        source: reversal, nowMs: now)
      transfer.amountReversed += amount
      state.transfers[id] = transfer
      state.reversals[reversal] = SandboxReversal(
        id: reversal, createdMs: now, transfer: id, amount: amount, currency: transfer.currency,
        balanceTransaction: transaction, metadata: [:])
      state.emit(
        "transfer.reversed", transfer.json(livemode: state.livemode),
        account: transfer.owner == state.platform ? nil : transfer.owner,
        cause: EventCause(nowMs: now))
      return true
    }
  }

  /// Begins a payment that has no charge yet.
  /// - Returns: the payment intent's id.
  public func createIntent(
    _ amount: Int64, currency: String, metadata: [String: String]
  ) -> String {
    let now = nowMs()
    return state.withLock { state in
      let intent = SandboxPaymentIntent(
        id: state.newID("pi"), createdMs: now, amount: amount, currency: currency,
        metadata: metadata)
      state.intents[intent.id] = intent
      state.emit(
        "payment_intent.created", intent.json(livemode: state.livemode),
        cause: EventCause(nowMs: now))
      return intent.id
    }
  }

  /// Gives a payment up that has no charge, or only failed ones.
  public func cancelIntent(_ id: String) {
    let now = nowMs()
    state.withLock { state in
      state.cancel(id, nowMs: now)
      guard let intent = state.intents[id] else { return }
      state.emit(
        "payment_intent.canceled", intent.json(livemode: state.livemode),
        cause: EventCause(nowMs: now))
    }
  }
}
