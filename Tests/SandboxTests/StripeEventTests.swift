import HTTPFormat
import OpenSSL
import Sandbox
import Testing

private let own = WebhookEndpoint(
  url: "https://c.example/own", secret: "whsec_own", connect: false)
private let connect = WebhookEndpoint(
  url: "https://c.example/connect", secret: "whsec_connect", connect: true)

private func world() -> StripeWorld { StripeWorld(endpoints: [own, connect]) }

private func json(_ delivery: Delivery) -> JSONValue {
  (try? JSONValue(parsing: delivery.body)) ?? .null
}

/// Stripe's documented check, written out.
private func isSigned(_ delivery: Delivery, secret: String, nowSeconds: Int64) -> Bool {
  let items = (delivery.headers["Stripe-Signature"] ?? "").split(separator: ",").map {
    $0.split(separator: "=", maxSplits: 1).map(String.init)
  }
  guard let seconds = items.first(where: { $0[0] == "t" })?[1],
    let code = items.first(where: { $0[0] == "v1" })?[1]
  else { return false }
  let mac = HMACSHA256(secret: secret)
  return mac.hex(of: Array("\(seconds).".utf8), delivery.body) == code
    && Int64(seconds) == nowSeconds
}

@Test("Deliveries are signed when they are taken, each with its endpoint's secret")
func signatures() throws {
  let world = world()
  world.stripe.createCharge(NewCharge(amount: 100, currency: "eur"))
  world.pass(ms: 60_000)
  let deliveries = world.stripe.takeDeliveries()
  let first = try #require(deliveries.first)
  let now = StripeWorld.start / 1_000 + 60
  #expect(isSigned(first, secret: "whsec_own", nowSeconds: now))
  #expect(!isSigned(first, secret: "whsec_connect", nowSeconds: now))
  #expect(first.url == own.url)
  #expect(first.headers["Content-Type"] == "application/json; charset=utf-8")
  #expect(json(first)["created"]?.integer == StripeWorld.start / 1_000)
  var changed = first
  changed.body[changed.body.count - 2] ^= 1
  #expect(!isSigned(changed, secret: "whsec_own", nowSeconds: now))
  #expect(world.stripe.takeDeliveries().isEmpty, "taken once")
}

@Test("Events look as Stripe sends them: two spaces a level, ids where objects might be")
func eventText() throws {
  let world = world()
  let ids = world.stripe.createCharge(
    NewCharge(amount: 100, currency: "eur", metadata: ["order": "C-1"]))
  let delivery = try #require(world.stripe.takeDeliveries().first)
  let text = String(decoding: delivery.body, as: UTF8.self)
  #expect(text.hasPrefix("{\n  \"id\": \"evt_"))
  #expect(text.contains("\n  \"data\": {\n    \"object\": {\n      \"id\": \"\(ids.charge)\",\n"))
  let event = json(delivery)
  #expect(event["object"]?.text == "event")
  #expect(event["api_version"]?.text == "2026-08-26.dahlia")
  #expect(event["livemode"]?.flag == false)
  #expect(event["pending_webhooks"]?.integer == 1)
  #expect(event["account"] == nil)
  #expect(event["data"]?["object"]?["metadata"]?["order"]?.text == "C-1")
  #expect(event["data"]?["object"]?["payment_intent"]?.text == ids.paymentIntent)
  #expect(delivery.eventID == event["id"]?.text)
  #expect(delivery.eventType == event["type"]?.text)
}

@Test("Each happening brings Stripe's events")
func happenings() {
  let world = world()
  func types(_ body: () -> Void) -> [String] {
    body()
    return world.stripe.takeDeliveries().map(\.eventType)
  }
  var charge = ""
  func make(_ outcome: NewCharge.Outcome) {
    charge =
      world.stripe.createCharge(
        NewCharge(amount: 100, currency: "eur", outcome: outcome)
      ).charge
  }
  #expect(types { make(.captured) } == ["charge.succeeded", "payment_intent.succeeded"])
  #expect(
    types { _ = world.stripe.refundCharge(charge, amount: 40) }
      == ["refund.created", "charge.refunded"])
  #expect(
    types { _ = world.stripe.disputeCharge(charge) }
      == ["charge.dispute.created", "charge.dispute.funds_withdrawn"])
  #expect(types { world.stripe.settle(charge: charge) } == ["balance.available"])
  #expect(
    types { make(.authorized) }
      == ["charge.succeeded", "payment_intent.amount_capturable_updated"])
  #expect(
    types { world.stripe.captureCharge(charge) } == ["charge.captured", "payment_intent.succeeded"])
  #expect(types { make(.pending) } == ["charge.pending", "payment_intent.processing"])
  #expect(
    types { world.stripe.failCharge(charge) } == ["charge.failed", "payment_intent.payment_failed"])
  #expect(types { make(.failed) } == ["charge.failed", "payment_intent.payment_failed"])
  make(.authorized)
  _ = world.stripe.takeDeliveries()
  #expect(
    types { _ = world.stripe.refundCharge(charge) }
      == ["charge.refunded", "payment_intent.canceled"])
  let released = world.call("GET", "/v1/charges/\(charge)")
  #expect(released["refunded"]?.flag == true)
  #expect(released["captured"]?.flag == false)
}

