import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

/// A world with one onboarded shop whose seller has not been at Stripe yet.
private struct Seller {
  let world: World
  let process: SimulatedProcess
  let account: String

  init(
    _ mode: OnboardingLinks.Mode = .stable, _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws {
    world = try World.ofSellers(mode, adjust)
    world.addNewShop()
    process = try world.start()
    try process.onboard()
    account = world.accounts().first?.id ?? ""
  }

  /// Bodies of the notifications that arrived.
  var told: [String] { world.notifier.delivered }
  var writes: Int { world.mirakl.shopUpdateCounts[1] ?? 0 }
}

private let body =
  #"{"payload":{"miraklShopId":1,"stripeUserId":"ACCOUNT"},"type":"account.updated"}"#

@Suite struct ReadAccountHandlerTests {
  @Test("a finished onboarding has each effect once: flags, KYC status, notification (Q10, K1)")
  func completed() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)  // account.updated + capability.updated
    try seller.process.hear()
    let mapping = try #require(try seller.process.mapping())
    #expect(mapping.payoutEnabled && mapping.payinEnabled && mapping.transfersActive == true)
    #expect(mapping.disabledReason == nil)
    #expect(mapping.onboardingToken != nil)  // a stable link keeps its token
    #expect(seller.world.kyc() == "APPROVED")
    #expect(seller.told.map { $0.replacing(seller.account, with: "ACCOUNT") } == [body])
    #expect(seller.writes == 2)  // the link before, the status now
    try seller.process.onboard()
    #expect(seller.writes == 2)
  }

  @Test("one notification per event, whatever is delivered twice or comes together (Q10, P3)")
  func duplicates() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)
    seller.world.stripe.requireMore(seller.account)
    let deliveries = seller.world.stripe.takeDeliveries()
    #expect(deliveries.count { $0.eventType == "account.updated" } == 2)
    // In any order, each three times.
    for delivery in deliveries.reversed() + deliveries + deliveries {
      #expect(seller.process.receive(delivery) == 200)
    }
    try seller.process.engine.drain()
    #expect(seller.told.count == 2)
    #expect(seller.world.kyc() == "PENDING_SUBMISSION")  // the account as it is now
    for delivery in deliveries { seller.process.receive(delivery) }
    try seller.process.engine.drain()
    #expect(seller.told.count == 2)
    #expect(seller.writes == 2)
  }

  @Test("killed at any boundary and started again: each effect once (Q10, Q2)")
  func killedAnywhere() throws {
    var number = 0
    while true {
      number += 1
      let seller = try Seller()
      seller.world.stripe.completeOnboarding(seller.account)
      seller.process.receiveAll()
      seller.process.life.kill(atBoundary: number)
      do { try seller.process.engine.drain() } catch {}
      if seller.process.life.isAlive { break }
      let second = try seller.world.start()
      for _ in 1...3 {
        seller.world.clock.advance(byMs: 200_000)
        try second.engine.drain()
      }
      #expect(seller.world.kyc() == "APPROVED", "killed at boundary \(number)")
      #expect(seller.writes == 2, "killed at boundary \(number)")
      let notifications = try second.store.read { transaction in
        try (1...9).compactMap { try transaction.notification(id: $0) }
      }
      #expect(notifications.count == 1, "killed at boundary \(number)")
    }
    #expect(number > 8)
  }

  @Test("a status is written on change only (K2)")
  func onlyChanges() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    for number in 1...3 {
      seller.world.stripe.updateAccount(seller.account) { $0.metadata["n"] = String(number) }
      try seller.process.hear()
    }
    #expect(seller.told.count == 4)
    #expect(seller.writes == 2)
    seller.world.stripe.rejectAccount(seller.account)
    try seller.process.hear()
    #expect(seller.world.kyc() == "REFUSED")
    #expect(seller.writes == 3)
    #expect(try seller.process.mapping()?.disabledReason == "rejected.fraud")
  }

  @Test("a status that Mirakl refuses inside its 200 is tried again until it is taken (K2)")
  func refusedStatus() throws {
    let seller = try Seller()
    seller.world.mirakl.refuseUpdates(ofShop: 1, "kyc is locked")
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    #expect(seller.world.kyc() == "PENDING_SUBMISSION")
    let write = try seller.process.store.read { try $0.shopWrite(shop: ShopID(1)) }
    #expect(write?.failure?.contains("kyc is locked") == true)
    seller.world.mirakl.refuseUpdates(ofShop: 1, nil)
    seller.world.clock.advance(byMs: 400_000)
    try seller.process.engine.drain()
    #expect(seller.world.kyc() == "APPROVED")
    #expect(seller.told.count == 1)
  }

  @Test("with direct links the token goes and the field gets one login link per event (Q10, O2)")
  func direct() throws {
    let seller = try Seller(.direct)
    #expect(seller.world.stripe.links.count == 1)
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    #expect(seller.world.stripe.links.count == 2)
    #expect(seller.world.field() == seller.world.stripe.links.last)
    #expect(seller.world.field()?.contains("/express/") == true)
    #expect(seller.writes == 2)  // status and link in one entry
    #expect(seller.told.count == 1)
  }

  @Test("nothing follows while the details are not submitted, nor for an account of nobody")
  func nothing() throws {
    let seller = try Seller()
    seller.world.stripe.updateAccount(seller.account) { $0.metadata["a"] = "b" }
    let other = seller.world.stripe.createAccount()
    seller.world.stripe.updateAccount(other) { $0.metadata["a"] = "b" }
    try seller.process.hear()
    #expect(seller.told.isEmpty)
    #expect(seller.writes == 1)
    #expect(try seller.process.mapping()?.payoutEnabled == false)
    // Later events of the account tell nothing about the earlier ones.
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    #expect(seller.told.count == 1)
  }

  @Test("an event whose account is not the object's, or of the other mode, has no effect (P5, X2)")
  func foreign() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)
    _ = seller.world.stripe.takeDeliveries()
    func event(_ id: String, account: String?, endpoint: String, livemode: Bool) -> NewEvent {
      NewEvent(
        source: .stripe, endpoint: endpoint, externalID: id, type: "account.updated",
        objectID: seller.account, account: account, livemode: livemode, createdMs: 1, payload: [])
    }
    let events = [
      event("evt_1", account: "acct_other", endpoint: "sellers", livemode: false),
      event("evt_2", account: nil, endpoint: "operator", livemode: false),
      event("evt_3", account: seller.account, endpoint: "sellers", livemode: true),
    ]
    try seller.process.store.write { transaction in
      for event in events {
        _ = try transaction.appendEvent(event, nowMs: 1)
      }
    }
    try seller.process.engine.drain()
    #expect(seller.told.isEmpty)
    #expect(try seller.process.mapping()?.payoutEnabled == false)
  }

  @Test("a changed bank account or capability is read again, without a notification (P6)")
  func otherEvents() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)
    _ = seller.world.stripe.takeDeliveries()  // lost
    seller.world.stripe.changeBankAccount(seller.account)
    try seller.process.hear()
    #expect(try seller.process.mapping()?.transfersActive == true)
    #expect(seller.world.kyc() == "APPROVED")
    #expect(seller.told.isEmpty)
  }

  @Test("a seller who disconnects is marked, nothing is deleted, and a person is told (P6)")
  func deauthorized() throws {
    let seller = try Seller()
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    seller.world.stripe.updateAccount(seller.account) { $0.isDeauthorized = true }
    let deliveries = seller.world.stripe.takeDeliveries()
    for delivery in deliveries + deliveries { seller.process.receive(delivery) }
    try seller.process.engine.drain()
    let mapping = try #require(try seller.process.mapping())
    #expect(mapping.disabledReason == "deauthorized")
    #expect(mapping.transfersActive == false && !mapping.payoutEnabled && !mapping.payinEnabled)
    #expect(seller.told.count == 2)
    #expect(try seller.process.actions().count { $0 == "account deauthorized" } == 1)
    #expect(seller.world.log.text.contains("the seller has disconnected the platform"))
  }

  @Test("an account that Stripe does not show is marked only while it shows what it did (Q8)")
  func missingAccount() throws {
    let seller = try Seller()
    seller.world.pay()
    seller.world.stripe.completeOnboarding(seller.account)
    seller.process.transport.before { call in
      call.hasPrefix("GET /v1/accounts/acct") || call.hasPrefix("GET /v1/charges")
        ? .answer(
          status: call.contains("accounts") ? 403 : 404,
          json: #"""
            {"error":{"type":"invalid_request_error","message":"no access",
            "code":"\#(call.contains("accounts") ? "account_invalid" : "resource_missing")"}}
            """#) : .goOn
    }
    // The charge is known before Stripe forgets everything.
    let charge = seller.world.stripe.charges.first?.id ?? ""
    let nowMs = seller.world.clock.nowMs
    try seller.process.store.write { transaction in
      _ = try transaction.recordCharge(.make(id: charge), commercialID: nil, nowMs: nowMs)
    }
    try seller.process.hear()
    #expect(try seller.process.circuit(.stripe) != nil)
    #expect(try seller.process.mapping()?.disabledReason == nil)
    seller.process.transport.before { call in
      call.hasPrefix("GET /v1/accounts/acct")
        ? .answer(
          status: 403, json: #"{"error":{"message":"no access","code":"account_invalid"}}"#)
        : .goOn
    }
    seller.world.clock.advance(byMs: 400_000)
    try seller.process.engine.drain()
    #expect(try seller.process.mapping()?.disabledReason == "deauthorized")
  }

  @Test("when transfers become active again the shop's held orders are looked at (M5)")
  func heldWork() throws {
    let seller = try Seller()
    seller.world.addOrder()
    seller.world.pay()
    try seller.process.run()
    #expect(try seller.process.transfer("O-1-A")?.status == .onHold)
    seller.world.stripe.completeOnboarding(seller.account)
    try seller.process.hear()
    #expect(try seller.process.transfer("O-1-A")?.status == .created)
  }

  @Test("not strict: a working account with something due stays approved, with a warning (K1)")
  func notStrict() throws {
    let seller = try Seller { $0.onboarding.isStrict = false }
    seller.world.stripe.completeOnboarding(seller.account)
    seller.world.stripe.requireMore(seller.account)
    try seller.process.hear()
    #expect(seller.world.kyc() == "APPROVED")
    #expect(seller.world.log.text.contains("Stripe asks for something"))
  }
}
