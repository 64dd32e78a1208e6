import Decisions
import Domain
import Store

/// Finds the payment behind an order, and reads it again if that was too long ago (P3).
struct PaymentSourceFinder {
  let context: EngineContext
  let circuits: Circuits

  /// - Parameter transactionNumber: What Mirakl was told when the customer was debited.
  /// - Throws: `CallFailure` if Stripe gave no usable answer.
  func source(
    transactionNumber: String?, commercialID: CommercialOrderID
  ) throws -> PaymentSource {
    let payments = try context.store.read { try $0.payments(commercialID: commercialID) }
    switch sourceQuestion(transactionNumber: transactionNumber, payments: payments) {
    case .answered(let source): return source
    case .charge(let id): return try withoutOwnRefunds(try chargeSource(id))
    case .paymentIntent(let id): return try withoutOwnRefunds(try read(id))
    }
  }

  /// A6: refunds that we made for Mirakl are answered for by their reversals.
  private func withoutOwnRefunds(_ source: PaymentSource) throws -> PaymentSource {
    guard case .charge(let payment) = source else { return source }
    let own = try context.store.read { try $0.ownRefunds(charge: payment.chargeID) }
    return .charge(payment.withoutOwnRefunds(own))
  }

  private func chargeSource(_ id: ChargeID) throws -> PaymentSource {
    if let payment = try context.store.read({ try $0.payment(charge: id) }),
      abs(context.nowMs - payment.readMs) <= context.settings.chargeFreshMs
    {
      return .charge(payment)
    }
    return try read(id)
  }

  /// The charge as Stripe shows it now, and records it.
  func read(_ id: ChargeID) throws -> PaymentSource {
    let askedMs = context.nowMs
    do {
      return .charge(try save(try context.stripe.charge(id).value, readMs: askedMs))
    } catch let failure as CallFailure {
      return try missing(id.rawValue, failure)
    }
  }

  /// The charge that a payment intent led to, as Stripe shows it now, and records it.
  func read(_ id: PaymentIntentID) throws -> PaymentSource {
    let askedMs = context.nowMs
    do {
      let intent = try context.stripe.paymentIntent(id).value
      if intent.status == "canceled" { return .canceled(id) }
      guard var charge = intent.latestCharge else {
        return .unfinished(id, status: intent.status)
      }
      charge.paymentIntentMetadata = intent.metadata
      let payment = try save(charge, readMs: askedMs)
      // interface.md §10, split step 5: "unfinished -> on hold; failed, canceled -> aborted". Of a
      // payment intent only `canceled` is an end; while it is `requires_payment_method`,
      // `requires_action` or `processing`, a charge that failed was one attempt of several, and
      // Stripe lets the customer try again. A bare charge that failed, or one that the order names
      // itself, has failed for good.
      return payment.status == .failed ? .unfinished(id, status: intent.status) : .charge(payment)
    } catch let failure as CallFailure {
      return try missing(id.rawValue, failure)
    }
  }

  private func save(_ charge: ChargeSnapshot, readMs: Int64) throws -> Payment {
    let key = context.settings.basketMetadataKey
    return try context.store.write { transaction in
      try transaction.recordCharge(
        charge, commercialID: charge.basket(metadataKey: key), nowMs: readMs)
    }
  }

  /// Q8: that Stripe does not know one object says something about it only if others are known.
  private func missing(_ id: String, _ failure: CallFailure) throws -> PaymentSource {
    guard case .refused(let refusal) = failure.kind, refusal.isMissing else { throw failure }
    switch try StripeCanary(context: context).ask() {
    case .known: return .missing(id, isProven: true)
    case .nothingToAskFor: return .missing(id, isProven: false)
    case .unknown:
      try circuits.open(.stripe, reason: "Stripe knows none of our objects any more: \(failure)")
      return .missing(id, isProven: false)
    }
  }
}
