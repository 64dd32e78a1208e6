import Domain
import Store

/// The work that waits for one shop, to be looked at again: its mapping was made, its ignore flag
/// went, or Stripe lifted a restriction (M5). Its documents are woken by the mapping itself.
struct ShopWork {
  let settings: EngineSettings

  /// In the transaction of the change that it waits for (Q5).
  func queue(_ shop: ShopID, _ transaction: Transaction, nowMs: Int64) throws {
    let orders: [(Job.Kind, TransferRecord.Kind, isOn: Bool)] = [
      (.splitOrder, .productOrder, settings.paysProductOrders),
      (.splitServiceOrder, .serviceOrder, settings.paysServiceOrders),
    ]
    for (job, kind, isOn) in orders where isOn {
      for order in try transaction.openTransferOrderIDs(kind, shopID: shop) {
        try transaction.enqueue(job, key: order, runAtMs: nowMs, nowMs: nowMs)
      }
    }
    for refund in try transaction.openTransferOrderIDs(.refund, shopID: shop) {
      for kind in RefundRecord.Kind.allCases where settings.refunds(kind) {
        guard let record = try transaction.refund(kind, miraklID: refund) else { continue }
        try transaction.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
      }
    }
  }
}
