import Domain

/// Whether a document that Mirakl lists is one to settle at all (S4, M2).
public func notOurs(_ document: InvoiceSnapshot, policy: SettlementPolicy) -> NotOurs? {
  if document.isManual { return .manual }
  if let provider = document.payOutProvider, provider == "MANGOPAY" || provider == "MIRAKL_PAYOUT" {
    return .otherProvider(provider)
  }
  if document.paymentState == "PAID" { return .paid }
  if let startMs = policy.startMs, document.createdMs < startMs { return .tooOld }
  return nil
}

/// Decides what a billing document means for its seller. Reads no clock, no database, no network.
/// - Parameter isConfirmedByUs: That it is paid is what we told Mirakl ourselves: says nothing
///   about a payout that came back since (S5).
public func decideDocument(
  _ document: InvoiceSnapshot, mapping: AccountMapping?, policy: SettlementPolicy,
  isConfirmedByUs: Bool = false
) -> DocumentDecision {
  if let reason = notOurs(document, policy: policy), !(isConfirmedByUs && reason == .paid) {
    return .notOurs(reason)
  }
  guard let shop = document.shopID, shop.rawValue > 0 else {
    return .abort("The document names no shop")
  }
  if let state = document.state, state != "COMPLETE" {
    return .hold("The document is \(state.prefix(40)): not complete yet")
  }
  guard let mapping else { return .hold("Shop \(shop) has no Stripe account yet") }
  if mapping.isIgnored { return .ignore }
  guard let summary = document.summary else {
    return .hold("The document has no summary: nothing can be decided")
  }
  return .settle(plan(document, summary, policy))
}

/// Directions follow from the field, not from the sign (S3, interface.md §10): subscription and
/// other invoices are the seller's to pay, credits the operator's.
private func plan(
  _ document: InvoiceSnapshot, _ summary: InvoiceSnapshot.Summary, _ policy: SettlementPolicy
) -> SettlementPlan {
  let currency = document.currency
  let credits: LegPlan.Step =
    summary.otherCredits.isNegative
    ? .hold(
      "total_other_credits_incl_tax is \(summary.otherCredits) \(currency): a credit should not "
        + "be negative, a person must look")
    : step("total_other_credits_incl_tax", summary.otherCredits, currency, policy)
  return SettlementPlan(
    legs: [
      LegPlan(kind: .extraCredits, direction: .toSeller, step: credits),
      LegPlan(
        kind: .subscription, direction: .fromSeller,
        step: step(
          "total_subscription_incl_tax", summary.subscription.magnitude, currency, policy)),
      LegPlan(
        kind: .extraInvoices, direction: .fromSeller,
        step: step(
          "total_other_invoices_incl_tax", summary.otherInvoices.magnitude, currency, policy)),
    ],
    payout: payout(summary.amountTransferred, currency, policy))
}

private func step(
  _ field: String, _ amount: MajorAmount, _ currency: Currency, _ policy: SettlementPolicy
) -> LegPlan.Step {
  guard let money = try? Money(rounding: amount, currency), isSane(money) else {
    return .hold("\(field): \(amount) \(currency) is too large")
  }
  guard money.isPositive else { return .nothing("Nothing to move: \(field) is \(amount)") }
  if let objection = approvalNeeded(money, policy) { return .hold(objection) }
  return .move(money, roundedFrom: money.isExact(amount) ? nil : amount)
}

/// A payout is a whole number of the currency's payout steps (A2): never more than Mirakl says.
private func payout(
  _ amount: MajorAmount, _ currency: Currency, _ policy: SettlementPolicy
) -> PayoutPlan {
  guard let exact = try? Money(rounding: amount, currency), isSane(exact) else {
    return .hold("amount_transferred: \(amount) \(currency) is too large")
  }
  if amount.isNegative {
    return .nothing(
      "Nothing to pay: amount_transferred is \(amount) \(currency); what the seller owes is "
        + "carried over", owed: amount.magnitude)
  }
  let rest = exact.minorUnits % currency.payoutStep
  let money = Money(minorUnits: exact.minorUnits - rest, currency: currency)
  guard money.isPositive else {
    return .nothing("Nothing to pay: amount_transferred is \(amount) \(currency)", owed: nil)
  }
  if let objection = approvalNeeded(money, policy) { return .hold(objection) }
  return .pay(
    money, rest: rest > 0 ? Money(minorUnits: rest, currency: currency) : nil,
    roundedFrom: exact.isExact(amount) ? nil : amount)
}

private func isSane(_ money: Money) -> Bool {
  money.minorUnits.magnitude <= SplitPolicy.minorUnitsMax.magnitude
}

private func approvalNeeded(_ money: Money, _ policy: SettlementPolicy) -> String? {
  guard let limit = policy.amountMax[money.currency], money.minorUnits > limit else { return nil }
  return "Approval needed: \(money) is above MAX_TRANSFER_AMOUNT "
    + "\(Money(minorUnits: limit, currency: money.currency))"
}
