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
    do {
      guard try exists(shop) else { return .text(400, "Invalid Mirakl Shop ID") }
    } catch let failure as CallFailure {
      return Self.answer(failure, "Mirakl", orMissing: "Invalid Mirakl Shop ID")
    }
    let unknown = "Cannot find the Stripe account corresponding to this stripe Id"
    guard let accountID = try? AccountID(text) else { return .text(400, unknown) }
    do {
      let account = try stripe.account(accountID).value
      if let objection = Self.objection(to: account) { return .text(400, objection) }
      return try store(shop, account)
    } catch let failure as CallFailure {
      return Self.answer(failure, "Stripe", orMissing: unknown)
    }
  }

  private func exists(_ shop: ShopID) throws -> Bool {
    try mirakl.shops([shop]).value.elements.contains { element in
      switch element {
      case .readable(let found): found.id == shop
      case .unreadable(let problem): problem.shopID == shop || problem.id == shop.description
      }
    }
  }

  private static func objection(to account: AccountSnapshot) -> String? {
    if let interval = account.payoutInterval, interval != "manual" {
      return "The account \(account.id) is paid out \(interval) by Stripe. Set its payout schedule "
        + "to manual, so that payouts follow the billing cycles of Mirakl."
    }
    if account.transfersCapability == nil {
      return "The account \(account.id) has not requested the transfers capability, so nothing can "
        + "be paid to it. Request it at Stripe first."
    }
    return nil
  }

  private func store(_ shop: ShopID, _ account: AccountSnapshot) throws -> Response {
    let nowMs = nowMs
    do {
      try store.write { transaction in
        var mapping = try transaction.insertMapping(
          shop: shop, account: account.id, onboardingToken: nil, nowMs: nowMs)
        mapping.payoutEnabled = account.payoutsEnabled
        mapping.payinEnabled = account.chargesEnabled
        mapping.transfersActive = account.transfersCapability.map { $0 == "active" }
        mapping.disabledReason = account.disabledReason
        try transaction.updateMapping(mapping, nowMs: nowMs)
        try transaction.audit(
          actor: "operator", action: "mapping created", subject: "mapping/\(mapping.id)",
          detail: "shop \(shop), account \(account.id)", nowMs: nowMs)
        // What waited for this shop is looked at again at once.
        for order in try transaction.openTransferOrderIDs(.productOrder, shopID: shop) {
          try transaction.enqueue(.splitOrder, key: order, runAtMs: nowMs, nowMs: nowMs)
        }
      }
    } catch StoreError.constraint {
      return .text(
        409, "The provided Mirakl Shop ID or Stripe User Id is already mapped")
    }
    return .text(201, "Mirakl - Stripe mapping created")
  }

  private static func answer(
    _ failure: CallFailure, _ neighbour: String, orMissing missing: String
  ) -> Response {
    if case .refused = failure.kind { return .text(400, missing) }
    return .text(
      503, "\(neighbour) could not be asked; nothing was changed. Try again. (\(failure))")
  }
}
