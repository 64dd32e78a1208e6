import Domain

/// Everything the decision about one authorised payment is made of.
public struct CaptureFacts: Hashable, Sendable {
  /// Read recently.
  public var payment: Payment
  /// Every known charge of the basket.
  public var attempts: [PaymentAttempt]
  /// Every product order of the basket.
  public var orders: [OrderSnapshot]
  /// Why they could not all be read; nil if they were.
  public var basketProblem: String?
  /// The debits of the basket that Mirakl waits for.
  public var waiting: [Debit]
  /// The service debits of the basket that Mirakl was told OK for, and REFUSED for.
  public var confirmedServices: [Debit]
  public var refusedServices: [Debit]
  public var policy: ValidationPolicy

  public init(
    payment: Payment, attempts: [PaymentAttempt], orders: [OrderSnapshot],
    basketProblem: String? = nil, waiting: [Debit] = [], confirmedServices: [Debit] = [],
    refusedServices: [Debit] = [], policy: ValidationPolicy
  ) {
    self.payment = payment
    self.attempts = attempts
    self.orders = orders
    self.basketProblem = basketProblem
    self.waiting = waiting
    self.confirmedServices = confirmedServices
    self.refusedServices = refusedServices
    self.policy = policy
  }
}

/// What happens to an authorised payment, now.
public enum CaptureDecision: Hashable, Sendable {
  /// Take this much. `roundedFrom` is the exact figure, when rounding changed it (A3).
  case capture(Money, roundedFrom: MajorAmount?)
  /// Nothing is left to be paid for: give the authorisation up.
  case release
  case hold(CaptureHoldReason)
}

/// Why an authorised payment waits.
public enum CaptureHoldReason: Hashable, Sendable, CustomStringConvertible {
  case noOrders
  case basketUnreadable(String)
  case notReady(OrderID, OrderSnapshot.State)
  case unknownState(OrderID, String)
  case notDebited(OrderID)
  case serviceNotDebited(OrderID)
  case servicesIncomplete(known: MajorAmount, authorised: Money)
  case amountUnknown(OrderID, line: String)
  case negative(OrderID, MajorAmount)
  case currencyMismatch(OrderID, Currency, Currency)
  case paidTwice([ChargeID])
  case otherMode
  case disputed
  case debits(DebitHoldReason)

  public var description: String {
    switch self {
    case .noOrders: "Mirakl has no order of this commercial order yet"
    case .basketUnreadable(let reason): "Its orders cannot all be read: \(reason)"
    case .notReady(let order, let state): "Order \(order) is \(state.rawValue)"
    case .unknownState(let order, let name):
      "Order \(order): order_state \"\(name.prefix(40))\" is not known to this version"
    case .notDebited(let order): "Order \(order) is not debited yet"
    case .serviceNotDebited(let order): "Service order \(order) is not debited yet"
    case .servicesIncomplete(let known, let authorised):
      "Its service debits come to \(known), \(authorised) is authorised: "
        + "more service orders may follow, or the operator sells the rest; capture it in Stripe"
    case .amountUnknown(let order, let line):
      "Order \(order): the amounts of line \(line) cannot be read"
    case .negative(let order, let amount):
      "Order \(order): a refused amount is negative (\(amount))"
    case .currencyMismatch(let order, let currency, let charge):
      "Order \(order) is in \(currency), the payment in \(charge)"
    case .paidTwice(let charges):
      "Paid twice: \(charges.map(\.rawValue).joined(separator: ", ")) all succeeded; "
        + "refund one of them"
    case .otherMode: "The payment is of the other mode (test or live)"
    case .disputed: "The payment is disputed"
    case .debits(let reason): "\(reason)"
    }
  }
}

