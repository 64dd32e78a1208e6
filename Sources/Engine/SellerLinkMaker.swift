import Domain
import Store

/// Makes the link that a shop's custom field shall hold. Made when it is written and never kept:
/// Stripe's links are single-use, live minutes, and let in whoever has them (O2, O3).
struct SellerLinkMaker {
  /// Where the links of the `kyc` pass lead back to.
  static let dashboardURL = "https://dashboard.stripe.com"

  let context: EngineContext

  /// - Returns: nil if the shop is not mapped (any more).
  /// - Throws: `CallFailure`, else what the store throws.
  func make(_ link: ShopLink, shop: ShopID) throws -> BearerLink? {
    let (nowMs, fresh, settings) = (context.nowMs, context.newToken(), context.settings)
    let found = try context.store.write { transaction -> (AccountMapping, String)? in
      let token = try SellerMapping(settings: settings).token(
        shop, fresh: fresh, transaction, nowMs: nowMs)
      guard let token, let mapping = try transaction.mapping(shop: shop) else { return nil }
      return (mapping, token)
    }
    guard let (mapping, token) = found else { return nil }
    let links = context.settings.onboarding.links
    let refreshURL = links.refreshURL(token: token)
    switch link {
    case .stable: return BearerLink(url: refreshURL)
    case .onboarding:
      return try accountLink(mapping.accountID, refreshURL, links.returnURL)
    case .kycOnboarding:
      return try accountLink(mapping.accountID, Self.dashboardURL, Self.dashboardURL)
    case .login:
      do {
        return try context.stripe.createLoginLink(
          mapping.accountID, idempotencyKey: context.newKey()
        ).value
      } catch {
        // The details are not submitted after all.
        guard case .refused(let refusal) = error.kind, refusal.status == 400 else { throw error }
        return try accountLink(mapping.accountID, refreshURL, links.returnURL)
      }
    }
  }

  private func accountLink(
    _ account: AccountID, _ refreshURL: String, _ returnURL: String
  ) throws -> BearerLink {
    try context.stripe.createAccountLink(
      account, refreshURL: refreshURL, returnURL: returnURL, idempotencyKey: context.newKey()
    ).value
  }
}
