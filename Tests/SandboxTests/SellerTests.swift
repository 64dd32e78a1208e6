import Sandbox
import Testing

@Suite struct SellerTests {
  private func account(_ world: StripeWorld) -> String {
    world.call("POST", "/v1/accounts", "type=express&metadata[miraklShopId]=7", key: "k").id ?? ""
  }

  @Test("account links are fresh each time, live five minutes, and want both addresses")
  func accountLinks() {
    let world = StripeWorld()
    let id = account(world)
    let form =
      "account=\(id)&type=account_onboarding&refresh_url=https%3A%2F%2Fa.test"
      + "&return_url=https%3A%2F%2Fb.test"
    let first = world.call("POST", "/v1/account_links", form)
    let second = world.call("POST", "/v1/account_links", form)
    #expect(first["url"]?.text?.hasPrefix("https://connect.stripe.com/setup/e/\(id)/") == true)
    #expect(first["url"] != second["url"])
    #expect(
      (first["expires_at"]?.integer ?? 0) - (first["created"]?.integer ?? 0) == 300)
    #expect(world.stripe.links.count == 2)
    let bare = world.call("POST", "/v1/account_links", "account=\(id)&type=account_onboarding")
    #expect(bare.status == 400 && bare.code == "parameter_missing")
    let update = world.call(
      "POST", "/v1/account_links",
      "account=\(id)&type=account_update&refresh_url=https%3A%2F%2Fa&return_url=https%3A%2F%2Fb")
    #expect(update.status == 400)
    #expect(world.call("POST", "/v1/account_links", "account=acct_9&type=x").status == 403)
  }

  @Test("a login link is there only after the details")
  func loginLinks() {
    let world = StripeWorld()
    let id = account(world)
    #expect(world.call("POST", "/v1/accounts/\(id)/login_links").status == 400)
    world.stripe.completeOnboarding(id)
    let answer = world.call("POST", "/v1/accounts/\(id)/login_links")
    #expect(answer["url"]?.text?.hasPrefix("https://connect.stripe.com/express/\(id)/") == true)
  }

  @Test(
    "what Stripe refuses of a profile",
    arguments: [
      ("business_profile[url]=no+url", "business_profile[url]", "url_invalid"),
      ("business_profile[support_email]=x", "business_profile[support_email]", "email_invalid"),
      ("business_profile[support_phone]=ask", "business_profile[support_phone]", nil),
    ])
  func profile(form: String, parameter: String, code: String?) {
    let world = StripeWorld()
    let answer = world.call("POST", "/v1/accounts", "type=express&\(form)", key: "k")
    #expect(answer.status == 400)
    #expect(answer["error.param"]?.text == parameter)
    #expect(answer.code == code)
    #expect(world.stripe.accounts.isEmpty)
  }

  @Test("what sellers and examiners do sends the events of the account")
  func events() {
    let world = StripeWorld(endpoints: [
      WebhookEndpoint(url: "/sellers", secret: "whsec_1", connect: true)
    ])
    let id = account(world)
    func types(_ act: () -> Void) -> [String] {
      act()
      return world.stripe.takeDeliveries().map(\.eventType)
    }
    #expect(
      types { world.stripe.completeOnboarding(id) } == ["account.updated", "capability.updated"])
    #expect(world.stripe.accounts.first?.payoutInterval == "daily")  // as it was made
    #expect(types { world.stripe.requireMore(id) } == ["account.updated"])
    #expect(
      types { world.stripe.requireMore(id, isPastDue: true) }
        == ["account.updated", "capability.updated"])
    #expect(types { world.stripe.reviewAccount(id) } == ["account.updated"])
    #expect(types { world.stripe.rejectAccount(id) } == ["account.updated"])
    #expect(types { world.stripe.changeBankAccount(id) } == ["account.external_account.updated"])
    let account = world.stripe.accounts.first
    #expect(account?.requirements.disabledReason == "rejected.fraud")
    #expect(account?.payoutsEnabled == false)
  }
}

@Suite struct MiraklShopUpdateTests {
  private func put(_ world: MiraklWorld, _ body: String) -> Answer {
    world.send("PUT", "/api/shops", body)
  }

  @Test("S07 changes what it names, erases a field without a value, and refuses single shops")
  func updates() {
    let world = MiraklWorld()
    world.mirakl.addShopField(code: "stripe-url", type: "LINK")
    for id in Int64(1)...3 {
      world.mirakl.addShop(SandboxShop(id: id, name: "S\(id)", fields: ["a": "1", "b": "2"]))
    }
    world.mirakl.refuseUpdates(ofShop: 3, "locked")
    world.pass(ms: 60_000)
    let answer = put(
      world,
      #"""
      {"shops":[{"shop_id":1,"kyc":{"status":"APPROVED"},"shop_additional_fields":[
      {"code":"a"},{"code":"stripe-url","value":"https://x"}]},
      {"shop_id":2,"shop_additional_fields":[{"code":"stripe-url","value":"no link"}]},
      {"shop_id":3},{"shop_id":9}]}
      """#)
    #expect(answer.status == 200)
    #expect(answer["shop_returns.0.shop_updated.kyc.status"]?.text == "APPROVED")
    for (index, id) in [(1, 2), (2, 3), (3, 9)] {
      let error = "shop_returns.\(index).shop_error"
      #expect(answer["\(error).input.shop_id"]?.integer == Int64(id))
      #expect(answer["\(error).errors.0.message"]?.text != nil)
    }
    let shop = world.mirakl.shops.first
    #expect(shop?.fields == ["b": "2", "stripe-url": "https://x"])
    #expect(world.mirakl.shopUpdateCounts == [1: 1])
    let changed = world.get("/api/shops?updated_since=2026-01-15T10%3A00%3A30Z")
    #expect(changed["shops"]?.elements.compactMap { $0["shop_id"]?.integer } == [1])
  }

  @Test("S07 takes a hundred shops, and JSON only")
  func limits() {
    let world = MiraklWorld()
    let shops = (1...101).map { #"{"shop_id":\#($0)}"# }.joined(separator: ",")
    #expect(put(world, #"{"shops":[\#(shops)]}"#).status == 400)
    #expect(put(world, "shop_id=1").status == 400)
    #expect(put(world, #"{"shops":[{}]}"#).status == 400)
  }
}
