import Domain

/// Everything the decision about one order is made of.
public struct SplitFacts: Hashable, Sendable {
  public var order: OrderSnapshot
  public var mapping: AccountMapping?
  public var source: PaymentSource
  /// Minor units of the charge that other orders use already (A6).
  public var committedGross: Int64
  public var policy: SplitPolicy

  public init(
    order: OrderSnapshot, mapping: AccountMapping?, source: PaymentSource, committedGross: Int64,
    policy: SplitPolicy
  ) {
    self.order = order
    self.mapping = mapping
    self.source = source
    self.committedGross = committedGross
    self.policy = policy
  }
}

/// What can be said without asking for the payment; nil if the payment decides.
///
/// Split in two so that an order that waits anyway costs no call to Stripe.
public func decideSplitBeforePayment(
  _ order: OrderSnapshot, mapping: AccountMapping?, policy: SplitPolicy
) -> SplitDecision? {
  if let startMs = policy.startMs, order.createdMs < startMs { return .notOurs }
  if order.customerPaysSellerDirectly { return .abort(.paidDirectly) }
  if let provider = order.payOutProvider, provider == "MANGOPAY" || provider == "MIRAKL_PAYOUT" {
    return .abort(.otherProvider(provider))
  }
  guard let mapping else { return .hold(.shopNotMapped(order.shopID)) }
  if mapping.isIgnored { return .ignore }
  switch order.state {
  case .refused, .canceled: return .abort(.orderEnded(order.state))
  case .staging, .waitingAcceptance, .waitingDebit, .waitingDebitPayment:
    return .hold(.notAccepted(order.state))
  case .other(let name): return .hold(.unknownState(name))
  case .shipping, .shipped, .toCollect, .received, .closed: break  // M4: the allow-list
  }
  guard order.customerDebitedMs != nil else { return .hold(.notDebited) }
  if let negative = negativeField(order) {
    return .hold(.negativeAmount(field: negative.field, negative.amount))
  }
  let amounts = splitAmounts(order, hasTaxAccount: policy.taxAccount != nil)
  if !(amounts.seller > .zero) { return .abort(.nothingToPay(amounts.seller, order.currency)) }
  return nil
}

/// Decides what a Mirakl order means for its seller. Reads no clock, no database, no network.
public func decideSplit(_ facts: SplitFacts) -> SplitDecision {
  let early = decideSplitBeforePayment(
    facts.order, mapping: facts.mapping, policy: facts.policy)
  if let early { return early }
  guard let mapping = facts.mapping else { return .hold(.shopNotMapped(facts.order.shopID)) }
  switch facts.source {
  case .charge(let payment):
    return objection(to: payment, facts) ?? plan(facts, mapping: mapping, payment: payment)
  case .unfinished(let intent, let status): return .hold(.paymentUnfinished(intent, status: status))
  case .canceled(let intent): return .abort(.paymentCanceled(intent))
  case .ambiguous(let charges): return .hold(.paidTwice(charges))
  case .missing(let id, let isProven):
    return isProven ? .abort(.paymentMissing(id)) : .hold(.notFoundYet(id))
  case .foreign(let number):
    return facts.policy.withoutCharge == .platformBalance
      ? plan(facts, mapping: mapping, payment: nil) : .hold(.foreignPayment(number))
  case .unknown:
    return facts.policy.withoutCharge == .platformBalance
      ? plan(facts, mapping: mapping, payment: nil) : .hold(.noPayment)
  }
}

/// Why this payment does not allow a transfer now; nil if it does (M1, P1, P2, A5, X2).
private func objection(to payment: Payment, _ facts: SplitFacts) -> SplitDecision? {
  let order = facts.order
  if let livemode = facts.policy.livemode, payment.livemode != livemode {
    return .hold(.otherMode(payment.chargeID))
  }
  if let basket = payment.commercialID, basket != order.commercialID {
    return .hold(.otherBasket(payment.chargeID, basket))
  }
  switch payment.status {
  case .failed: return .abort(.paymentFailed(payment.chargeID, payment.failureMessage))
  case .refunded: return .abort(.paymentRefunded(payment.chargeID))
  case .pending: return .hold(.paymentPending(payment.chargeID))
  case .toCapture: return .hold(.paymentNotCaptured(payment.chargeID))
  case .captured: break
  }
  if payment.isDisputed { return .hold(.disputed(payment.chargeID)) }
  if payment.amount.currency != order.currency {
    return .hold(
      .currencyMismatch(
        order: order.currency, charge: payment.amount.currency, payment.chargeID))
  }
  if let settled = payment.balanceCurrency, settled != order.currency {
    return .hold(
      .settlementCurrency(order: order.currency, settled: settled, payment.chargeID))
  }
  return nil
}

private func plan(
  _ facts: SplitFacts, mapping: AccountMapping, payment: Payment?
) -> SplitDecision {
  let (order, currency) = (facts.order, facts.order.currency)
  let amounts = splitAmounts(order, hasTaxAccount: facts.policy.taxAccount != nil)
  guard let gross = try? Money(rounding: amounts.gross, currency),
    let rounded = try? Money(rounding: amounts.seller, currency),
    let tax = try? Money(rounding: amounts.tax ?? .zero, currency),
    let rest = try? gross.subtracting(tax),
    gross.minorUnits <= SplitPolicy.minorUnitsMax, rounded.minorUnits <= SplitPolicy.minorUnitsMax
  else { return .hold(.tooLarge(amounts.gross, currency)) }
  // Rounded apart, the two parts may exceed the whole by a step: then the seller's is the rest.
  let seller = rounded.minorUnits <= rest.minorUnits ? rounded : rest
  guard seller.isPositive else { return .abort(.nothingToPay(amounts.seller, currency)) }
  if let payment, let reason = shortage(facts, payment: payment, gross: gross) {
    return .hold(reason)
  }
  for amount in [seller, tax] {
    if let limit = facts.policy.amountMax[currency], amount.minorUnits > limit {
      return .hold(
        .approvalNeeded(amount, limit: Money(minorUnits: limit, currency: currency)))
    }
  }
  var plans = [
    TransferPlan(
      part: .seller, amount: seller, grossMinorUnits: gross.minorUnits,
      destination: mapping.accountID, source: payment?.chargeID,
      roundedFrom: seller.isExact(amounts.seller) ? nil : amounts.seller)
  ]
  if let account = facts.policy.taxAccount, let exact = amounts.tax, tax.isPositive {
    plans.append(
      TransferPlan(
        part: .tax, amount: tax, grossMinorUnits: gross.minorUnits, destination: account,
        source: payment?.chargeID, roundedFrom: tax.isExact(exact) ? nil : exact))
  }
  return .pay(plans)
}

/// A6: what the customers paid with this charge, less what went back to them, bounds the orders
/// that it may pay for. The gross amounts count, so that the operator's share stays covered too.
private func shortage(_ facts: SplitFacts, payment: Payment, gross: Money) -> HoldReason? {
  let available = payment.amountCaptured - payment.amountRefunded
  let (needed, overflow) = facts.committedGross.addingReportingOverflow(gross.minorUnits)
  guard overflow || needed > available else { return nil }
  let currency = facts.order.currency
  return .chargeExhausted(
    payment.chargeID, gross: gross,
    committed: Money(minorUnits: facts.committedGross, currency: currency),
    available: Money(minorUnits: available, currency: currency))
}
