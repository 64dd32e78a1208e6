import Decisions
import Domain
import Store

/// Finds the payment that a refund gives back, read anew from Stripe before money moves (Q6).
struct RefundSource {
  let context: EngineContext
  let circuits: Circuits

  /// The source of the order's transfer, else the known payment of its basket (interface.md §10).
  /// - Throws: `CallFailure` if Stripe gave no usable answer.
  func find(_ ask: RefundAsk) throws -> PaymentSource {
    let (transfer, order, payments) = try context.store.read { transaction in
      (
        try transaction.transfer(ask.kind.transferKind, .seller, miraklID: ask.orderID.rawValue),
        try transaction.order(ask.orderID)?.snapshot,
        try transaction.payments(commercialID: ask.commercialID)
      )
    }
    if let charge = transfer?.sourceCharge { return try read(charge) }
    switch sourceQuestion(transactionNumber: order?.transactionNumber, payments: payments) {
    case .answered(let source): return source
    case .charge(let charge): return try read(charge)
    case .paymentIntent(let intent): return try read(intent)
    }
  }

  private func read(_ id: ChargeID) throws -> PaymentSource {
    let askedMs = context.nowMs
    do {
      return .charge(try save(try context.stripe.charge(id).value, readMs: askedMs))
    } catch let failure as CallFailure {
      return try missing(id.rawValue, failure)
    }
  }

  private func read(_ id: PaymentIntentID) throws -> PaymentSource {
    let askedMs = context.nowMs
    do {
      let intent = try context.stripe.paymentIntent(id).value
      if intent.status == "canceled" { return .canceled(id) }
      guard var charge = intent.latestCharge else { return .unfinished(id, status: intent.status) }
      charge.paymentIntentMetadata = intent.metadata
      return .charge(try save(charge, readMs: askedMs))
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

  /// Q8: that Stripe does not know one charge says something about it only if others are known.
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

extension RefundRecord.Kind {
  /// The transfers of such orders.
  var transferKind: TransferRecord.Kind {
    switch self {
    case .productOrder: .productOrder
    case .serviceOrder: .serviceOrder
    }
  }
}
