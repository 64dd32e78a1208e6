import Domain

/// What is known about the money behind an order, after asking the store and Stripe.
public enum PaymentSource: Hashable, Sendable {
  /// The charge that pays for it, read recently.
  case charge(Payment)
  /// A payment intent that has not led to a charge yet; its status.
  case unfinished(PaymentIntentID, status: String)
  /// A payment intent that was canceled.
  case canceled(PaymentIntentID)
  /// Several charges of the basket succeeded (P1).
  case ambiguous([ChargeID])
  /// Stripe does not know the object. `isProven`: it does know others of ours, so this is about
  /// the object and not about our key or mode (Q8).
  case missing(String, isProven: Bool)
  /// The order names something that is no Stripe object.
  case foreign(String)
  /// Neither a transaction number nor a known payment of the basket.
  case unknown
}

/// Where to look for the payment of an order.
public enum SourceQuestion: Hashable, Sendable {
  case charge(ChargeID)
  case paymentIntent(PaymentIntentID)
  /// Nothing to ask Stripe: already answered.
  case answered(PaymentSource)
}

/// Which payment an order means: the transaction number that Mirakl was told; without one, the
/// known payment of its basket (interface.md §10, split step 5).
public func sourceQuestion(
  transactionNumber: String?, payments: [Payment]
) -> SourceQuestion {
  if let number = transactionNumber {
    if let charge = try? ChargeID(number) { return .charge(charge) }
    if let intent = try? PaymentIntentID(number) { return .paymentIntent(intent) }
    // M1: what Mirakl was told is not ours to replace by what we happen to know.
    return .answered(.foreign(number))
  }
  return question(about: payments)
}

/// P1: the one that succeeded counts; of several attempts that did not, the one that got furthest.
private func question(about payments: [Payment]) -> SourceQuestion {
  let succeeded = payments.filter { $0.status == .captured || $0.status == .toCapture }
  if succeeded.count > 1 { return .answered(.ambiguous(succeeded.map(\.chargeID).sorted())) }
  let order: [Payment.Status] = [.captured, .toCapture, .pending, .refunded, .failed]
  let best = payments.min { left, right in
    let (leftRank, rightRank) = (rank(left, order), rank(right, order))
    return leftRank != rightRank ? leftRank < rightRank : left.createdMs > right.createdMs
  }
  return best.map { .charge($0.chargeID) } ?? .answered(.unknown)
}

private func rank(_ payment: Payment, _ order: [Payment.Status]) -> Int {
  order.firstIndex(of: payment.status) ?? order.count
}
