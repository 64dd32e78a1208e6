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
  let order = facts.order
  return decidePayment(
    PayableOrder(
      commercialID: order.commercialID, shopID: order.shopID, currency: order.currency,
      amounts: splitAmounts(order, hasTaxAccount: facts.policy.taxAccount != nil),
      mapping: facts.mapping, source: facts.source, committedGross: facts.committedGross),
    facts.policy)
}
