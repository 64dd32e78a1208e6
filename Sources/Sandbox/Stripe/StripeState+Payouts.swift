extension StripeState {
  /// `POST /v1/payouts`, as the account of `Stripe-Account`.
  mutating func createPayout(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let currency = try call.currency()
    let amount = try call.positive("amount")
    let metadata = try call.metadata()
    let account = try account(call.owner)
    let step = Self.payoutStep(currency)
    guard amount % step == 0 else {
      throw .refused(
        "Invalid amount. Payouts in \(currency) must be a multiple of \(step).",
        code: "parameter_invalid_integer", parameter: "amount")
    }
    guard account.payoutsEnabled else {
      throw .refused(
        "Payouts are not enabled on this account: \(account.id).", code: "payouts_not_allowed")
    }
    let bank = account.bankAccounts.first {
      $0.status != "errored" && $0.currency ?? currency == currency
    }
    guard let bank else {
      throw .refused("Sorry, you don't have any external accounts in that currency (\(currency)).")
    }
    guard available(call.owner, currency) >= amount else { throw Self.shortOfFunds }
    let id = newID("po")
    let transaction = post(
      to: call.owner, amount: -amount, currency: currency, type: "payout", source: id,
      nowMs: call.nowMs)
    let payout = SandboxPayout(
      id: id, createdMs: call.nowMs, owner: call.owner, amount: amount, currency: currency,
      destination: bank.id, balanceTransaction: transaction,
      description: call.text("description"), metadata: metadata)
    payouts[id] = payout
    let json = payout.json(livemode: livemode)
    emit("payout.created", json, account: accountOf(payout), cause: EventCause(call))
    return json
  }

  /// `GET /v1/payouts/{payout}`.
  func readPayout(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard let payout = payouts[call.ids[0]], payout.owner == call.owner else {
      throw .missing("payout", call.ids[0], parameter: nil)
    }
    return payout.json(livemode: livemode)
  }

  /// `GET /v1/payouts`.
  func listPayouts(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let status = call.text("status")
    return try call.list(
      payouts, "payout",
      where: { $0.owner == call.owner && $0.status.rawValue == status ?? $0.status.rawValue },
      { $0.json(livemode: livemode) })
  }

  /// `GET /v1/accounts/{account}/external_accounts`.
  func listExternalAccounts(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let account = try account(call.ids[0])
    return [
      "object": "list", "url": .string("/v1/accounts/\(account.id)/external_accounts"),
      "has_more": false,
      "data": .array(
        account.bankAccounts.map {
          $0.json(account: account.id, fallback: account.defaultCurrency)
        }),
    ]
  }

  // MARK: - What banks do

  /// Moves a payout on, with its event. A failed or canceled one gives the money back.
  mutating func movePayout(
    _ id: String, to status: SandboxPayout.Status, code: String?, message: String?, nowMs: Int64
  ) -> Bool {
    guard var payout = payouts[id], payout.status != .failed, payout.status != .canceled else {
      return false
    }
    payout.status = status
    let cause = EventCause(nowMs: nowMs)
    switch status {
    case .pending: return false
    case .inTransit: break
    case .paid: break
    case .failed, .canceled:
      (payout.failureCode, payout.failureMessage) = (code, message)
      let transaction = post(
        to: payout.owner, amount: payout.amount, currency: payout.currency,
        type: status == .failed ? "payout_failure" : "payout_cancel", source: id, nowMs: nowMs)
      if status == .failed { payout.failureBalanceTransaction = transaction }
    }
    payouts[id] = payout
    let type = status == .inTransit ? "updated" : status.rawValue
    emit(
      "payout.\(type)", payout.json(livemode: livemode), account: accountOf(payout), cause: cause)
    return true
  }

  /// Replaces the bank accounts of an account, with the event of the first.
  mutating func setBankAccounts(_ banks: [SandboxBankAccount], of id: String, nowMs: Int64) -> Bool
  {
    guard var account = accounts[id] else { return false }
    account.bankAccounts = banks
    accounts[id] = account
    let shown = banks.first ?? SandboxBankAccount()
    emit(
      "account.external_account.\(banks.isEmpty ? "deleted" : "updated")",
      shown.json(account: id, fallback: account.defaultCurrency), account: id,
      cause: EventCause(nowMs: nowMs))
    return true
  }

  /// `balance.available` of a connected account.
  func balanceAvailable(of id: String) -> JSONValue {
    let own = (balances[id] ?? [:]).sorted { $0.key < $1.key }
    func list(_ path: KeyPath<SandboxBalance, Int64>) -> JSONValue {
      .array(
        own.map { ["amount": .integer($0.value[keyPath: path]), "currency": .string($0.key)] })
    }
    return [
      "object": "balance", "available": list(\.available), "livemode": .bool(livemode),
      "pending": list(\.pending),
    ]
  }

  private func accountOf(_ payout: SandboxPayout) -> String? {
    payout.owner == platform ? nil : payout.owner
  }

  /// Forints and Taiwan dollars are paid out whole.
  private static func payoutStep(_ currency: String) -> Int64 {
    currency == "huf" || currency == "twd" ? 100 : AmountText.step(currency)
  }

  private static let shortOfFunds = StripeError.refused(
    "You have insufficient funds in your Stripe account for this transfer. Your card balance is "
      + "too low. You can use the /v1/balance endpoint to view your Stripe balance (for more "
      + "details, see stripe.com/docs/api#balance).", code: "balance_insufficient")
}
