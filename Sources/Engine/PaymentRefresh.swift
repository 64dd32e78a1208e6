import Decisions
import Domain
import Store

/// Reads charges again from Stripe before something is decided by them (P3, C4).
struct PaymentRefresh {
  let context: EngineContext

  /// Reads each charge of a basket that was read too long ago.
  /// - Parameter maxAgeMs: 0 reads every one.
  /// - Throws: `CallFailure`.
  func refresh(_ basket: CommercialOrderID, maxAgeMs: Int64) throws {
    for payment in try context.store.read({ try $0.payments(commercialID: basket) })
    where maxAgeMs == 0 || abs(context.nowMs - payment.readMs) > maxAgeMs {
      _ = try read(payment.chargeID)
    }
  }

  /// Reads the payment intents behind failed charges too: a later attempt may have succeeded, and
  /// its webhook be lost. To be done before anything final follows from a failure (C3).
  func refreshIntents(_ basket: CommercialOrderID) throws {
    let payments = try context.store.read { try $0.payments(commercialID: basket) }
    for id in Set(payments.compactMap(\.paymentIntentID)).sorted() {
      let askedMs = context.nowMs
      let intent = try context.stripe.paymentIntent(id).value
      guard var charge = intent.latestCharge else { continue }
      charge.paymentIntentMetadata = intent.metadata
      _ = try record(charge, readMs: askedMs)
    }
    for payment in payments where payment.paymentIntentID == nil { _ = try read(payment.chargeID) }
  }

  /// One charge, as Stripe shows it now.
  @discardableResult
  func read(_ id: ChargeID) throws -> Payment {
    let askedMs = context.nowMs
    return try record(try context.stripe.charge(id).value, readMs: askedMs)
  }

  private func record(_ charge: ChargeSnapshot, readMs: Int64) throws -> Payment {
    let (nowMs, key) = (context.nowMs, context.settings.basketMetadataKey)
    let captures = context.settings.validation.captures
    return try context.store.write { transaction in
      let payment = try transaction.recordCharge(
        charge, commercialID: charge.basket(metadataKey: key), nowMs: readMs)
      if captures, payment.status == .toCapture, let basket = payment.commercialID {
        try transaction.noteAuthorisation(
          payment.chargeID, commercialID: basket, captureBeforeMs: charge.captureBeforeMs,
          nowMs: nowMs)
      }
      return payment
    }
  }
}
