import Decisions
import Domain
import Store

/// Changes of mappings that several handlers make, each in the caller's transaction (Q5).
struct SellerMapping {
  let settings: EngineSettings

  /// Maps a shop to the account that was made, or found, for it.
  ///
  /// A mapping that an operator made in the meantime stays; the account is then left alone, and the
  /// audit trail names it.
  func create(
    _ shop: ShopID, _ account: AccountID, _ snapshot: AccountSnapshot?, token: String,
    _ transaction: Transaction, nowMs: Int64
  ) throws {
    let ofShop = try transaction.mapping(shop: shop)
    if ofShop?.accountID == account { return }
    let ofAccount = try transaction.mapping(account: account)
    guard ofShop == nil, ofAccount == nil else {
      return try transaction.audit(
        actor: "engine", action: "account not mapped", subject: "shop/\(shop)",
        detail: "account \(account): the shop or the account is mapped already", nowMs: nowMs)
    }
    var mapping = try transaction.insertMapping(
      shop: shop, account: account, onboardingToken: token, nowMs: nowMs)
    if let snapshot {
      mapping.take(snapshot)
      try transaction.updateMapping(mapping, nowMs: nowMs)
    }
    try transaction.audit(
      actor: "engine", action: "mapping created", subject: "mapping/\(mapping.id)",
      detail: "shop \(shop), account \(account)", nowMs: nowMs)
    try ShopWork(settings: settings).queue(shop, transaction, nowMs: nowMs)
    // An event may have come before the mapping, and found nobody to tell; and a repeated key
    // brings the account as it was when it was made.
    try transaction.enqueue(
      .readAccount, key: account.rawValue, runAtMs: nowMs, nowMs: nowMs)
  }

  /// Follows the shop's ignore field, both ways (M5).
  func setIgnored(
    _ shop: ShopID, _ isIgnored: Bool, _ transaction: Transaction, nowMs: Int64
  ) throws {
    guard var mapping = try transaction.mapping(shop: shop),
      mapping.isIgnoredByOperator != isIgnored
    else { return }
    mapping.isIgnoredByOperator = isIgnored
    try transaction.updateMapping(mapping, nowMs: nowMs)
    try transaction.audit(
      actor: "engine", action: isIgnored ? "shop ignored" : "shop no longer ignored",
      subject: "mapping/\(mapping.id)", detail: "the field of shop \(shop) in Mirakl changed",
      nowMs: nowMs)
    try ShopWork(settings: settings).queue(shop, transaction, nowMs: nowMs)
  }

  /// Sets a shop aside while its account lacks something, or takes it back.
  func setIgnoredForKYC(
    _ mapping: AccountMapping, _ isIgnored: Bool, reason: String, _ transaction: Transaction,
    nowMs: Int64
  ) throws {
    var mapping = mapping
    mapping.isIgnoredForKYC = isIgnored
    try transaction.updateMapping(mapping, nowMs: nowMs)
    try transaction.audit(
      actor: "engine",
      action: isIgnored ? "shop set aside for KYC" : "shop no longer set aside for KYC",
      subject: "mapping/\(mapping.id)", detail: reason, nowMs: nowMs)
    try ShopWork(settings: settings).queue(mapping.shopID, transaction, nowMs: nowMs)
  }

  /// The mapping's onboarding token, made now if it has none.
  func token(
    _ shop: ShopID, fresh: String, _ transaction: Transaction, nowMs: Int64
  ) throws -> String? {
    guard var mapping = try transaction.mapping(shop: shop) else { return nil }
    if let token = mapping.onboardingToken { return token }
    mapping.onboardingToken = fresh
    try transaction.updateMapping(mapping, nowMs: nowMs)
    return fresh
  }
}

extension AccountMapping {
  /// What Stripe says about the account.
  mutating func take(_ account: AccountSnapshot) {
    payoutEnabled = account.payoutsEnabled
    payinEnabled = account.chargesEnabled
    if let capability = account.transfersCapability { transfersActive = capability == "active" }
    disabledReason = account.disabledReason
  }
}

extension EngineContext {
  /// An onboarding token that nobody can guess.
  func newToken() -> String { OnboardingLinks.token(from: randomness.bytes(32)) }

  /// For writes that must act each time: an old key would bring the old answer.
  func newKey() -> String { "mirakl/once/" + OnboardingLinks.token(from: randomness.bytes(16)) }
}

extension CallFailure {
  /// The account is not ours to see: gone, of another platform, or disconnected.
  var isAboutMissingAccount: Bool {
    guard case .refused(let refusal) = kind else { return false }
    return refusal.isMissing || refusal.code == "account_invalid"
  }
}
