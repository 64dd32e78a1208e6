extension StripeState {
  /// Writes one line of a statement and changes the balance by its net amount.
  ///
  /// - Parameter settlesWith: the charge that the money waits for; nil if it is available at once.
  /// - Returns: the id of the balance transaction.
  mutating func post(
    to owner: String, amount: Int64, fee: Int64 = 0, currency: String,
    exchangeRate: String? = nil, type: String, source: String, settlesWith: String? = nil,
    nowMs: Int64
  ) -> String {
    let waits = settlesWith != nil
    let transaction = BalanceTransaction(
      id: newID("txn"), createdMs: nowMs, owner: owner, amount: amount, fee: fee,
      currency: currency, exchangeRate: exchangeRate, type: type, source: source,
      settlesWith: settlesWith, isAvailable: !waits,
      availableMs: waits ? nowMs + Self.settlementMs : nowMs)
    transactions[transaction.id] = transaction
    if let settlesWith { unsettled[settlesWith, default: []].append(transaction.id) }
    let path = waits ? \SandboxBalance.pending : \SandboxBalance.available
    balances[owner, default: [:]][currency, default: SandboxBalance()][keyPath: path] +=
      transaction.net
    return transaction.id
  }

  /// Makes everything that waits for a charge available: on the platform and on the accounts that
  /// got transfers from it.
  mutating func settle(charge: String, nowMs: Int64) {
    for id in unsettled.removeValue(forKey: charge) ?? [] {
      guard var transaction = transactions[id] else { continue }
      transaction.isAvailable = true
      transaction.availableMs = nowMs
      transactions[id] = transaction
      var balance = balances[transaction.owner]?[transaction.currency] ?? SandboxBalance()
      balance.pending -= transaction.net
      balance.available += transaction.net
      balances[transaction.owner, default: [:]][transaction.currency] = balance
    }
  }

  func available(_ owner: String, _ currency: String) -> Int64 {
    balances[owner]?[currency]?.available ?? 0
  }

  /// `GET /v1/balance`.
  func balanceJSON(_ call: StripeCall) -> JSONValue {
    let own = balances[call.owner] ?? [:]
    let fallback = accounts[call.owner]?.defaultCurrency ?? "eur"
    let currencies = own.isEmpty ? [fallback] : own.keys.sorted()
    func list(_ amount: (SandboxBalance) -> Int64, withTypes: Bool = true) -> JSONValue {
      .array(
        currencies.map { currency in
          let value = JSONValue.integer(amount(own[currency] ?? SandboxBalance()))
          let entry: JSONValue = ["amount": value, "currency": .string(currency)]
          guard withTypes else { return entry }
          return .object(
            entry.members + [JSONValue.Member("source_types", ["card": value])])
        })
    }
    var balance: JSONValue = ["object": "balance", "available": list(\.available)]
    if call.owner == platform {
      balance["connect_reserved"] = list({ _ in 0 }, withTypes: false)
    }
    balance["livemode"] = .bool(livemode)
    balance["pending"] = list(\.pending)
    return balance
  }

  /// `GET /v1/balance_transactions/{id}`.
  func balanceTransactionJSON(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard let transaction = transactions[call.ids[0]], transaction.owner == call.owner else {
      throw .missing("balance transaction", call.ids[0], parameter: nil)
    }
    return transaction.json
  }

  /// The two days that Stripe says card payments take, before `settle` makes it true.
  private static let settlementMs: Int64 = 172_800_000
}
