import Threading

/// What banks and sellers do about payouts, and what became of them.
extension StripeSandbox {
  /// Every payout, oldest first.
  public var payouts: [SandboxPayout] { state.withLock { $0.payouts.rows } }

  /// The bank takes it: `payout.updated`, status `in_transit`.
  @discardableResult
  public func sendPayout(_ id: String) -> Bool { move(id, .inTransit) }

  /// The bank is believed to have paid: `payout.paid`.
  @discardableResult
  public func payPayout(_ id: String) -> Bool { move(id, .paid) }

  /// The bank sends it back, even after it was paid: `payout.failed`, the money is on the balance
  /// again.
  @discardableResult
  public func failPayout(
    _ id: String, code: String? = "could_not_process",
    message: String? = "The bank could not process this payout."
  ) -> Bool {
    move(id, .failed, code: code, message: message)
  }

  /// Somebody cancels it: `payout.canceled`.
  @discardableResult
  public func cancelPayout(_ id: String) -> Bool { move(id, .canceled) }

  /// The seller changes the bank accounts: `account.external_account.updated` (or `.deleted`).
  @discardableResult
  public func setBankAccounts(_ banks: [SandboxBankAccount], of account: String) -> Bool {
    let now = nowMs()
    return state.withLock { $0.setBankAccounts(banks, of: account, nowMs: now) }
  }

  /// Gives a connected account (or takes, below 0) available money, as other transfers would.
  public func addFunds(_ amount: Int64, currency: String, to account: String) {
    let now = nowMs()
    state.withLock { state in
      let id = state.newID("py")
      _ = state.post(
        to: account, amount: amount, currency: currency, type: "payment", source: id, nowMs: now)
      state.emit(
        "balance.available", state.balanceAvailable(of: account), account: account,
        cause: EventCause(nowMs: now))
    }
  }

  private func move(
    _ id: String, _ status: SandboxPayout.Status, code: String? = nil, message: String? = nil
  ) -> Bool {
    let now = nowMs()
    return state.withLock {
      $0.movePayout(id, to: status, code: code, message: message, nowMs: now)
    }
  }
}
