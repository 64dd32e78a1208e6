import Domain

/// What a Mirakl order means for its seller, now.
public enum SplitDecision: Hashable, Sendable {
  /// Pay these, in this order.
  case pay([TransferPlan])
  case hold(HoldReason)
  case abort(AbortReason)
  /// The operator ignores the shop; looked at again when it no longer does.
  case ignore
  /// Older than the start date: never ours to pay, and nothing to remember (M2).
  case notOurs
}

/// One transfer that is to be made.
public struct TransferPlan: Hashable, Sendable {
  public var part: TransferRecord.Part
  public var amount: Money
  /// What the customer paid for the whole order, in the minor unit of `amount`'s currency (A6).
  public var grossMinorUnits: Int64
  public var destination: AccountID
  public var source: ChargeID?
  /// The exact figure, when rounding changed it (A3).
  public var roundedFrom: MajorAmount?
}

/// Why an order waits. Each ends when the world changes.
public enum HoldReason: Hashable, Sendable, CustomStringConvertible {
  case shopNotMapped(ShopID)
  case notAccepted(OrderSnapshot.State)
  case unknownState(String)
  case notDebited
  case noPayment
  case foreignPayment(String)
  case paymentPending(ChargeID)
  case paymentNotCaptured(ChargeID)
  case paymentUnfinished(PaymentIntentID, status: String)
  case paidTwice([ChargeID])
  case notFoundYet(String)
  case otherBasket(ChargeID, CommercialOrderID)
  case otherMode(ChargeID)
  case disputed(ChargeID)
  case currencyMismatch(order: Currency, charge: Currency, ChargeID)
  case settlementCurrency(order: Currency, settled: Currency, ChargeID)
  case chargeExhausted(ChargeID, gross: Money, committed: Money, available: Money)
  case approvalNeeded(Money, limit: Money)
  case negativeAmount(field: String, MajorAmount)
  case tooLarge(MajorAmount, Currency)
  case unreadable(field: String, reason: String)
  case shopMoved(ShopID, from: AccountID)
  case serviceNotAccepted(ServiceOrderSnapshot.State)
  case unknownServiceState(String)
  case debitMissing
  case debitNotConfirmed(ServiceOrderDebit.State)
  case severalDebits([String])
  case debitCurrency(order: Currency, debit: Currency)
  case debitMismatch(debit: MajorAmount, order: MajorAmount, Currency)
  case commissionMissing
  case priceMissing

  public var description: String {
    switch self {
    case .shopNotMapped(let shop): "Shop \(shop) has no Stripe account yet"
    case .notAccepted(let state): "Order is \(state.rawValue): not accepted and debited yet"
    case .unknownState(let name):
      "order_state \"\(name.prefix(40))\" is not known to this version: not paid until it is"
    case .notDebited: "customer_debited_date is empty: the customer has not been debited yet"
    case .noPayment:
      "No Stripe payment is known for this order; see TRANSFER_WITHOUT_CHARGE"
    case .foreignPayment(let number):
      "transaction_number \"\(number.prefix(60))\" is not a Stripe payment; "
        + "see TRANSFER_WITHOUT_CHARGE"
    case .paymentPending(let charge): "Payment \(charge) is still pending"
    case .paymentNotCaptured(let charge): "Payment \(charge) is authorised but not captured yet"
    case .paymentUnfinished(let intent, let status): "Payment \(intent) is \(status)"
    case .paidTwice(let charges):
      "Paid twice: \(charges.map(\.rawValue).joined(separator: ", ")) all succeeded; "
        + "refund one of them"
    case .notFoundYet(let id):
      "Stripe does not know \(id), nor has it shown any other object of ours yet: "
        + "check STRIPE_CLIENT_SECRET and its mode"
    case .otherBasket(let charge, let basket):
      "Payment \(charge) belongs to commercial order \(basket)"
    case .otherMode(let charge): "Payment \(charge) is of the other mode (test or live)"
    case .disputed(let charge): "Payment \(charge) is disputed"
    case .currencyMismatch(let order, let charge, let id):
      "The order is in \(order) but payment \(id) is in \(charge)"
    case .settlementCurrency(let order, let settled, let id):
      "The order is in \(order) but payment \(id) was settled in \(settled): Stripe allows "
        + "transfers in the settlement currency only"
    case .chargeExhausted(let charge, let gross, let committed, let available):
      "Payment \(charge) has \(available) left after refunds, other orders use \(committed): "
        + "not enough for \(gross)"
    case .approvalNeeded(let amount, let limit):
      "Approval needed: \(amount) is above MAX_TRANSFER_AMOUNT \(limit)"
    case .negativeAmount(let field, let amount): "\(field) is negative (\(amount))"
    case .tooLarge(let amount, let currency): "The amount \(amount) \(currency) is too large"
    case .unreadable(let field, let reason): "Field \(field): \(reason)"
    case .shopMoved(let shop, let account):
      "Shop \(shop) was mapped to another account than \(account) while this was at work"
    case .serviceNotAccepted(let state): "Order is \(state.rawValue): not accepted yet"
    case .unknownServiceState(let name):
      "state \"\(name.prefix(40))\" is not known to this version: not paid until it is"
    case .debitMissing: "Mirakl has no debit for this order yet (SPA11)"
    case .debitNotConfirmed(let state):
      "The debit is \(state.rawValue.prefix(40)): the customer has not been debited"
    case .severalDebits(let ids):
      "The order was debited more than once: \(ids.joined(separator: ", "))"
    case .debitCurrency(let order, let debit):
      "The order is in \(order) but its debit is in \(debit)"
    case .debitMismatch(let debit, let order, let currency):
      "The customer was debited \(debit) \(currency), but price, options and taxes add up to "
        + "\(order) \(currency); see PAYMENT_AMOUNT_CHECK"
    case .commissionMissing:
      "commission.amount_including_taxes is missing: it is never taken for zero"
    case .priceMissing: "The order has no price yet: its taxes cannot be told"
    }
  }
}

/// Why an order will never be paid by us.
public enum AbortReason: Hashable, Sendable, CustomStringConvertible {
  case orderEnded(OrderSnapshot.State)
  case serviceOrderEnded(ServiceOrderSnapshot.State)
  case paymentFailed(ChargeID, String?)
  case paymentRefunded(ChargeID)
  case paymentCanceled(PaymentIntentID)
  case paymentMissing(String)
  case nothingToPay(MajorAmount, Currency)
  case paidDirectly
  case otherProvider(String)

  public var description: String {
    switch self {
    case .orderEnded(let state): "Order is \(state.rawValue)"
    case .serviceOrderEnded(let state): "Order is \(state.rawValue)"
    case .paymentFailed(let charge, let message):
      "Payment \(charge) failed" + (message.map { ": \($0)" } ?? "")
    case .paymentRefunded(let charge): "Payment \(charge) was refunded"
    case .paymentCanceled(let intent): "Payment \(intent) was canceled"
    case .paymentMissing(let id): "Stripe does not know \(id)"
    case .nothingToPay(let amount, let currency):
      "Nothing to pay: price less commission is \(amount) \(currency)"
    case .paidDirectly: "The customer pays the seller directly"
    case .otherProvider(let code): "Paid out by \(code), not by Stripe"
    }
  }
}
