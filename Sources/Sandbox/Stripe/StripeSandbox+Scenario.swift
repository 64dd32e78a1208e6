import Threading

/// What the world does: sellers, customers, banks and time. Every operation emits the events that
/// Stripe sends, to be collected with `takeDeliveries`.
extension StripeSandbox {
  /// Adds a connected account with a finished onboarding, changed by `adjust`. No event: Stripe
  /// sends none for an account that the platform creates.
  @discardableResult
  public func createAccount(
    metadata: [String: String] = [:], _ adjust: (inout SandboxAccount) -> Void = { _ in }
  ) -> String {
    let now = nowMs()
    return state.withLock { state in
      var account = SandboxAccount(id: state.newID("acct", length: 16), createdMs: now)
      account.finishOnboarding()
      account.metadata = metadata
      adjust(&account)
      state.accounts[account.id] = account
      return account.id
    }
  }

  /// Changes an account: `account.updated`, `capability.updated` or
  /// `account.application.deauthorized`, as it fits. False if there is none of that id.
  @discardableResult
  public func updateAccount(_ id: String, _ adjust: (inout SandboxAccount) -> Void) -> Bool {
    let now = nowMs()
    return state.withLock { state in
      guard let before = state.accounts[id] else { return false }
      var account = before
      adjust(&account)
      state.replace(before, with: account, cause: EventCause(nowMs: now))
      return true
    }
  }

  /// A customer pays, or tries to.
  @discardableResult
  public func createCharge(_ new: NewCharge) -> ChargeIDs {
    let now = nowMs()
    return state.withLock { $0.create(new, nowMs: now) }
  }

  /// Captures an authorised charge (wholly, or a part: the rest is released), or lets a pending one
  /// succeed. False if it can't be captured.
  @discardableResult
  public func captureCharge(_ id: String, amount: Int64? = nil) -> Bool {
    let now = nowMs()
    return state.withLock { $0.capture(id, amount: amount, nowMs: now) }
  }

  /// Lets a pending or authorised charge fail.
  public func failCharge(_ id: String) {
    let now = nowMs()
    state.withLock { $0.fail(id, cause: EventCause(nowMs: now)) }
  }

  /// Gives a captured charge back (wholly, or a part), or releases an authorisation.
  ///
  /// - Returns: the id of the refund; nil for a released authorisation, and if nothing is left.
  @discardableResult
  public func refundCharge(_ id: String, amount: Int64? = nil) -> String? {
    let now = nowMs()
    return state.withLock { $0.refund(id, amount: amount, nowMs: now) }
  }

  /// Time runs out for an authorisation: it is released, and can never be captured. False unless it
  /// is authorised.
  @discardableResult
  public func expireCharge(_ id: String) -> Bool {
    let now = nowMs()
    return state.withLock { $0.expire(id, nowMs: now) }
  }

  /// The customer's bank takes the captured rest back.
  ///
  /// - Returns: the id of the dispute; nil if the charge can't be disputed.
  @discardableResult
  public func disputeCharge(_ id: String, reason: String = "fraudulent") -> String? {
    let now = nowMs()
    return state.withLock { $0.dispute(id, reason: reason, nowMs: now) }
  }

  /// Shows a balance transaction that `NewCharge.hidesBalanceTransaction` kept back:
  /// `charge.updated`.
  public func showBalanceTransaction(ofCharge id: String) {
    let now = nowMs()
    state.withLock { state in
      state.charges[id]?.showsBalanceTransaction = true
      state.report("charge.updated", id, nil, EventCause(nowMs: now))
    }
  }

  /// Makes what a charge brought available, and the transfers made from it; with nil for all
  /// charges. `balance.available` follows for the platform.
  public func settle(charge id: String? = nil) {
    let now = nowMs()
    state.withLock { state in
      var owners: Set<String> = []
      for charge in id.map({ [$0] }) ?? state.unsettled.keys.sorted() {
        for transaction in state.unsettled[charge] ?? [] {
          if let owner = state.transactions[transaction]?.owner { owners.insert(owner) }
        }
        state.settle(charge: charge, nowMs: now)
      }
      state.emitBalanceAvailable(nowMs: now)
      for owner in owners.sorted() where owner != state.platform {
        state.emit(
          "balance.available", state.balanceAvailable(of: owner), account: owner,
          cause: EventCause(nowMs: now))
      }
    }
  }

  /// A top-up of the platform's available balance.
  public func addFunds(_ amount: Int64, currency: String) {
    let now = nowMs()
    state.withLock { state in
      let id = state.newID("tu")
      _ = state.post(
        to: state.platform, amount: amount, currency: currency, type: "topup", source: id,
        nowMs: now)
    }
  }

  /// Takes a permission from the key, e.g. `balance_read` for `GET /v1/balance`; nil gives it back.
  public func deny(_ operation: String, permission: String?) {
    state.withLock { $0.denied[operation] = permission }
  }

  /// Who gets the events from now on: for endpoints whose port is known only after the start.
  public func setEndpoints(_ endpoints: [WebhookEndpoint]) {
    state.withLock { $0.endpoints = endpoints }
  }

  /// The webhook requests that wait, oldest first, each taken once and signed now. An event leaves
  /// the queue here whether or not its request succeeds: see `reportDelivery` and `redeliver`.
  public func takeDeliveries(max: Int = .max) -> [Delivery] {
    let now = nowMs()
    return state.withLock { $0.takeDeliveries(nowMs: now, max: max) }
  }

  /// Tells that an endpoint took an event: `pending_webhooks` and `delivery_success` follow.
  public func reportDelivery(eventID: String) {
    state.withLock { state in
      guard let pending = state.events[eventID]?.pending, pending > 0 else { return }
      state.events[eventID]?.pending = pending - 1
    }
  }

  /// Queues an event once more for every endpoint that listens, as Stripe does after a failure and
  /// sometimes without reason.
  public func redeliver(eventID: String) {
    state.withLock { state in
      guard let event = state.events[eventID] else { return }
      state.deliveries += state.listeners(event.type, isConnect: event.account != nil)
        .map { PendingDelivery(event: eventID, endpoint: $0) }
    }
  }
}

extension StripeState {
  fileprivate mutating func emitBalanceAvailable(nowMs: Int64) {
    let own = (balances[platform] ?? [:]).sorted { $0.key < $1.key }
    func list(_ path: KeyPath<SandboxBalance, Int64>) -> JSONValue {
      .array(
        own.map { ["amount": .integer($0.value[keyPath: path]), "currency": .string($0.key)] })
    }
    emit(
      "balance.available",
      [
        "object": "balance", "available": list(\.available), "livemode": .bool(livemode),
        "pending": list(\.pending),
      ], cause: EventCause(nowMs: nowMs))
  }
}
