import HTTPFormat
import Sandbox
import Testing

@Test("Only the one credential is let in", arguments: [nil, "wrong", "Bearer \(MiraklWorld.key)"])
func credentials(key: String?) {
  let answer = MiraklWorld().get("/api/orders", key: key)
  #expect(answer.status == 401)
  #expect(answer["message"]?.text == "Unauthorized")
}

@Test(
  "Other paths and methods are 404",
  arguments: [("GET", "/api/nothing"), ("DELETE", "/api/shops")])
func unknownPaths(method: String, path: String) {
  let world = MiraklWorld()
  #expect(world.get(path, method: method).status == 404)
  #expect(world.mirakl.requestCounts == ["unknown": 1])
}

@Test("Shops are listed by name, with their custom fields as texts")
func shops() {
  let world = MiraklWorld()
  world.mirakl.addShop(
    SandboxShop(
      id: 2, name: "Atelier Boréal", fields: ["stripe-ignored": "false", "stripe-url": "https://x"]
    ))
  world.mirakl.addShop(SandboxShop(id: 1, name: "Zinc", state: "CLOSE", currency: "USD"))
  world.mirakl.addShop(SandboxShop(id: 3, name: "Massage", domains: ["SERVICE"]))
  func ids(_ query: String) -> [Int64] {
    world.get("/api/shops?\(query)")["shops"]?.elements.compactMap { $0["shop_id"]?.integer } ?? []
  }
  #expect(ids("") == [2, 1], "product shops only")
  #expect(ids("domains=PRODUCT,SERVICE") == [2, 3, 1])
  #expect(ids("shop_ids=1,2,9") == [2, 1])
  #expect(ids("state=CLOSE") == [1])
  let answer = world.get("/api/shops?shop_ids=2")
  #expect(answer["total_count"]?.integer == 1)
  #expect(answer["shops.0.shop_name"]?.text == "Atelier Boréal")
  #expect(
    answer["shops.0.shop_additional_fields"]
      == [
        ["code": "stripe-ignored", "type": "BOOLEAN", "value": "false"],
        ["code": "stripe-url", "type": "LINK", "value": "https://x"],
      ])
  world.pass(ms: 60_000)
  #expect(world.mirakl.updateShop(1) { $0.state = "OPEN" })
  #expect(ids("updated_since=2026-01-15T10:00:30Z") == [1])
  #expect(world.mirakl.shops.map(\.id) == [1, 2, 3])
  let many = (0...100).map(String.init).joined(separator: ",")
  #expect(world.get("/api/shops?shop_ids=\(many)").status == 400)
  #expect(world.get("/api/shops?name=x").status == 400)
  let page = world.get("/api/shops?max=1&offset=1&domains=PRODUCT,SERVICE")
  #expect(page["shops.0.shop_id"]?.integer == 3)
  #expect(page.link("next")?.hasSuffix("/api/shops?domains=PRODUCT,SERVICE&offset=2&max=1") == true)
  #expect(page.link("previous")?.hasSuffix("offset=0&max=1") == true)
}

@Test("An order shows its shop's name")
func shopName() {
  let world = MiraklWorld()
  world.mirakl.addShop(SandboxShop(id: 2_043, name: "Atelier Boréal"))
  world.mirakl.addOrder(.make("A-A"))
  world.mirakl.addOrder(.make("A-B", shop: 9))
  let answer = world.get("/api/orders")
  #expect(answer["orders.0.shop_name"]?.text == "Atelier Boréal")
  #expect(answer["orders.1.shop_id"]?.integer == 9)
}

@Test("The platform has a version and custom fields")
func platform() {
  let world = MiraklWorld()
  world.mirakl.addShopField(code: "stripe-url", type: "LINK")
  #expect(world.get("/api/version")["version"]?.text != nil)
  let fields = world.get("/api/additional_fields?entities=SHOP")
  #expect(fields["additional_fields.0.code"]?.text == "stripe-url")
  #expect(fields["additional_fields.0.type"]?.text == "LINK")
  let others = world.get("/api/additional_fields?entities=ORDER")
  #expect(others["additional_fields"]?.elements.isEmpty == true)
}

@Test("Past its budget an operation says how long to wait (Q9)")
func budget() {
  let world = MiraklWorld()
  world.mirakl.setBudget(operation: "GET /api/orders", perMinute: 2)
  #expect(world.get("/api/orders").status == 200)
  world.pass(ms: 20_500)
  #expect(world.get("/api/orders").status == 200)
  let refused = world.get("/api/orders")
  #expect(refused.status == 429)
  #expect(refused.headers["Retry-After"] == "40")
  #expect(world.get("/api/shops").status == 200, "another operation")
  world.pass(ms: 39_500)
  #expect(world.get("/api/orders").status == 200)
  _ = world.get("/api/orders")
  #expect(world.get("/api/orders").status == 429)
  world.mirakl.setBudget(operation: "GET /api/orders", perMinute: nil)
  #expect(world.get("/api/orders").status == 200)
}

@Test(
  "Faults are played",
  arguments: [
    (FaultPlan.Fault.hangUpBefore, 0, nil), (.hangUpAfter, 0, nil), (.throttled, 429, "1"),
    (.throttledSilently, 429, nil), (.errorBefore, 500, nil), (.errorAfter, 500, nil),
    (.conflict, 200, nil),
  ])
func faults(fault: FaultPlan.Fault, status: Int, wait: String?) {
  let faults = FaultPlan.none()
  let world = MiraklWorld(faults: faults)
  faults.inject(fault, operation: "GET /api/orders")
  #expect(world.get("/api/shops").status == 200)
  let answer = world.get("/api/orders")
  #expect(answer.status == status)
  #expect(answer.headers["Retry-After"] == wait)
  #expect(world.get("/api/orders").status == 200)
  #expect(faults.counts[fault] ?? 0 == (fault == .conflict ? 0 : 1))
}

@Test("The clock shows in the Date header where that is asked for")
func dates() {
  let plain = MiraklWorld().get("/api/version")
  #expect(plain.headers["Date"] == nil)
  let dated = MiraklSandbox(apiKey: "k", sendsDate: true, nowMs: { 784_887_151_000 })
  let request = Request(method: "GET", path: "/api/version", headers: ["Authorization": "k"])
  guard case .response(let response) = dated.handle(request) else {
    Issue.record("hung up")
    return
  }
  #expect(response.headers["Date"] == "Tue, 15 Nov 1994 08:12:31 GMT")
}

@Test("The state can be looked at without a key")
func control() throws {
  let mirakl = MiraklWorld()
  mirakl.mirakl.addOrder(.make("A-A"))
  let orders = mirakl.get("/_sandbox/orders", key: nil)
  #expect(
    orders.json == [["order_id": "A-A", "shop_id": 2_043, "order_state": "SHIPPING"]])
  #expect(mirakl.get("/_sandbox/other", key: nil).status == 404)
  #expect(mirakl.get("/_sandbox/orders", method: "POST").status == 405)
  let stripe = StripeWorld()
  stripe.stripe.createCharge(NewCharge(amount: 7, currency: "eur"))
  let balances = stripe.call("GET", "/_sandbox/balances", headers: ["Authorization": ""])
  #expect(balances["\(stripe.stripe.platformID).eur.pending"]?.integer == 7)
  #expect(stripe.call("GET", "/_sandbox/charges")["0.amount"]?.integer == 7)
  #expect(stripe.call("GET", "/_sandbox/transfers").json == [])
  #expect(stripe.call("GET", "/_sandbox/requests").json == [:])
}
