extension StripeState {
  /// `GET /v1/account`: the account that the key, or `Stripe-Account`, stands for.
  func ownAccountJSON(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try accountJSON(call.owner)
  }

  /// `GET /v1/accounts/{account}`.
  func readAccount(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try accountJSON(call.ids[0])
  }

  /// `GET /v1/accounts`: the connected accounts.
  func listAccounts(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try call.list(
      accounts, "account", where: { $0.id != platform && !$0.isDeauthorized },
      { $0.json(isPlatform: false) })
  }

  /// `POST /v1/accounts`.
  mutating func createAccount(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try checkProfile(call)
    var account = SandboxAccount(id: newID("acct", length: 16), createdMs: call.nowMs)
    account.type = call.text("type") ?? call.text("controller[stripe_dashboard][type]") ?? "express"
    account.country = call.text("country") ?? accounts[platform]?.country ?? account.country
    account.defaultCurrency = call.text("default_currency") ?? account.defaultCurrency
    let due = ["business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]
    account.requirements.currentlyDue = due
    account.requirements.eventuallyDue = due
    account.requirements.pastDue = due
    account.requirements.disabledReason = "requirements.past_due"
    try apply(call, to: &account)
    accounts[account.id] = account
    return account.json(isPlatform: false)
  }

  /// `POST /v1/accounts/{account}`.
  mutating func updateAccount(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let before = try account(call.ids[0])
    var account = before
    try apply(call, to: &account)
    replace(before, with: account, cause: EventCause(call))
    return account.json(isPlatform: account.id == platform)
  }

  /// The account, if this platform may see it.
  func account(_ id: String) throws(StripeError) -> SandboxAccount {
    guard let account = accounts[id], !account.isDeauthorized else {
      throw .noAccess(key: livemode ? "sk_live_" : "sk_test_", account: id)
    }
    return account
  }

  /// Keeps the account and tells the Connect endpoints what changed.
  mutating func replace(
    _ before: SandboxAccount, with after: SandboxAccount, cause: EventCause
  ) {
    accounts[after.id] = after
    guard before != after, after.id != platform else { return }
    if after.isDeauthorized, !before.isDeauthorized {
      let application: JSONValue = ["id": "ca_sandbox", "object": "application", "name": "Sandbox"]
      emit("account.application.deauthorized", application, account: after.id, cause: cause)
      return
    }
    let (old, new) = (before.json(isPlatform: false), after.json(isPlatform: false))
    emit(
      "account.updated", new, account: after.id, previous: Self.difference(from: old, to: new),
      cause: cause)
    if before.transfersCapability != after.transfersCapability {
      let capability: JSONValue = [
        "id": "transfers", "object": "capability", "account": .string(after.id),
        "requested": .bool(after.transfersCapability != nil),
        "status": .string(after.transfersCapability ?? "unrequested"),
      ]
      emit("capability.updated", capability, account: after.id, cause: cause)
    }
  }

  /// `previous_attributes`: the members that changed, with their old values.
  static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue {
    .object(
      old.members.compactMap { member in
        guard let value = new[member.name], value != member.value else { return nil }
        guard case .object = value, case .object = member.value else { return member }
        return JSONValue.Member(member.name, difference(from: member.value, to: value))
      })
  }

  private func accountJSON(_ id: String) throws(StripeError) -> JSONValue {
    try account(id).json(isPlatform: id == platform)
  }

  /// The parameters that create and update share.
  private func apply(_ call: StripeCall, to account: inout SandboxAccount) throws(StripeError) {
    account.metadata = try call.metadata(over: account.metadata)
    if let email = call.text("email") { account.email = email }
    if let type = call.text("business_type") { account.businessType = type }
    for (name, value) in call.parameters where name.hasPrefix("business_profile[") {
      let field = String(name.dropFirst("business_profile[".count).dropLast())
      account.businessProfile[field] = value.isEmpty ? nil : value
    }
    if try call.flag("capabilities[transfers][requested]") == true {
      account.transfersCapability = account.transfersCapability ?? "inactive"
    }
    if let interval = call.text("settings[payouts][schedule][interval]") {
      account.payoutInterval = interval
    }
    if let debits = try call.flag("settings[payouts][debit_negative_balances]") {
      account.debitNegativeBalances = debits
    }
  }
}
