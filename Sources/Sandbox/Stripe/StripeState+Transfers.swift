extension StripeState {
  /// `GET /v1/transfers/{transfer}`.
  func readTransfer(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard let transfer = transfers[call.ids[0]], transfer.owner == call.owner else {
      throw .missing("transfer", call.ids[0], parameter: nil)
    }
    return transfer.json(livemode: livemode)
  }

  /// `GET /v1/transfers`, by transfer group or destination.
  func listTransfers(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let group = call.text("transfer_group")
    let destination = call.text("destination")
    var positions: [Int]?
    if let group {
      positions = transfersByGroup[group] ?? []
    } else if let destination {
      positions = transfersByDestination[destination] ?? []
    }
    return try call.list(
      transfers, "transfer", among: positions,
      where: { $0.owner == call.owner && $0.destination == destination ?? $0.destination },
      { $0.json(livemode: livemode) })
  }

  /// `POST /v1/transfers`.
  mutating func createTransfer(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let destination = try call.required("destination")
    let currency = try call.currency()
    let amount = try call.positive("amount")
    let metadata = try call.metadata()
    try checkDestination(destination, from: call.owner)
    try checkStep(amount, currency)
    let source = try call.text("source_transaction").map { id throws(StripeError) in
      try checkedSource(id, amount: amount, currency: currency, call)
    }
    let isUnsettled = source.map { unsettled[$0.id] != nil } ?? false
    if !isUnsettled, available(call.owner, currency) < amount { throw Self.insufficient }

    let id = newID("tr")
    let payment = newID("py")
    let root = isUnsettled ? source?.id : nil
    let transaction = post(
      to: call.owner, amount: -amount, currency: currency, type: "transfer", source: id,
      settlesWith: root, nowMs: call.nowMs)
    _ = post(
      to: destination, amount: amount, currency: currency, type: "payment", source: payment,
      settlesWith: root, nowMs: call.nowMs)
    let transfer = SandboxTransfer(
      id: id, createdMs: call.nowMs, owner: call.owner, amount: amount, currency: currency,
      destination: destination, destinationPayment: payment, balanceTransaction: transaction,
      sourceTransaction: source?.id, transferGroup: group(call, source),
      description: call.text("description"), metadata: metadata)
    keep(transfer)
    let json = transfer.json(livemode: livemode)
    let account = call.owner == platform ? nil : call.owner
    emit("transfer.created", json, account: account, cause: EventCause(call))
    return json
  }

  private mutating func keep(_ transfer: SandboxTransfer) {
    let position = transfers.rows.count
    transfers[transfer.id] = transfer
    transfersByDestination[transfer.destination, default: []].append(position)
    if let group = transfer.transferGroup {
      transfersByGroup[group, default: []].append(position)
    }
    if let source = transfer.sourceTransaction { charges[source]?.transferred += transfer.amount }
  }

  /// A transfer from a charge takes the charge's group. A charge without one gets that of its
  /// first transfer, or one made of its own id.
  private mutating func group(_ call: StripeCall, _ source: SandboxCharge?) -> String? {
    guard let source else { return call.text("transfer_group") }
    if let group = source.transferGroup { return group }
    let group = call.text("transfer_group") ?? "group_\(source.paymentIntent ?? source.id)"
    setGroup(group, ofCharge: source.id)
    return group
  }

  private func checkDestination(_ id: String, from owner: String) throws(StripeError) {
    guard let account = accounts[id] else {
      throw .missing("destination", id, parameter: "destination")
    }
    guard !account.isDeauthorized else {
      throw .noAccess(key: livemode ? "sk_live_" : "sk_test_", account: id)
    }
    guard id != owner else {
      throw .refused(
        "You cannot transfer funds to your own account.", parameter: "destination")
    }
    guard account.transfersCapability == "active" else {
      throw .refused(
        "Your destination account needs to have at least one of the following capabilities "
          + "enabled: transfers, crypto_transfers, legacy_payments",
        code: "insufficient_capabilities_for_transfer")
    }
  }

  /// The charge that shall pay for the transfer, if it may.
  private func checkedSource(
    _ id: String, amount: Int64, currency: String, _ call: StripeCall
  ) throws(StripeError) -> SandboxCharge {
    guard call.owner == platform, let charge = charges[id] else {
      throw .missing("charge", id, parameter: "source_transaction")
    }
    guard call.text("source_type") == nil else {
      throw .refused(
        "The source_type parameter cannot be used with source_transaction.",
        code: "transfer_source_balance_parameters_mismatch", parameter: "source_type")
    }
    guard charge.status == .succeeded, charge.isCaptured else {
      throw .refused(
        "The charge \(id) has not been captured or did not succeed and cannot be used as a "
          + "source_transaction.", parameter: "source_transaction")
    }
    let settled = charge.settlement
    guard settled.currency == currency else {
      throw .refused(
        "The currency of source_transaction's balance transaction (\(settled.currency)) must be "
          + "the same as the transfer currency (\(currency))", parameter: "source_transaction")
    }
    guard charge.transferred + amount <= settled.amount else {
      throw Self.exhausted(charge)
    }
    return charge
  }

  private static func exhausted(_ charge: SandboxCharge) -> StripeError {
    let settled = charge.settlement
    let whole = AmountText.symbol(settled.amount, settled.currency)
    let used = AmountText.symbol(charge.transferred, settled.currency)
    let earlier =
      charge.transferred == 0
      ? "" : " (There is already a transfer using this source, amounting to \(used).)"
    return .refused(
      "Transfers using this transaction as a source must not exceed the source amount of "
        + "\(whole).\(earlier)")
  }

  /// Three-decimal currencies end in 0; krónur and shillings are whole.
  private func checkStep(_ amount: Int64, _ currency: String) throws(StripeError) {
    let step = AmountText.step(currency)
    guard amount % step == 0 else {
      throw .refused(
        "Amounts in \(currency) must be a multiple of \(step).",
        code: "parameter_invalid_integer", parameter: "amount")
    }
  }

  private static let insufficient = StripeError.refused(
    "You have insufficient available funds in your Stripe account. Try adding funds directly to "
      + "your available balance by creating Charges using the 4000000000000077 test card. See: "
      + "https://stripe.com/docs/testing#available-balance", code: "balance_insufficient")
}
