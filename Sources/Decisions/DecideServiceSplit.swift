import Domain

/// Everything the decision about one service order is made of.
public struct ServiceSplitFacts: Hashable, Sendable {
  public var order: ServiceOrderSnapshot
  /// Its debits in SPA11, of every state.
  public var debits: [ServiceOrderDebit]
  public var mapping: AccountMapping?
  public var source: PaymentSource
  /// Minor units of the charge that other orders use already (A6).
  public var committedGross: Int64
  public var policy: SplitPolicy

  public init(
    order: ServiceOrderSnapshot, debits: [ServiceOrderDebit], mapping: AccountMapping?,
    source: PaymentSource, committedGross: Int64, policy: SplitPolicy
  ) {
    self.order = order
    self.debits = debits
    self.mapping = mapping
    self.source = source
    self.committedGross = committedGross
    self.policy = policy
  }
}

/// What the order alone says, before its debit is asked for; nil if the debit decides.
public func decideServiceSplitBeforeDebit(
  _ order: ServiceOrderSnapshot, mapping: AccountMapping?, policy: SplitPolicy
) -> SplitDecision? {
  if let startMs = policy.startMs, order.createdMs < startMs { return .notOurs }
  guard let mapping else { return .hold(.shopNotMapped(order.shopID)) }
  if mapping.isIgnored { return .ignore }
  switch order.state {
  case .refused, .expired, .cancelled: return .abort(.serviceOrderEnded(order.state))
  case .waitingScoring, .scoringOK, .scoringKO, .waitingAcceptance, .waitingDebit,
    .waitingDebitPayment:
    return .hold(.serviceNotAccepted(order.state))
  case .other(let name): return .hold(.unknownServiceState(name))
  case .accepted, .pending, .consumed, .closed: return nil  // M4: the allow-list
  }
}

/// What can be said without asking for the payment; nil if the payment decides.
public func decideServiceSplitBeforePayment(
  _ order: ServiceOrderSnapshot, debits: [ServiceOrderDebit], mapping: AccountMapping?,
  policy: SplitPolicy
) -> SplitDecision? {
  if let early = decideServiceSplitBeforeDebit(order, mapping: mapping, policy: policy) {
    return early
  }
  switch debit(of: order, debits, policy) {
  case .success(let share):
    return share.seller > .zero ? nil : .abort(.nothingToPay(share.seller, order.currency))
  case .failure(let reason): return .hold(reason)
  }
}

/// Decides what a Mirakl service order means for its seller. Reads no clock, no database, no
/// network.
public func decideServiceSplit(_ facts: ServiceSplitFacts) -> SplitDecision {
  let (order, policy) = (facts.order, facts.policy)
  let early = decideServiceSplitBeforePayment(
    order, debits: facts.debits, mapping: facts.mapping, policy: policy)
  if let early { return early }
  switch debit(of: order, facts.debits, policy) {
  case .failure(let reason): return .hold(reason)
  case .success(let amounts):
    return decidePayment(
      PayableOrder(
        commercialID: order.commercialID, shopID: order.shopID, currency: order.currency,
        amounts: amounts, mapping: facts.mapping, source: facts.source,
        committedGross: facts.committedGross),
      policy)
  }
}

/// The one debit that was confirmed, or nil.
public func confirmedDebit(_ debits: [ServiceOrderDebit]) -> ServiceOrderDebit? {
  let confirmed = debits.filter { $0.state == .confirmed }
  return confirmed.count == 1 ? confirmed[0] : nil
}

extension HoldReason: Error {}

/// The shares by the confirmed debit, or why there are none yet. Missing data is never zero (A7).
private func debit(
  of order: ServiceOrderSnapshot, _ debits: [ServiceOrderDebit], _ policy: SplitPolicy
) -> Result<SplitAmounts, HoldReason> {
  guard let latest = debits.last else { return .failure(.debitMissing) }
  let confirmed = debits.filter { $0.state == .confirmed }
  guard confirmed.count <= 1 else { return .failure(.severalDebits(confirmed.map(\.id))) }
  guard let debit = confirmed.first else { return .failure(.debitNotConfirmed(latest.state)) }
  guard debit.currency == order.currency else {
    return .failure(.debitCurrency(order: order.currency, debit: debit.currency))
  }
  guard let commission = order.commission else { return .failure(.commissionMissing) }
  if commission.isNegative {
    return .failure(.negativeAmount(field: "commission.amount_including_taxes", commission))
  }
  if debit.amount.isNegative { return .failure(.negativeAmount(field: "debit", debit.amount)) }
  let hasTaxAccount = policy.taxAccount != nil
  if hasTaxAccount, order.price == nil { return .failure(.priceMissing) }
  guard let own = try? ServiceSplitAmounts(order, debited: debit.amount) else {
    return .failure(.tooLarge(debit.amount, order.currency))
  }
  if own.taxes.isNegative { return .failure(.negativeAmount(field: "taxes", own.taxes)) }
  if policy.holdsMismatchedDebits, !own.agrees(with: debit.amount, order.currency),
    let expected = own.expected
  {
    return .failure(.debitMismatch(debit: debit.amount, order: expected, order.currency))
  }
  let tax = hasTaxAccount ? own.taxes : .zero
  return .success(
    SplitAmounts(
      gross: debit.amount, seller: debit.amount - tax - commission, tax: tax.isZero ? nil : tax))
}
