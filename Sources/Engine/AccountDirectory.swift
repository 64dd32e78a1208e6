import Domain
import Store

/// Finds the connected account that names a shop in its metadata (Q11).
///
/// Stripe has no filter for it, so the whole list is read once, and after that only what is newer
/// than the newest account seen: new shops cost one call each, not one per hundred accounts.
struct AccountDirectory {
  static let checkpointName = "accounts_listed_ms"
  /// The list is asked again for this much, by Stripe's clock.
  static let overlapMs: Int64 = 600_000
  static let pagesMax = 10_000

  let context: EngineContext

  /// - Returns: accounts that name the shop and are mapped to none, oldest first.
  /// - Throws: `CallFailure` if Stripe gave no usable answer, else what the store throws.
  func accounts(of shop: ShopID) throws -> [AccountID] {
    try refresh()
    return try context.store.read { try $0.unmappedAccounts(shop: shop) }
  }

  private func refresh() throws {
    let newestMs = try context.store.read {
      try $0.checkpoint(Self.checkpointName).flatMap(Int64.init)
    }
    var after: AccountID?
    var seenMs = newestMs
    for _ in 0..<Self.pagesMax {
      let page = try context.stripe.accounts(
        createdFromMs: newestMs.map { max(0, $0 - Self.overlapMs) }, after: after
      ).value
      seenMs = page.accounts.map(\.createdMs).reduce(seenMs) { max($0 ?? 0, $1) }
      try remember(page.accounts)
      guard page.hasMore, let last = page.accounts.last?.id, last != after else { break }
      after = last
    }
    // Only now: a list that was read to its middle starts again from the beginning.
    if let seenMs, seenMs != newestMs {
      let nowMs = context.nowMs
      try context.store.write {
        try $0.setCheckpoint(Self.checkpointName, String(seenMs), nowMs: nowMs)
      }
    }
  }

  private func remember(_ accounts: [AccountSnapshot]) throws {
    let named = accounts.compactMap { account in
      account.metadata["miraklShopId"].flatMap(Int64.init).map { (account, ShopID($0)) }
    }
    guard !named.isEmpty else { return }
    try context.store.write { transaction in
      for (account, shop) in named {
        try transaction.rememberAccount(account.id, shop: shop, createdMs: account.createdMs)
      }
    }
  }
}
