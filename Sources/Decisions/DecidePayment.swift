import Domain

/// An order of either kind that is ready to be paid, if its payment allows it.
struct PayableOrder {
  var commercialID: CommercialOrderID
  var shopID: ShopID
  var currency: Currency
  var amounts: SplitAmounts
  var mapping: AccountMapping?
  var source: PaymentSource
  /// Minor units of the charge that other orders use already (A6).
  var committedGross: Int64
}

/// The part of the decision that is the same for product and service orders: what the payment
/// behind it allows (interface.md §10, split steps 5 to 7).
func decidePayment(_ order: PayableOrder, _ policy: SplitPolicy) -> SplitDecision {
  guard let mapping = order.mapping else { return .hold(.shopNotMapped(order.shopID)) }
  switch order.source {
  case .charge(let payment):
    return objection(to: payment, order, policy)
      ?? plan(order, policy, mapping: mapping, payment: payment)
  case .unfinished(let intent, let status): return .hold(.paymentUnfinished(intent, status: status))
  case .canceled(let intent): return .abort(.paymentCanceled(intent))
  case .ambiguous(let charges): return .hold(.paidTwice(charges))
  case .missing(let id, let isProven):
    return isProven ? .abort(.paymentMissing(id)) : .hold(.notFoundYet(id))
  case .foreign(let number):
    return policy.withoutCharge == .platformBalance
      ? plan(order, policy, mapping: mapping, payment: nil) : .hold(.foreignPayment(number))
  case .unknown:
    return policy.withoutCharge == .platformBalance
      ? plan(order, policy, mapping: mapping, payment: nil) : .hold(.noPayment)
  }
}

/// Why this payment does not allow a transfer now; nil if it does (M1, P1, P2, A5, X2).
private func objection(
  to payment: Payment, _ order: PayableOrder, _ policy: SplitPolicy
) -> SplitDecision? {
  if let livemode = policy.livemode, payment.livemode != livemode {
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
  _ order: PayableOrder, _ policy: SplitPolicy, mapping: AccountMapping, payment: Payment?
) -> SplitDecision {
  let (amounts, currency) = (order.amounts, order.currency)
  guard let gross = try? Money(rounding: amounts.gross, currency),
    let rounded = try? Money(rounding: amounts.seller, currency),
    let tax = try? Money(rounding: amounts.tax ?? .zero, currency),
    let rest = try? gross.subtracting(tax),
    gross.minorUnits <= SplitPolicy.minorUnitsMax, rounded.minorUnits <= SplitPolicy.minorUnitsMax
  else { return .hold(.tooLarge(amounts.gross, currency)) }
  // Rounded apart, the two parts may exceed the whole by a step: then the seller's is the rest.
  let seller = rounded.minorUnits <= rest.minorUnits ? rounded : rest
  guard seller.isPositive else { return .abort(.nothingToPay(amounts.seller, currency)) }
  if let payment, let reason = shortage(order, payment: payment, gross: gross) {
    return .hold(reason)
  }
  for amount in [seller, tax] {
    if let limit = policy.amountMax[currency], amount.minorUnits > limit {
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
  if let account = policy.taxAccount, let exact = amounts.tax, tax.isPositive {
    plans.append(
      TransferPlan(
        part: .tax, amount: tax, grossMinorUnits: gross.minorUnits, destination: account,
        source: payment?.chargeID, roundedFrom: tax.isExact(exact) ? nil : exact))
  }
  return .pay(plans)
}

/// A6: what the customers paid with this charge, less what went back to them, bounds the orders
/// that it may pay for. The gross amounts count, so that the operator's share stays covered too.
private func shortage(_ order: PayableOrder, payment: Payment, gross: Money) -> HoldReason? {
  let available = payment.amountCaptured - payment.amountRefunded
  let (needed, overflow) = order.committedGross.addingReportingOverflow(gross.minorUnits)
  guard overflow || needed > available else { return nil }
  let currency = order.currency
  return .chargeExhausted(
    payment.chargeID, gross: gross,
    committed: Money(minorUnits: order.committedGross, currency: currency),
    available: Money(minorUnits: available, currency: currency))
}
