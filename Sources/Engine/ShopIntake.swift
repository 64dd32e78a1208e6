import Decisions
import Domain
import Logging
import Store

/// Takes the elements of an S20 page into the store: each one for itself, so that one that cannot
/// be read does not stop the others (Q7).
struct ShopIntake {
  static let waiting = "waits for its account and link"

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// Follows the ignore fields, and queues the shops that lack something.
  func take(_ page: MiraklPage<ShopSnapshot>, readMs: Int64) throws -> PassReport {
    var counts = PassReport()
    var shops: [ShopSnapshot] = []
    var unreadable: [ShopID] = []
    for element in page.elements {
      switch element {
      case .readable(var shop):
        shop.lastUpdatedMs = shop.lastUpdatedMs ?? page.serverTimeMs ?? readMs
        shops.append(shop)
      case .unreadable(let problem):
        counts.unreadable += 1
        context.log.warning(
          "shop not readable",
          metadata: [
            "shop": .string(problem.id ?? "?"),
            "reason": .string("\(problem.field): \(problem.reason)"),
          ])
        if let id = problem.shopID { unreadable.append(id) }
      }
    }
    counts.read = shops.count
    counts.queued = try save(shops, unreadable, readMs: readMs)
    return counts
  }

  /// One transaction a page. Ignore fields take effect at once: they cost no call.
  private func save(
    _ shops: [ShopSnapshot], _ unreadable: [ShopID], readMs: Int64
  ) throws -> Int {
    let (nowMs, settings) = (context.nowMs, context.settings)
    return try context.store.write { transaction in
      var queued = 0
      for shop in shops {
        let mapping = try transaction.mapping(shop: shop.id)
        let plan = decideOnboarding(
          shop, mapping: mapping, policy: settings.onboarding.policy)
        try SellerMapping(settings: settings).setIgnored(
          shop.id, plan.isIgnored, transaction, nowMs: nowMs)
        let known = try transaction.onboarding(shop: shop.id)?.reason
        try transaction.saveShop(
          shop, reason: plan.isInOrder ? nil : known ?? Self.waiting, readMs: readMs,
          nowMs: nowMs)
        if plan.exclusion != nil {
          try transaction.dropOnboardingLink(shop: shop.id, nowMs: nowMs)
        }
        guard !plan.isInOrder else { continue }
        try Self.enqueue(shop.id, transaction, nowMs: nowMs)
        queued += 1
      }
      for shop in unreadable { try Self.enqueue(shop, transaction, nowMs: nowMs) }
      return queued + unreadable.count
    }
  }

  static func enqueue(
    _ shop: ShopID, _ transaction: Transaction, nowMs: Int64
  ) throws {
    try transaction.enqueue(.onboardShop, key: shop.description, runAtMs: nowMs, nowMs: nowMs)
  }
}
