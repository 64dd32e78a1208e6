import Domain
import FoundationEssentials
import HTTPFormat
import Store

/// `POST /api/mappings`: maps a shop to an account that exists already.
///
/// The account must be able to be paid and paid out by us (O6): known to our platform, with the
/// transfers capability, on a manual payout schedule, mapped to no other shop.
struct MappingCreation {
  let store: Store
  let stripe: any StripeAccountsPort
  let mirakl: any MiraklShopsPort
  let ignoreField: String
  /// Who asks, for the audit.
  let actor: String
  let nowMs: Int64

  private struct Body: Decodable {
    let miraklShopId: Int64?
    let stripeUserId: String?

    enum Key: String, CodingKey { case miraklShopId, stripeUserId }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      miraklShopId = try? container.decode(Int64.self, forKey: .miraklShopId)
      stripeUserId = try? container.decode(String.self, forKey: .stripeUserId)
    }
  }

  func create(_ bytes: [UInt8]) throws -> Response {
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(bytes)) else {
      return .text(400, "Invalid JSON format")
    }
    guard let number = body.miraklShopId, let text = body.stripeUserId, !text.isEmpty else {
      return .text(400, "Invalid Mirakl Shop ID")
    }
    let shop = ShopID(number)
    let isIgnored: Bool
    do {
      guard let found = try ignoreFlag(shop) else { return .text(400, "Invalid Mirakl Shop ID") }
      isIgnored = found
    } catch let failure as CallFailure {
      return Self.answer(failure, "Mirakl", orMissing: "Invalid Mirakl Shop ID")
    }
    let unknown = "Cannot find the Stripe account corresponding to this stripe Id"
    guard let accountID = try? AccountID(text) else { return .text(400, unknown) }
    do {
      let account = try stripe.account(accountID).value
      if isMapped(shop, accountID) { return Self.mappedAlready }
      if let objection = objection(to: account) { return .text(400, objection) }
      return try store(shop, isIgnored, try withManualPayouts(account))
    } catch let objection as Objection {
      return .text(400, objection.words)
    } catch let failure as CallFailure {
      return Self.answer(failure, "Stripe", orMissing: unknown)
    }
  }

  /// Whether the operator ignores the shop; nil if Mirakl does not know it.
  private func ignoreFlag(_ shop: ShopID) throws -> Bool? {
    for element in try mirakl.shops([shop]).value.elements {
      switch element {
      case .readable(let found) where found.id == shop:
        return found.additionalFields[ignoreField]?.lowercased() == "true"
      case .unreadable(let problem)
      where problem.shopID == shop || problem.id == shop.description:
        return false
      case .readable, .unreadable: continue
      }
    }
    return nil
  }

  /// Before anything is changed at Stripe. The database has the last word.
  private func isMapped(_ shop: ShopID, _ account: AccountID) -> Bool {
    let known = try? store.read {
      (try $0.mapping(shop: shop) ?? $0.mapping(account: account)) != nil
    }
    return known ?? false
  }

  private struct Objection: Error {
    let words: String
  }

  private func objection(to account: AccountSnapshot) -> String? {
    if account.transfersCapability == nil {
      return "The account \(account.id) has not requested the transfers capability, so nothing can "
        + "be paid to it. Request it at Stripe first."
    }
    if let own = try? stripe.account(nil).value.id, own == account.id {
      return "The account \(account.id) is the platform's own: a seller needs a connected account."
    }
    return nil
  }

  /// Payouts follow the billing cycles of Mirakl: Stripe's own schedule would empty the account
  /// before (O6). Set to manual here; where Stripe does not let us, the mapping is refused.
  private func withManualPayouts(_ account: AccountSnapshot) throws -> AccountSnapshot {
    guard let interval = account.payoutInterval, interval != "manual" else { return account }
    let changed: AccountSnapshot
    do {
      changed = try stripe.setManualPayouts(
        account.id, idempotencyKey: OnboardingRoutes.newKey()
      ).value
    } catch {
      guard case .refused(let refusal) = error.kind else { throw error }
      throw Objection(
        words: "The account \(account.id) is paid out \(interval) by Stripe, and its schedule "
          + "could not be set to manual: \(refusal)")
    }
    guard changed.payoutInterval ?? "manual" == "manual" else {
      throw Objection(
        words: "The account \(account.id) is paid out \(interval) by Stripe. Set its payout "
          + "schedule to manual, so that payouts follow the billing cycles of Mirakl.")
    }
    var result = account
    result.payoutInterval = "manual"
    return result
  }

  private func store(
    _ shop: ShopID, _ isIgnored: Bool, _ account: AccountSnapshot
  ) throws -> Response {
    let (actor, nowMs) = (actor, nowMs)
    do {
      try store.write { transaction in
        var mapping = try transaction.insertMapping(
          shop: shop, account: account.id, onboardingToken: nil, nowMs: nowMs)
        mapping.payoutEnabled = account.payoutsEnabled
        mapping.payinEnabled = account.chargesEnabled
        mapping.transfersActive = account.transfersCapability.map { $0 == "active" }
        mapping.disabledReason = account.disabledReason
        mapping.isIgnoredByOperator = isIgnored
        try transaction.updateMapping(mapping, nowMs: nowMs)
        try transaction.audit(
          actor: actor, action: "mapping created", subject: "mapping/\(mapping.id)",
          detail: "shop \(shop), account \(account.id)", nowMs: nowMs)
        // What waited for this shop is looked at again at once.
        for order in try transaction.openTransferOrderIDs(.productOrder, shopID: shop) {
          try transaction.enqueue(.splitOrder, key: order, runAtMs: nowMs, nowMs: nowMs)
        }
      }
    } catch StoreError.constraint {
      return Self.mappedAlready
    }
    return .text(201, "Mirakl - Stripe mapping created")
  }

  private static var mappedAlready: Response {
    .text(409, "The provided Mirakl Shop ID or Stripe User Id is already mapped")
  }

  private static func answer(
    _ failure: CallFailure, _ neighbour: String, orMissing missing: String
  ) -> Response {
    if case .refused = failure.kind { return .text(400, missing) }
    return .text(
      503, "\(neighbour) could not be asked; nothing was changed. Try again. (\(failure))")
  }
}
