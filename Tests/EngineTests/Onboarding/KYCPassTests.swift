import Domain
import Engine
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing
import Threading

private func world(
  _ mode: OnboardingLinks.Mode = .stable, writes: Bool = false
) throws -> World {
  try World.ofSellers(mode) { $0.onboarding.kycPassWrites = writes }
}

extension World {
  /// A mapped shop whose field holds something, and its account in order.
  @discardableResult
  fileprivate func addSeller(_ shop: Int64) throws -> String {
    let account = try addShop(shop)
    mirakl.updateShop(shop) { $0.fields["stripe-url"] = "https://old" }
    return account
  }
}

@Suite struct KYCPassTests {
  @Test("accounts with open requirements are listed and their shops set aside (K1, M5)")
  func setsAside() throws {
    let world = try world()
    let accounts = try (1...4).map { try world.addSeller($0) }
    world.stripe.requireMore(accounts[0])
    world.stripe.rejectAccount(accounts[1])
    world.stripe.reviewAccount(accounts[2])
    let process = try world.start()
    let report = try KYCPass(process.engine).run()
    try process.engine.drain()
    #expect(report.read == 4)
    #expect(
      report.open
        == [
          KYCEntry(
            mappingID: 1, accountID: .of(accounts[0]), shopID: ShopID(1),
            status: .pendingSubmission),
          KYCEntry(mappingID: 2, accountID: .of(accounts[1]), shopID: ShopID(2), status: .refused),
          KYCEntry(
            mappingID: 3, accountID: .of(accounts[2]), shopID: ShopID(3), status: .pendingApproval),
        ])
    #expect(
      try (1...4).map { try process.mapping($0)?.isIgnoredForKYC } == [true, true, true, false])
    #expect(
      try (1...4).map { try process.mapping($0)?.isIgnoredByOperator ?? true }.contains(true)
        == false)
    #expect(world.mirakl.shopUpdateCounts.isEmpty)  // KYC_MIRAKL_SHOP_DISABLE_UPDATE is off
    #expect(world.stripe.links.isEmpty)
    #expect(world.log.text.contains("account with open requirements"))
  }

  @Test("orders of a shop set aside wait, and go on once it is in order again (M5)")
  func releases() throws {
    let world = try world()
    let account = try world.addSeller(1)
    world.stripe.requireMore(account)
    let process = try world.start()
    _ = try KYCPass(process.engine).run()
    world.addOrder()
    world.pay()
    _ = world.stripe.takeDeliveries()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .ignored)
    world.stripe.updateAccount(account) { $0.requirements = SandboxAccount.Requirements() }
    _ = world.stripe.takeDeliveries()  // the pass must find it by itself
    #expect(try KYCPass(process.engine).run().released == 1)
    try process.engine.drain()
    #expect(try process.mapping()?.isIgnored == false)
    #expect(try process.transfer("O-1-A")?.status != .ignored)
    #expect(
      try process.actions() == ["shop set aside for KYC", "shop no longer set aside for KYC"])
  }

  @Test("a shop that the operator ignores stays ignored, whatever its account says (M5)")
  func operatorsFlag() throws {
    let world = try world()
    let account = try world.addSeller(1)
    try world.setIgnored(shop: 1, true)
    world.stripe.requireMore(account)
    let process = try world.start()
    _ = try KYCPass(process.engine).run()
    world.stripe.updateAccount(account) { $0.requirements = SandboxAccount.Requirements() }
    _ = try KYCPass(process.engine).run()
    #expect(try process.mapping()?.isIgnoredForKYC == false)
    #expect(try process.mapping()?.isIgnored == true)
  }

  @Test("with updates on, direct links: onboarding link and status, later login link (K2)")
  func writesDirect() throws {
    let world = try world(.direct, writes: true)
    let account = try world.addSeller(1)
    world.stripe.requireMore(account)
    let process = try world.start()
    let bodies = Monitor<[String]>([])
    process.transport.beforeRequest { call, _, body in
      if call == "POST /v1/account_links" { bodies.withLock { $0.append(body) } }
      return .goOn
    }
    for _ in 1...2 {
      _ = try KYCPass(process.engine).run()
      try process.engine.drain()
    }
    #expect(world.kyc() == "PENDING_SUBMISSION")
    #expect(world.field() == world.stripe.links.last)
    #expect(world.mirakl.shopUpdateCounts == [1: 1])  // one entry, once
    let form = try #require(bodies.withLock { $0 }.first)
    #expect(form.contains("refresh_url=https%3A%2F%2Fdashboard.stripe.com"))
    #expect(form.contains("return_url=https%3A%2F%2Fdashboard.stripe.com"))
    world.stripe.updateAccount(account) { $0.requirements = SandboxAccount.Requirements() }
    _ = world.stripe.takeDeliveries()
    _ = try KYCPass(process.engine).run()
    try process.engine.drain()
    #expect(world.kyc() == "APPROVED")
    #expect(world.field()?.contains("/express/") == true)
    #expect(world.mirakl.shopUpdateCounts == [1: 2])
  }

  @Test("with updates on, stable links: the field holds our link for both cases (O2, K2)")
  func writesStable() throws {
    let world = try world(writes: true)
    let account = try world.addSeller(1)
    world.stripe.requireMore(account)
    let process = try world.start()
    _ = try KYCPass(process.engine).run()
    try process.engine.drain()
    let link = try #require(world.field())
    #expect(link.hasPrefix("https://pay.test/api/public/onboarding/refresh?token="))
    #expect(world.kyc() == "PENDING_SUBMISSION")
    #expect(world.stripe.links.isEmpty)
    world.stripe.updateAccount(account) { $0.requirements = SandboxAccount.Requirements() }
    _ = world.stripe.takeDeliveries()
    _ = try KYCPass(process.engine).run()
    try process.engine.drain()
    #expect(world.field() == link)
    #expect(world.kyc() == "APPROVED")
  }

  @Test("a mapped account that Stripe's list does not hold is asked for, and missing if gone (Q7)")
  func missing() throws {
    let world = try world()
    try world.addSeller(1)
    world.addNewShop(2)
    try world.map(shop: 2, to: "acct_gone")
    let process = try world.start()
    let report = try KYCPass(process.engine).run()
    #expect(report.read == 1)
    #expect(report.missing == [.of("acct_gone")])
    #expect(try process.mapping(2)?.isIgnored == false)
  }

  @Test("Stripe not answering at all fails the pass and changes nothing (Q8)")
  func stripeDown() throws {
    let world = try world()
    try world.addSeller(1)
    let process = try world.start()
    process.transport.before { _ in .fail(.notSent("connection refused")) }
    #expect(throws: PassFailure.self) { try KYCPass(process.engine).run() }
    #expect(try process.mapping()?.isIgnored == false)
  }
}
