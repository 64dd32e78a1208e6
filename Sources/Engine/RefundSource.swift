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
    let finder = PaymentSourceFinder(context: context, circuits: circuits)
    if let charge = transfer?.sourceCharge { return try finder.read(charge) }
    switch sourceQuestion(transactionNumber: order?.transactionNumber, payments: payments) {
    case .answered(let source): return source
    case .charge(let charge): return try finder.read(charge)
    case .paymentIntent(let intent): return try finder.read(intent)
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
