import Domain
import Logging
import Store

/// A seller has disconnected the platform: nothing can be paid to the account any more. Nothing is
/// deleted: the mapping shows what happened, and an operator decides.
struct DeauthorizeAccountHandler {
  static let reason = "deauthorized"

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = try? AccountID(job.key) else { return .done }
    try mark(id)
    return .done
  }

  /// Marks the mapping, once.
  func mark(_ id: AccountID) throws {
    let (nowMs, notifies) = (context.nowMs, context.settings.notifies)
    let shop = try context.store.write { transaction -> ShopID? in
      guard var mapping = try transaction.mapping(account: id),
        mapping.disabledReason != Self.reason
      else { return nil }
      mapping.transfersActive = false
      mapping.payoutEnabled = false
      mapping.payinEnabled = false
      mapping.disabledReason = Self.reason
      try transaction.updateMapping(mapping, nowMs: nowMs)
      try transaction.audit(
        actor: "engine", action: "account deauthorized", subject: "mapping/\(mapping.id)",
        detail: "shop \(mapping.shopID), account \(id)", nowMs: nowMs)
      if notifies {
        try transaction.addNotification(
          type: "account.updated", body: try AccountNotification(mapping).json(), nowMs: nowMs)
      }
      return mapping.shopID
    }
    guard let shop else { return }
    context.log.error(
      "the seller has disconnected the platform",
      metadata: ["account": .string("\(id)"), "shop": .string("\(shop)")])
  }
}