@Test("Events of sellers go to the Connect endpoint, with what changed")
func connectEvents() throws {
  let world = world()
  let seller = world.stripe.createAccount { $0.payoutsEnabled = false }
  #expect(world.stripe.takeDeliveries().isEmpty)
  world.stripe.updateAccount(seller) { $0.payoutsEnabled = true }
  let delivery = try #require(world.stripe.takeDeliveries().first)
  #expect(delivery.url == connect.url)
  let event = json(delivery)
  #expect(event["type"]?.text == "account.updated")
  #expect(event["account"]?.text == seller)
  #expect(event["data"]?["object"]?["payouts_enabled"]?.flag == true)
  #expect(event["data"]?["previous_attributes"] == ["payouts_enabled": false])
  world.stripe.updateAccount(seller) { _ in }
  #expect(world.stripe.takeDeliveries().isEmpty, "nothing changed")
  world.stripe.updateAccount(seller) { $0.transfersCapability = "inactive" }
  #expect(
    world.stripe.takeDeliveries().map(\.eventType) == ["account.updated", "capability.updated"])
  world.stripe.updateAccount(seller) { $0.isDeauthorized = true }
  #expect(
    world.stripe.takeDeliveries().map(\.eventType) == ["account.application.deauthorized"])
}

@Test("A transfer is reported with the request and the key that made it")
func transferEvent() throws {
  let world = world()
  let seller = world.stripe.createAccount()
  world.stripe.addFunds(10, currency: "eur")
  let answer = world.transfer(
    ["amount": "1", "currency": "eur", "destination": seller], key: "k")
  _ = world.transfer(["amount": "1", "currency": "eur", "destination": seller], key: "k")
  let deliveries = world.stripe.takeDeliveries()
  #expect(deliveries.map(\.eventType) == ["transfer.created"], "a replay is no event")
  let event = json(try #require(deliveries.first))
  #expect(event["request"]?["id"]?.text == answer.headers["Request-Id"])
  #expect(event["request"]?["idempotency_key"]?.text == "k")
}

@Test("Missed events are found in the list, for 30 days")
func eventList() throws {
  let world = world()
  let charge = world.stripe.createCharge(NewCharge(amount: 9, currency: "eur")).charge
  world.stripe.refundCharge(charge)
  func ids(_ query: String) -> [String] {
    world.call("GET", "/v1/events", query)["data"]?.elements.compactMap { $0["id"]?.text } ?? []
  }
  let deliveries = world.stripe.takeDeliveries()
  let all = deliveries.map(\.eventID)
  #expect(ids("") == all.reversed())
  #expect(ids("type=charge.*").count == 2)
  #expect(ids("types[]=refund.created&types[]=charge.refunded").count == 2)
  #expect(ids("type=charge.updated").isEmpty)
  #expect(ids("delivery_success=false").count == 4)
  world.stripe.reportDelivery(eventID: all[0])
  #expect(ids("delivery_success=false") == all.dropFirst().reversed())
  #expect(ids("delivery_success=true") == [all[0]])
  #expect(ids("ending_before=\(all[1])") == [all[3], all[2]])
  #expect(world.call("GET", "/v1/events/\(all[0])")["pending_webhooks"]?.integer == 0)
  world.stripe.redeliver(eventID: all[0])
  #expect(world.stripe.takeDeliveries().map(\.eventID) == [all[0]])
  world.pass(ms: 30 * 86_400_000 + 1)
  #expect(ids("").isEmpty)
}

@Test("Events go to the endpoints of their moment")
func changedEndpoints() {
  let world = StripeWorld()
  let charge = world.stripe.createCharge(NewCharge(amount: 9, currency: "eur")).charge
  #expect(world.stripe.takeDeliveries().isEmpty)
  world.stripe.setEndpoints([own])
  world.stripe.refundCharge(charge)
  world.stripe.setEndpoints([])
  #expect(world.stripe.takeDeliveries(max: 1).map(\.eventType) == ["refund.created"])
  #expect(world.stripe.takeDeliveries().map(\.url) == [own.url])
}

@Test("A balance transaction may show up later, with charge.updated")
func lateBalanceTransaction() {
  let world = world()
  var new = NewCharge(amount: 9, currency: "eur")
  new.hidesBalanceTransaction = true
  let charge = world.stripe.createCharge(new).charge
  _ = world.stripe.takeDeliveries()
  #expect(world.call("GET", "/v1/charges/\(charge)")["balance_transaction"] == JSONValue.null)
  world.stripe.showBalanceTransaction(ofCharge: charge)
  #expect(world.stripe.takeDeliveries().map(\.eventType) == ["charge.updated"])
  #expect(world.call("GET", "/v1/charges/\(charge)")["balance_transaction"]?.text != nil)
}
