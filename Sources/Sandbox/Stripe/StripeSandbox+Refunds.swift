import Threading

/// What customers' banks do to refunds, and what was given back.
extension StripeSandbox {
  /// Every refund, oldest first.
  public var refunds: [SandboxRefund] { state.withLock { $0.refunds.rows } }

  /// Every reversal of a transfer, oldest first.
  public var reversals: [SandboxReversal] { state.withLock { $0.reversals.rows } }

  /// The statuses of the next refunds that are asked for, in their order: `pending`,
  /// `requires_action`; `succeeded` for those that follow.
  public func scriptRefunds(_ statuses: [String]) {
    state.withLock { $0.refundScript += statuses }
  }

  /// A refund under way succeeds.
  public func succeedRefund(_ id: String) {
    let now = nowMs()
    state.withLock { $0.finishRefund(id, failure: nil, nowMs: now) }
  }

  /// A refund fails, even one that had succeeded: the money is back on the platform's balance.
  public func failRefund(_ id: String, reason: String = "expired_or_canceled_card") {
    let now = nowMs()
    state.withLock { $0.finishRefund(id, failure: reason, nowMs: now) }
  }

  /// Takes from an account's available balance, as a payout does.
  public func drain(account: String, _ amount: Int64, currency: String) {
    let now = nowMs()
    state.withLock { state in
      _ = state.post(
        to: account, amount: -amount, currency: currency, type: "payout",
        source: state.newID("po"), nowMs: now)
    }
  }
}
