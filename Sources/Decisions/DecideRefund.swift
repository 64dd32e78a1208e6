import Domain

/// What a refund that Mirakl asks for means, now.
public enum RefundDecision: Hashable, Sendable {
  case pay(RefundPlan)
  case hold(String)
  case abort(String)
}

/// The refund that is to be made.
public struct RefundPlan: Hashable, Sendable {
  public var charge: ChargeID
  public var amount: Money
  /// Mirakl's figure, when rounding changed it (A3).
  public var roundedFrom: MajorAmount?
}

/// Decides about a refund to a customer (interface.md §10). Reads no clock, database or network.
///
/// It never releases an authorisation: another seller's order may need it (R1).
public func decideRefund(
  _ ask: RefundAsk, source: PaymentSource, policy: SplitPolicy
) -> RefundDecision {
  guard ask.amount > .zero else { return .abort("The amount \(ask.amount) is not positive") }
  guard let amount = try? Money(rounding: ask.amount, ask.currency),
    amount.minorUnits <= SplitPolicy.minorUnitsMax
  else { return .hold("The amount \(ask.amount) \(ask.currency) is too large") }
  guard amount.isPositive else {
    return .abort("The amount \(ask.amount) \(ask.currency) is less than the smallest coin")
  }
  switch source {
  case .charge(let payment):
    if let answer = objection(to: payment, ask, amount, policy) { return answer }
    if let limit = policy.amountMax[ask.currency], amount.minorUnits > limit {
      let most = Money(minorUnits: limit, currency: ask.currency)
      return .hold("Approval needed: \(amount) is above MAX_TRANSFER_AMOUNT \(most)")
    }
    return .pay(
      RefundPlan(
        charge: payment.chargeID, amount: amount,
        roundedFrom: amount.isExact(ask.amount) ? nil : ask.amount))
  case .unfinished(let intent, let status): return .hold("Payment \(intent) is \(status)")
  case .canceled(let intent): return .abort("Payment \(intent) was canceled")
  case .ambiguous(let charges):
    let names = charges.map(\.rawValue).joined(separator: ", ")
    return .hold("Paid twice: \(names) all succeeded; refund one of them")
  case .missing(let id, let isProven):
    return isProven
      ? .abort("Stripe does not know \(id)")
      : .hold("Stripe does not know \(id): check STRIPE_CLIENT_SECRET and its mode")
  case .foreign(let number):
    return .hold("transaction_number \"\(number.prefix(60))\" is not a Stripe payment")
  case .unknown: return .hold("No Stripe payment is known for this order")
  }
}

private func objection(
  to payment: Payment, _ ask: RefundAsk, _ amount: Money, _ policy: SplitPolicy
) -> RefundDecision? {
  let charge = payment.chargeID
  if let livemode = policy.livemode, payment.livemode != livemode {
    return .hold("Payment \(charge) is of the other mode (test or live)")
  }
  if let basket = payment.commercialID, basket != ask.commercialID {
    return .hold("Payment \(charge) belongs to commercial order \(basket)")
  }
  switch payment.status {
  case .failed:
    return .abort("Payment \(charge) failed" + (payment.failureMessage.map { ": \($0)" } ?? ""))
  case .refunded: return .abort("Payment \(charge) was refunded already, all of it")
  case .pending: return .hold("Payment \(charge) is still pending")
  case .toCapture: return .hold("Payment \(charge) is authorised but not captured yet")
  case .captured: break
  }
  if payment.isDisputed { return .hold("Payment \(charge) is disputed") }
  guard payment.amount.currency == ask.currency else {
    return .hold(
      "The refund is in \(ask.currency) but payment \(charge) is in \(payment.amount.currency)")
  }
  let left = payment.amountCaptured - payment.amountRefunded
  guard amount.minorUnits <= left else {
    let rest = Money(minorUnits: left, currency: ask.currency)
    return .hold("Payment \(charge) has \(rest) left: not enough to refund \(amount)")
  }
  return nil
}

/// What Stripe's word for the state of a refund means for us.
public enum RefundProgress: Hashable, Sendable {
  /// The customer has it, as far as can be known: Stripe may still report a failure within 30 days.
  case made
  case underWay
  case failed
}

/// - Source: https://docs.stripe.com/refunds. A word that is not known proves nothing.
public func refundProgress(_ stripeStatus: String?) -> RefundProgress {
  switch stripeStatus {
  case "succeeded": .made
  case "failed", "canceled": .failed
  default: .underWay
  }
}

extension Payment {
  /// The payment as the split must see it: refunds that we made for Mirakl are not deducted,
  /// because their reversals answer for them (A6).
  ///
  /// Our reading of the charge may be older than a refund of ours: never more than was captured.
  public func withoutOwnRefunds(_ minorUnits: Int64) -> Payment {
    var copy = self
    copy.amountRefunded = max(0, amountRefunded - minorUnits)
    return copy
  }
}
