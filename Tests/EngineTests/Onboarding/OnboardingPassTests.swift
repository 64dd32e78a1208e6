import Decisions
import Domain
import Engine
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@Suite struct OnboardingPassTests {
  @Test("a new shop gets one account, a mapping and the stable link (Q11, O2)")
  func newShop() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    let report = try process.onboard()
    #expect(report.read == 1 && report.queued == 1)
    let account = try #require(world.accounts().first)
    #expect(world.stripe.accounts.count == 1)
    #expect(account.type == "express")
    #expect(account.payoutInterval == "manual")
    #expect(!account.debitNegativeBalances)
    #expect(account.metadata["pluginName"] == "MiraklConnector")
    #expect(account.metadata["operation"] == "account/shop/1")
    #expect(account.businessType == nil)
    let mapping = try #require(try process.mapping())
    #expect(mapping.accountID.rawValue == account.id)
    let token = try #require(mapping.onboardingToken)
    #expect(token.utf8.count == 64)
    #expect(
      world.field() == "https://pay.test/api/public/onboarding/refresh?token=\(token)")
    #expect(try process.onboarding()?.isOpen == false)
    #expect(world.stripe.links.isEmpty)  // minted at the click, not before
    try process.onboard()
    try process.onboard()
    #expect(world.stripe.accounts.count == 1)
    #expect(world.mirakl.shopUpdateCounts == [1: 1])
  }

  @Test("with direct links the field gets a raw account link; the token stays in the mapping (O2)")
  func direct() throws {
    let world = try World.ofSellers(.direct)
    world.addNewShop()
    let process = try world.start()
    try process.onboard()
    #expect(world.field() == world.stripe.links.first)
    #expect(world.stripe.links.count == 1)
    #expect(try process.mapping()?.onboardingToken != nil)
  }

  @Test("ignored and closed shops get nothing; a suspended one is onboarded (O4)")
  func excluded() throws {
    let world = try World.ofSellers()
    world.addNewShop(1) { $0.fields["stripe-ignored"] = "true" }
    world.addNewShop(2) { $0.state = "CLOSE" }
    world.addNewShop(3) { $0.state = "TERMINATED" }
    world.addNewShop(4) { $0.state = "SUSPENDED" }
    let process = try world.start()
    try process.onboard()
    #expect(world.stripe.accounts.map { $0.metadata["miraklShopId"] } == ["4"])
    #expect(world.mirakl.shopUpdateCounts == [4: 1])
  }

  @Test("a shop that is ignored between the pass and its work gets no account (Q6, O4)")
  func ignoredMeanwhile() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    _ = try OnboardingPass(process.engine).run()
    world.mirakl.updateShop(1) { $0.fields["stripe-ignored"] = "true" }
    world.clock.advance(byMs: 301_000)
    try process.engine.drain()
    #expect(world.stripe.accounts.isEmpty)
    #expect(try process.onboarding()?.isOpen == false)
  }

  @Test("the ignore field is followed both ways, and un-ignoring looks at what was held (M5)")
  func ignoreFlag() throws {
    let world = try World.ofSellers()
    try world.addShop()
    world.mirakl.updateShop(1) { $0.fields = ["stripe-ignored": "true", "stripe-url": "x"] }
    world.addOrder()
    world.pay()
    let process = try world.start()
    try process.onboard()
    #expect(try process.mapping()?.isIgnoredByOperator == true)
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .ignored)
    world.clock.advance(byMs: 60_000)
    world.mirakl.updateShop(1) { $0.fields["stripe-ignored"] = "false" }
    try process.onboard()
    #expect(try process.mapping()?.isIgnored == false)
    #expect(try process.transfer("O-1-A")?.status == .created)  // without another split pass
    #expect(try process.actions() == ["shop ignored", "shop no longer ignored"])
  }

  @Test("an order that waited for its shop is paid once the shop has its account (M5)")
  func heldOrder() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    world.addOrder()
    world.pay()
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    try process.onboard()
    let account = try #require(world.accounts().first?.id)
    world.stripe.completeOnboarding(account)
    try process.hear()
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("an account that names the shop is taken over instead of a second one (Q11)")
  func adopts() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let account = world.stripe.createAccount(metadata: ["miraklShopId": "1"]) {
      $0.payoutInterval = "daily"
    }
    for number in 2...250 {
      world.stripe.createAccount(metadata: ["miraklShopId": String(number + 1_000)])
    }
    let process = try world.start()
    try process.onboard()
    #expect(try process.mapping()?.accountID.rawValue == account)
    #expect(try process.mapping()?.transfersActive == true)
    #expect(world.stripe.accounts.count == 250)
    #expect(world.accounts().first?.payoutInterval == "manual")
    #expect(process.transport.count("GET /v1/accounts") == 3)
  }

  @Test("the list of accounts is read once, and then only what is new (Q11, B1)")
  func directory() throws {
    let world = try World.ofSellers()
    for number in 1...250 {
      world.stripe.createAccount(metadata: ["miraklShopId": String(number + 1_000)])
    }
    world.clock.advance(byMs: 86_400_000)
    for shop in Int64(1)...20 { world.addNewShop(shop) }
    let process = try world.start()
    try process.onboard()
    #expect(world.stripe.accounts.count == 270)
    // Three pages until a newer account is there; then one page for each further shop.
    #expect(process.transport.count("GET /v1/accounts") <= 3 + 3 + 18)
    #expect(process.transport.count("PUT /api/shops") == 1)  // twenty links in one call
  }

  @Test("killed at any boundary and started again: one account, mapped and linked (Q2, Q11)")
  func killedAnywhere() throws {
    var number = 0
    while true {
      number += 1
      let world = try World.ofSellers()
      world.addNewShop()
      let first = try world.start()
      first.life.kill(atBoundary: number)
      do { try first.onboard() } catch {}
      if first.life.isAlive { break }
      let second = try world.start()
      for _ in 1...3 {
        world.clock.advance(byMs: 200_000)
        try second.onboard()
      }
      #expect(world.stripe.accounts.count == 1, "killed at boundary \(number)")
      #expect(try second.mapping()?.accountID.rawValue == world.stripe.accounts.first?.id)
      #expect(world.field()?.hasPrefix("https://pay.test/") == true, "boundary \(number)")
      #expect(try second.onboarding()?.isOpen == false)
    }
    #expect(number > 12)
  }

  @Test("killed after the account was made, and started two days later: one account (Q3, Q11)")
  func killedLongAgo() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let first = try world.start()
    first.transport.after { [life = first.life] call in
      if call == "POST /v1/accounts" { life.kill() }
      return .goOn
    }
    do { try first.onboard() } catch {}
    #expect(world.stripe.accounts.count == 1)
    world.clock.advance(byMs: 172_800_000)  // Stripe has forgotten the key
    let second = try world.start()
    try second.onboard()
    #expect(world.stripe.accounts.count == 1)
    #expect(try second.mapping()?.accountID.rawValue == world.stripe.accounts.first?.id)
  }

  @Test("a lost answer makes no second account (Q3, Q11)")
  func lostAnswer() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    world.stripe.faults.inject(.hangUpAfter, operation: "POST /v1/accounts")
    let process = try world.start()
    try process.onboard()
    #expect(world.stripe.accounts.count == 1)
    #expect(try process.mapping() != nil)
  }

  @Test("what happened to an account before it was mapped is read when it is mapped (P3, Q5)")
  func eventBeforeMapping() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    process.transport.after { [world] call in
      guard call == "POST /v1/accounts",
        world.stripe.accounts.first?.payoutsEnabled == false
      else { return .goOn }
      // The answer is lost; the seller is quick, and the event comes before the mapping.
      for account in world.stripe.accounts { world.stripe.completeOnboarding(account.id) }
      process.receiveAll()
      return .fail(.unknown("the answer was lost"))
    }
    try process.onboard()
    #expect(try process.mapping()?.payoutEnabled == true)
  }

  @Test("two processes that onboard the same shop at the same moment make one account (Q4, Q11)")
  func twoProcesses() throws {
    let folder = TemporaryFolder()
    let path = folder.file("two.db")
    let world = try World(path: path) { settings in
      settings.onboarding.links.publicURL = World.publicURL
    }
    world.addNewShop()
    let first = try world.start()
    let second = try world.start(database: SQLiteDatabase(path: path, mode: .inline))
    first.transport.before { call in
      // In the middle of the first one's call the second makes its whole pass.
      if call == "POST /v1/accounts" { _ = try? second.onboard() }
      return .goOn
    }
    try first.onboard()
    try second.onboard()
    #expect(world.stripe.accounts.count == 1)
    #expect(try first.mapping() == second.mapping())
    #expect(world.field()?.contains(try first.mapping()?.onboardingToken ?? "-") == true)
  }

  @Test("the checkpoint never passes a shop whose account failed; the others go on (O1, Q7)")
  func failedAccount() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    let failedMs = world.clock.nowMs
    world.addNewShop(2)
    let process = try world.start()
    let isFailing = Monitor(true)
    let asked = Monitor<[String]>([])
    process.transport.beforeRequest { call, query, body in
      if query.contains("updated_since") { asked.withLock { $0.append(query) } }
      let isFirst = call == "POST /v1/accounts" && body.contains("miraklShopId]=1&")
      guard isFirst, isFailing.withLock({ $0 }) else { return .goOn }
      return .answer(
        status: 400, json: #"{"error":{"type":"invalid_request_error","message":"not now"}}"#)
    }
    // Newer shops come and are onboarded; the one that failed is asked for all the same.
    for day in Int64(0)...2 {
      try process.onboard()
      #expect(try process.onboarding(1)?.reason?.contains("not now") == true)
      world.clock.advance(byMs: 86_400_000)
      world.addNewShop(3 + day)
    }
    isFailing.withLock { $0 = false }
    try process.onboard()
    #expect(world.stripe.accounts.count == 5)
    let earliest = FormBody.encode(Timestamp.formatSeconds(ms: failedMs - 600_000))
    #expect(asked.withLock { $0.count { $0.contains(earliest) } } == 3)
    // In order now: the next pass begins where the newest shop was.
    try process.onboard()
    let newest = FormBody.encode(
      Timestamp.formatSeconds(ms: world.clock.nowMs - 600_000))
    #expect(asked.withLock { $0.last?.contains(newest) } == true)
    #expect(try process.store.read { try $0.oldestOpenShopMs() } == nil)
  }

  @Test("the checkpoint never passes a shop whose link failed (O1, K2)")
  func failedLink() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    world.addNewShop(2)
    world.mirakl.refuseUpdates(ofShop: 1, "no such field")
    let process = try world.start()
    try process.onboard()
    #expect(world.field(1) == nil)
    #expect(world.field(2) != nil)
    #expect(try process.onboarding(1)?.reason?.contains("no such field") == true)
    #expect(try process.store.read { try $0.oldestOpenShopMs() } != nil)
    world.mirakl.refuseUpdates(ofShop: 1, nil)
    world.clock.advance(byMs: 600_000)
    try process.onboard()
    #expect(world.field(1) != nil)
    #expect(try process.store.read { try $0.oldestOpenShopMs() } == nil)
    #expect(world.mirakl.shopUpdateCounts == [1: 1, 2: 1])
  }

  @Test("a link whose answer was lost is read back before it is written again (B2)")
  func lostLink() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    world.mirakl.faults.inject(.hangUpAfter, operation: "PUT /api/shops")
    let process = try world.start()
    try process.onboard()
    #expect(world.mirakl.shopUpdateCounts == [1: 1])
    #expect(try process.onboarding()?.isOpen == false)
  }

  @Test("a prefill that Stripe refuses is left out, piece by piece (O5)")
  func prefill() throws {
    let world = try World.ofSellers(prefills: true)
    world.addNewShop(1) {
      $0.webSite = "no url"
      $0.phone = "ask for Hugo"
    }
    world.addNewShop(2) { $0.webSite = "https://shop.example" }
    let process = try world.start()
    try process.onboard()
    #expect(world.stripe.accounts.count == 2)
    let first = try #require(world.accounts(of: 1).first)
    #expect(first.businessProfile == ["name": "Shop 1", "support_email": "shop-1@example.org"])
    #expect(first.businessType == "company")
    #expect(world.accounts(of: 2).first?.businessProfile["url"] == "https://shop.example")
  }

  @Test("a shop that cannot be read is tried again and stops nobody (Q7)")
  func unreadable() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    let process = try world.start()
    process.transport.before { call in
      guard call == "GET /api/shops" else { return .goOn }
      return .answer(
        status: 200,
        json: #"""
          {"shops":[{"shop_id":7,"last_updated_date":"yesterday"},{"shop_id":1,"shop_name":"S",
          "shop_state":"OPEN","last_updated_date":"2025-11-24T16:00:00Z"}],"total_count":2}
          """#)
    }
    let report = try process.onboard()
    #expect(report.unreadable == 1 && report.read == 1)
    #expect(world.accounts(of: 1).count == 1)
    world.addNewShop(7)
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.onboard()
    #expect(world.accounts(of: 7).count == 1)
  }

  @Test(
    "switched off it makes nothing, but follows the ignore field; later all shops are seen (M5)")
  func switchedOff() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    try world.addShop(2)
    world.mirakl.updateShop(2) { $0.fields = ["stripe-ignored": "true"] }
    let off = try world.start { $0.onboarding.policy.isEnabled = false }
    try off.onboard()
    #expect(world.accounts(of: 1).isEmpty)
    #expect(world.mirakl.shopUpdateCounts.isEmpty)
    #expect(try off.mapping(2)?.isIgnored == true)
    world.clock.advance(byMs: 86_400_000)
    try world.start().onboard()
    #expect(world.accounts(of: 1).count == 1)
  }

  @Test("a refused key pauses and ends nothing: everything is made once it is accepted (Q8)")
  func refusedKey() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    process.transport.before { call in
      call.contains("/v1/")
        ? .answer(status: 401, json: #"{"error":{"message":"Invalid API Key"}}"#) : .goOn
    }
    try process.onboard()
    #expect(world.stripe.accounts.isEmpty)
    #expect(try process.circuit(.stripe) != nil)
    process.transport.before(nil)
    world.clock.advance(byMs: 60_000)
    try process.onboard()
    #expect(world.stripe.accounts.count == 1)
  }

  @Test("a shop that is closed or ignored while its link waits gets no link any more (O4, Q6)")
  func closedMeanwhile() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    world.addNewShop(2)
    for shop in Int64(1)...2 { world.mirakl.refuseUpdates(ofShop: shop, "locked") }
    let process = try world.start()
    try process.onboard()
    world.mirakl.updateShop(1) { $0.state = "CLOSE" }
    world.mirakl.updateShop(2) { $0.fields["stripe-ignored"] = "true" }
    for shop in Int64(1)...2 { world.mirakl.refuseUpdates(ofShop: shop, nil) }
    world.clock.advance(byMs: 600_000)
    try process.onboard()
    #expect(world.field(1) == nil && world.field(2) == nil)
    #expect(try process.store.read { try $0.oldestOpenShopMs() } == nil)
  }

  @Test("a shop that Stripe never takes costs ever fewer calls, and is taken in the end (Q9)")
  func refusedForLong() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    process.transport.before { call in
      call == "POST /v1/accounts"
        ? .answer(status: 400, json: #"{"error":{"message":"not here"}}"#) : .goOn
    }
    for _ in 1...600 {
      try process.onboard()
      world.clock.advance(byMs: 60_000)
    }
    #expect((10...25).contains(process.transport.count("POST /v1/accounts")))
    process.transport.before(nil)
    world.clock.advance(byMs: 3_600_000)
    try process.onboard()
    #expect(world.stripe.accounts.count == 1)
  }

  @Test("a key that may make no links pauses nothing else (Q8)")
  func restrictedKey() throws {
    let world = try World.ofSellers(.direct)
    world.addNewShop()
    let process = try world.start()
    process.transport.before { call in
      call == "POST /v1/account_links"
        ? .answer(status: 403, json: #"{"error":{"message":"the key lacks permissions"}}"#)
        : .goOn
    }
    try process.onboard()
    #expect(try process.circuit(.stripe) == nil)
    #expect(try process.onboarding()?.reason?.contains("lacks permissions") == true)
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.onboard()
    #expect(world.field() == world.stripe.links.last)
  }

  @Test("a mapping that was deleted comes back with the same account, not with a second (Q11)")
  func deletedMapping() throws {
    let world = try World.ofSellers()
    world.addNewShop()
    let process = try world.start()
    try process.onboard()
    let before = try #require(try process.mapping())
    try process.store.write { _ = try $0.deleteMapping(id: before.id) }
    world.mirakl.updateShop(1) { $0.name = "New name" }
    try process.onboard()
    #expect(try process.mapping()?.accountID == before.accountID)
    #expect(world.stripe.accounts.count == 1)
  }

  @Test("links and tokens never reach the log, nor a reason or the history of calls (O3)")
  func nothingIsLogged() throws {
    for mode in OnboardingLinks.Mode.allCases {
      let world = try World.ofSellers(mode)
      world.addNewShop(1)
      world.addNewShop(2)
      let process = try world.start()
      // Mirakl repeats what it refuses, in a per-shop error and in an error of the whole call.
      let isWhole = Monitor(false)
      process.transport.beforeRequest { call, _, body in
        guard call == "PUT /api/shops" else { return .goOn }
        let isWhole = isWhole.withLock { flag in
          flag.toggle()
          return flag
        }
        let echo = body.filter { $0 != "\"" && $0 != "\\" }
        return isWhole
          ? .answer(status: 400, json: #"{"message":"bad: \#(echo)"}"#)
          : .answer(
            status: 200,
            json: #"""
              {"shop_returns":[{"shop_error":{"errors":[{"code":"X","message":"bad \#(echo)"}],
              "input":{"shop_id":1}}}]}
              """#)
      }
      try process.onboard()
      world.clock.advance(byMs: 300_000)
      try process.onboard()
      let tokens = try [1, 2].compactMap { try process.mapping($0)?.onboardingToken }
      #expect(tokens.count == 2)
      let calls = try process.store.read { transaction in
        try [1, 2].flatMap { try transaction.calls(record: "shop/\($0)").map(\.outcome) }
      }
      let reasons = try [1, 2].compactMap { try process.onboarding($0)?.reason }
      #expect(reasons.contains { $0.contains("bad") })
      let told = ([world.log.text] + calls + reasons + (try process.actions()))
        .joined(separator: "\n")
      for secret in tokens + world.stripe.links {
        #expect(!told.contains(secret), "\(mode)")
      }
      #expect(!told.contains("connect.stripe.com/setup/e/"))
    }
  }
}
