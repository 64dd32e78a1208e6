import Domain
import Store

/// The work that waits for one shop, to be looked at again: its mapping was made, its ignore flag
/// went, or Stripe lifted a restriction (M5).
struct ShopWork {
  let settings: EngineSettings

  /// In the transaction of the change that it waits for (Q5).
  func queue(_ shop: ShopID, _ transaction: Transaction, nowMs: Int64) throws {
    if settings.paysProductOrders {
      for order in try transaction.openTransferOrderIDs(.productOrder, shopID: shop) {
        try transaction.enqueue(.splitOrder, key: order, runAtMs: nowMs, nowMs: nowMs)
      }
    }
  }
}
