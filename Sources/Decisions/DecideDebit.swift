import Domain

/// Everything the answer to one debit is made of.
public struct DebitFacts: Hashable, Sendable {
  public var debit: Debit
  /// Every known charge of the basket, read recently.
  public var attempts: [PaymentAttempt]
  /// Its payment intents that were canceled without a charge.
  public var canceled: [CanceledPayment]
  public var due: BasketDue
  /// Currencies of the basket's orders and debits.
  public var currencies: Set<Currency>
  /// Why the orders of the basket could not all be read; nil if they were.
  public var basketProblem: String?
  public var policy: ValidationPolicy
  public var nowMs: Int64

  public init(
    debit: Debit, attempts: [PaymentAttempt], canceled: [CanceledPayment] = [],
    due: BasketDue, currencies: Set<Currency>, basketProblem: String? = nil,
    policy: ValidationPolicy, nowMs: Int64
  ) {
    self.debit = debit
    self.attempts = attempts
    self.canceled = canceled
    self.due = due
    self.currencies = currencies
    self.basketProblem = basketProblem
    self.policy = policy
    self.nowMs = nowMs
  }
}

/// What Mirakl is told about one debit, now.
public enum DebitDecision: Hashable, Sendable {
  /// OK, paid by this charge. The reason is a doubt that the operator chose to live with.
  case confirm(Payment, doubt: DebitHoldReason?)
  /// REFUSED: every attempt came to nothing, and the grace period is over (C3).
  case refuse(FailedPayment)
  case hold(DebitHoldReason)
}

/// Why a debit waits. Each ends when the world changes.
public enum DebitHoldReason: Hashable, Sendable, CustomStringConvertible {
  case noPayment
  case paidTwice([ChargeID])
  case pending(ChargeID)
  case refunded(ChargeID)
  case failed(String, message: String?, refusedAtMs: Int64?)
  case otherMode(String)
  case otherBasket(ChargeID)
  case disputed(ChargeID)
  case notCaptured(ChargeID)
  case currencyMismatch(Currency, ChargeID, Currency)
  case basketUnreadable(String)
  case tooSmall(ChargeID, available: Money, needed: Money)
  case negative(MajorAmount)
  case noCurrency
  case unreadable(field: String, reason: String)

  public var description: String {
    switch self {
    case .noPayment: "No Stripe payment is known for this commercial order"
    case .paidTwice(let charges):
      "Paid twice: \(charges.map(\.rawValue).joined(separator: ", ")) all succeeded; "
        + "refund one of them"
    case .pending(let charge): "Payment \(charge) is still pending"
    case .refunded(let charge): "Payment \(charge) was refunded"
    case .failed(let charge, let message, let refusedAtMs):
      "Payment \(charge) failed" + (message.map { ": \($0)" } ?? "")
        + (refusedAtMs.map { "; refused in Mirakl at \(Timestamp.formatSeconds(ms: $0))" } ?? "")
    case .otherMode(let charge): "Payment \(charge) is of the other mode (test or live)"
    case .otherBasket(let charge): "Payment \(charge) belongs to another commercial order"
    case .disputed(let charge): "Payment \(charge) is disputed"
    case .notCaptured(let charge):
      "Payment \(charge) is not captured yet (PA01_AFTER_CAPTURE)"
    case .currencyMismatch(let debit, let charge, let currency):
      "The debit is in \(debit) but payment \(charge) is in \(currency)"
    case .basketUnreadable(let reason):
      "The orders of the commercial order cannot all be read: \(reason)"
    case .tooSmall(let charge, let available, let needed):
      "Payment \(charge) has \(available), its Mirakl orders need \(needed); "
        + "see PAYMENT_AMOUNT_CHECK"
    case .noCurrency: "Mirakl names no currency, neither with the debit nor with the order"
    case .negative(let amount): "The amount is negative (\(amount))"
    case .unreadable(let field, let reason): "Field \(field): \(reason)"
    }
  }
}

/// Decides what Mirakl is told about a debit (C1-C3, P1, P2). Reads no clock, no database, no
/// network.
public func decideDebit(_ facts: DebitFacts) -> DebitDecision {
  if facts.debit.amount.isNegative { return .hold(.negative(facts.debit.amount)) }
  switch basketPayment(facts.attempts, canceled: facts.canceled) {
  case .none: return .hold(.noPayment)
  case .paidTwice(let charges): return .hold(.paidTwice(charges))
  case .pending(let charge): return .hold(.pending(charge))
  case .refunded(let charge): return .hold(.refunded(charge))
  case .failed(let payment): return failed(payment, facts)
  case .paid(let payment):
    if let reason = objection(to: payment, facts) { return .hold(reason) }
    guard facts.policy.amountCheck != .off, let doubt = amountDoubt(payment, facts) else {
      return .confirm(payment, doubt: nil)
    }
    return facts.policy.amountCheck == .strict ? .hold(doubt) : .confirm(payment, doubt: doubt)
  }
}

/// C3: another charge of the basket may succeed until the grace period is over.
private func failed(_ payment: FailedPayment, _ facts: DebitFacts) -> DebitDecision {
  let dueMs = facts.policy.refuseAfterMs.map { payment.endedMs + $0 }
  if let livemode = facts.policy.livemode, payment.livemode != livemode {
    return .hold(.otherMode(payment.number))  // Q8: our key, not the customer's failure
  }
  if let dueMs, facts.nowMs >= dueMs { return .refuse(payment) }
  return .hold(.failed(payment.number, message: payment.message, refusedAtMs: dueMs))
}

/// C1: whether this charge is real, ours, and of this basket.
private func objection(to payment: Payment, _ facts: DebitFacts) -> DebitHoldReason? {
  let charge = payment.chargeID
  if let livemode = facts.policy.livemode, payment.livemode != livemode {
    return .otherMode(charge.rawValue)
  }
  if payment.commercialID != facts.debit.commercialID { return .otherBasket(charge) }
  if payment.isDisputed { return .disputed(charge) }
  guard let own = facts.debit.currency else { return .noCurrency }
  let currency = payment.amount.currency
  if let other = facts.currencies.union([own]).first(where: { $0 != currency }) {
    return .currencyMismatch(other, charge, currency)
  }
  if facts.policy.confirmsAfterCapture, payment.status == .toCapture { return .notCaptured(charge) }
  return nil
}

/// C1: what was taken covers every order of the basket, and what is left after refunds covers
/// those that Mirakl was not told OK for. So the refund of an order that was debited does not keep
/// another one waiting.
private func amountDoubt(_ payment: Payment, _ facts: DebitFacts) -> DebitHoldReason? {
  if let problem = facts.basketProblem { return .basketUnreadable(problem) }
  return shortage(payment, facts.due)
}

/// What a payment lacks for its basket; nil if it covers it.
func shortage(_ payment: Payment, _ due: BasketDue) -> DebitHoldReason? {
  let currency = payment.amount.currency
  for (needed, available) in [
    (due.total, payment.taken), (due.open, payment.taken - payment.amountRefunded),
  ] {
    let rounded = try? Money(rounding: needed, currency)
    guard let rounded, rounded.minorUnits <= available else {
      return .tooSmall(
        payment.chargeID, available: Money(minorUnits: available, currency: currency),
        needed: rounded ?? Money(minorUnits: .max, currency: currency))
    }
  }
  return nil
}
