import Threading

/// What sellers, and Stripe's examiners, do to a connected account. Each change sends
/// `account.updated`, and `capability.updated` where the capability changed.
extension StripeSandbox {
  /// The seller has given everything: active, enabled, nothing due.
  @discardableResult
  public func completeOnboarding(_ account: String) -> Bool {
    updateAccount(account) { account in
      let interval = account.payoutInterval
      account.finishOnboarding()
      account.payoutInterval = interval
    }
  }

  /// Stripe wants something more.
  /// - Parameter isPastDue: The deadline has passed: the account stops working.
  @discardableResult
  public func requireMore(
    _ account: String, _ fields: [String] = ["company.tax_id"], isPastDue: Bool = false
  ) -> Bool {
    updateAccount(account) { account in
      account.requirements.currentlyDue = fields
      account.requirements.eventuallyDue = fields
      guard isPastDue else { return }
      account.requirements.pastDue = fields
      account.requirements.disabledReason = "requirements.past_due"
      account.transfersCapability = "inactive"
      account.payoutsEnabled = false
      account.chargesEnabled = false
    }
  }

  /// Stripe has what it wanted and looks at it.
  @discardableResult
  public func reviewAccount(_ account: String, _ fields: [String] = ["company.tax_id"]) -> Bool {
    updateAccount(account) { account in
      account.detailsSubmitted = true
      account.requirements = SandboxAccount.Requirements()
      account.requirements.pendingVerification = fields
      account.requirements.disabledReason = "requirements.pending_verification"
    }
  }

  /// Stripe ends the account; what was due stays listed, as with Stripe.
  @discardableResult
  public func rejectAccount(_ account: String, reason: String = "fraud") -> Bool {
    updateAccount(account) { account in
      account.detailsSubmitted = true
      account.requirements.disabledReason = "rejected.\(reason)"
      account.transfersCapability = "inactive"
      account.payoutsEnabled = false
      account.chargesEnabled = false
    }
  }

  /// The seller changes the bank account: `account.external_account.updated`.
  public func changeBankAccount(_ account: String) {
    let now = nowMs()
    state.withLock { state in
      let bank: JSONValue = [
        "id": .string(state.newID("ba")), "object": "bank_account", "account": .string(account),
        "country": "FR", "currency": "eur", "last4": "3000", "status": "new",
      ]
      state.emit(
        "account.external_account.updated", bank, account: account, cause: EventCause(nowMs: now))
    }
  }

  /// Every account and login link that was made, oldest first.
  public var links: [String] { state.withLock { $0.links } }
}
