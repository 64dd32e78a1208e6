import Decisions
import Domain
import Engine
import Sandbox
import Store
import TestSupport

extension World {
  static let publicURL = "https://pay.test"

  /// Sellers are onboarded with links to `publicURL`.
  static func ofSellers(
    _ mode: OnboardingLinks.Mode = .stable, prefills: Bool = false,
    _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> World {
    try World { settings in
      settings.onboarding.links = OnboardingLinks(
        mode: mode, publicURL: publicURL, returnURL: "https://mirakl.test/home")
      settings.onboarding.policy.prefills = prefills
      adjust(&settings)
    }
  }

  /// A shop that nobody onboarded yet.
  func addNewShop(_ id: Int64 = 1, _ adjust: (inout SandboxShop) -> Void = { _ in }) {
    var shop = SandboxShop(id: id, name: "Shop \(id)")
    adjust(&shop)
    mirakl.addShop(shop)
  }

  func field(_ shop: Int64 = 1) -> String? {
    mirakl.shops.first { $0.id == shop }?.fields["stripe-url"]
  }

  func kyc(_ shop: Int64 = 1) -> String? {
    mirakl.shops.first { $0.id == shop }?.kycStatus
  }

  /// Accounts by the shop that their metadata name.
  func accounts(of shop: Int64 = 1) -> [SandboxAccount] {
    stripe.accounts.filter { $0.metadata["miraklShopId"] == String(shop) }
  }
}

extension SimulatedProcess {
  /// An onboarding pass and all that follows.
  @discardableResult
  func onboard() throws -> PassReport {
    let report = try OnboardingPass(engine).run()
    try engine.drain()
    return report
  }

  /// Webhooks and all that follows.
  func hear() throws {
    receiveAll()
    try engine.drain()
  }

  func mapping(_ shop: Int64 = 1) throws -> AccountMapping? {
    try store.read { try $0.mapping(shop: ShopID(shop)) }
  }

  func onboarding(_ shop: Int64 = 1) throws -> OnboardingRecord? {
    try store.read { try $0.onboarding(shop: ShopID(shop)) }
  }

  func update(_ shop: Int64 = 1, _ adjust: (inout AccountMapping) -> Void) throws {
    guard var mapping = try mapping(shop) else { return }
    adjust(&mapping)
    let (changed, nowMs) = (mapping, engine.context.clock.nowMs)
    try store.write { _ = try $0.updateMapping(changed, nowMs: nowMs) }
  }

  func actions() throws -> [String] {
    try store.read { try $0.audits(limit: 99, offset: 0).map(\.action).reversed() }
  }
}