/// Decides whether the payment of a basket is captured, and how much of it (C6). Reads no clock, no
/// database, no network; nothing is given up by being looked at (R1).
public func decideCapture(_ facts: CaptureFacts) -> CaptureDecision {
  if case .paidTwice(let charges) = basketPayment(facts.attempts) {
    return .hold(.paidTwice(charges))
  }
  if let livemode = facts.policy.livemode, facts.payment.livemode != livemode {
    return .hold(.otherMode)
  }
  if facts.payment.isDisputed { return .hold(.disputed) }
  if let problem = facts.basketProblem { return .hold(.basketUnreadable(problem)) }
  let orders = facts.orders.filter { !$0.customerPaysSellerDirectly }
  let services = facts.confirmedServices + facts.refusedServices
  guard
    !orders.isEmpty || !services.isEmpty || facts.waiting.contains(where: { $0.kind == .service })
  else { return .hold(.noOrders) }
  for order in orders {
    if let reason = notReady(order, facts) { return .hold(reason) }
  }
  if let reason = servicesNotReady(facts, hasProducts: !orders.isEmpty) { return .hold(reason) }
  if facts.policy.confirmsAfterCapture, facts.policy.amountCheck == .strict {
    let due = basketDue(
      orders: orders, waiting: facts.waiting, confirmedServices: facts.confirmedServices)
    if let reason = shortage(facts.payment, due) { return .hold(.debits(reason)) }
  }
  var aborted = facts.refusedServices.map(\.amount).total()
  for order in orders {
    do throws(UnknownLineAmount) {
      let amount = try abortedAmount(order)
      if amount.isNegative { return .hold(.negative(order.id, amount)) }
      aborted = aborted + amount
    } catch {
      return .hold(.amountUnknown(order.id, line: error.line))
    }
  }
  return capture(facts.payment.amount, less: aborted)
}

/// Never more than authorised, and never 0: then the authorisation is given up. The operator's own
/// share of a hybrid basket is what no Mirakl order accounts for, and stays in.
private func capture(_ authorised: Money, less aborted: MajorAmount) -> CaptureDecision {
  let exact = MajorAmount(authorised) - aborted
  guard exact > .zero, let amount = try? Money(rounding: exact, authorised.currency),
    amount.isPositive
  else { return .release }
  let bounded = min(amount.minorUnits, authorised.minorUnits)
  return .capture(
    Money(minorUnits: bounded, currency: authorised.currency),
    roundedFrom: amount.isExact(exact) ? nil : exact)
}

/// Every order is past the four waiting states, and debited unless it is over. With
/// `PA01_AFTER_CAPTURE` the debit is what the capture is for (C2).
private func notReady(_ order: OrderSnapshot, _ facts: CaptureFacts) -> CaptureHoldReason? {
  let currency = facts.payment.amount.currency
  if order.currency != currency {
    return .currencyMismatch(order.id, order.currency, currency)
  }
  switch order.state {
  case .refused, .canceled: return nil
  case .staging, .waitingAcceptance, .waitingDebit: return .notReady(order.id, order.state)
  case .waitingDebitPayment:
    let isAsked = facts.waiting.contains { $0.orderID == order.id }
    return facts.policy.confirmsAfterCapture && isAsked ? nil : .notReady(order.id, order.state)
  case .shipping, .shipped, .toCollect, .received, .closed:
    return order.customerDebitedMs == nil ? .notDebited(order.id) : nil
  case .other(let name): return .unknownState(order.id, name)
  }
}

/// SPA11 shows a service order only once it is to be debited. So a basket of services alone is
/// complete only when its debits come to what was authorised.
private func servicesNotReady(
  _ facts: CaptureFacts, hasProducts: Bool
) -> CaptureHoldReason? {
  let waiting = facts.waiting.filter { $0.kind == .service }
  let services = waiting + facts.confirmedServices + facts.refusedServices
  let currency = facts.payment.amount.currency
  for service in services {
    if let other = service.currency, other != currency {
      return .currencyMismatch(service.orderID, other, currency)
    }
  }
  if !facts.policy.confirmsAfterCapture, let first = waiting.first {
    return .serviceNotDebited(first.orderID)
  }
  guard !hasProducts else { return nil }
  let known = services.map(\.amount).total()
  guard known == MajorAmount(facts.payment.amount) else {
    return .servicesIncomplete(known: known, authorised: facts.payment.amount)
  }
  return nil
}
