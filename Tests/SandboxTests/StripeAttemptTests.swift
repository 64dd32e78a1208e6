import HTTPFormat
import Sandbox
import Testing
import Threading

@Test(
  "Only the one key is let in",
  arguments: [
    ("", 401), ("Bearer sk_test_wrong", 401), (StripeWorld.key, 401),
    ("Bearer \(StripeWorld.key)", 200),
    ("Basic c2tfdGVzdF80ZUMzOUhxTHlqV0Rhcmp0VDF6ZHA3ZGM6", 200),
  ])
func keys(authorization: String, status: Int) {
  let answer = StripeWorld().call(
    "GET", "/v1/account", headers: ["Authorization": authorization])
  #expect(answer.status == status)
  #expect((answer["error.type"]?.text == "invalid_request_error") == (status == 401))
  #expect(answer.headers["Request-Id"]?.hasPrefix("req_") == true)
}

@Test("A refused key is not repeated in the answer")
func maskedKey() {
  let answer = StripeWorld().call(
    "GET", "/v1/account", headers: ["Authorization": "Bearer sk_live_abcdefghijklmnopqrst"])
  #expect(answer.message == "Invalid API Key provided: sk_live_***qrst")
}

@Test("An unknown version of the API is refused, none means the account's")
func versions() {
  let world = StripeWorld()
  let bad = world.call("GET", "/v1/account", headers: ["Stripe-Version": "2026-13-01.foo"])
  #expect(bad.status == 400)
  #expect(bad.message == "Invalid Stripe API version: 2026-13-01.foo")
  let none = world.call("GET", "/v1/account", headers: ["Stripe-Version": ""])
  #expect(none.status == 200)
  #expect(none.headers["Stripe-Version"] == "2026-08-26.dahlia")
}

@Test(
  "What Stripe does not know, and what is not played, is 404",
  arguments: [("GET", "/v1/nothing"), ("DELETE", "/v1/charges/ch_1"), ("GET", "/v1/nothing/else")])
func unknownEndpoints(method: String, path: String) {
  let answer = StripeWorld().call(method, path)
  #expect(answer.status == 404)
  #expect(answer.message?.isEmpty == false)
}

@Test(
  "Unknown parameters are refused by their name",
  arguments: [
    ("GET", "/v1/charges", "shop=1", "shop"),
    ("GET", "/v1/charges", "metadata[a]=1", "metadata[a]"),
    ("GET", "/v1/account", "limit=1", "limit"),
    ("POST", "/v1/accounts", "settings[payout][x]=1", "settings[payout][x]"),
    (
      "POST", "/v1/accounts", "capabilities[transfer][requested]=true",
      "capabilities[transfer][requested]"
    ),
  ])
func unknownParameters(method: String, path: String, form: String, name: String) {
  let answer = StripeWorld().call(method, path, form)
  #expect(answer.status == 400)
  #expect(answer.code == "parameter_unknown")
  #expect(answer["error.param"]?.text == name)
  #expect(answer.message == "Received unknown parameter: \(name)")
}

@Test(
  "Known parameters pass at any depth, and however lists are written",
  arguments: [
    ("POST", "/v1/accounts", "settings[payouts][schedule][interval]=manual&type=express"),
    ("POST", "/v1/accounts", "metadata[miraklShopId]=2001&expand[0]=settings.x&email="),
    ("GET", "/v1/charges", "created[gte]=1&limit=3&expand[]=data.balance_transaction"),
    ("GET", "/v1/charges", "expand[0]=data.balance_transaction&expand[1]=data.payment_intent"),
    ("GET", "/v1/events", "types[]=charge.updated&types[1]=charge.failed"),
  ])
func knownParameters(method: String, path: String, form: String) {
  let answer = StripeWorld().call(method, path, form)
  #expect(answer.code != "parameter_unknown")
}

@Test("A payment intent is read with its charge and the charge's balance transaction")
func expansion() {
  let world = StripeWorld()
  var new = NewCharge(amount: 12_990, currency: "eur", metadata: ["order": "C-1"])
  new.fee = 220
  let ids = world.stripe.createCharge(new)
  let path = "/v1/payment_intents/\(ids.paymentIntent ?? "")"
  #expect(world.call("GET", path)["latest_charge"]?.text == ids.charge)
  let one = world.call("GET", path, "expand[]=latest_charge")
  #expect(one["latest_charge.id"]?.text == ids.charge)
  #expect(one["latest_charge.metadata.order"]?.text == "C-1")
  #expect(one["latest_charge.balance_transaction"]?.text?.hasPrefix("txn_") == true)
  let two = world.call("GET", path, "expand[0]=latest_charge.balance_transaction")
  #expect(two["latest_charge.balance_transaction.net"]?.integer == 12_770)
  let list = world.call("GET", "/v1/charges", "expand[]=data.payment_intent&limit=1")
  #expect(list["data.0.payment_intent.id"]?.text == ids.paymentIntent)
}

@Test(
  "What cannot be expanded is refused",
  arguments: [
    ("/v1/charges", "balance_transaction"), ("/v1/charges", "data.colour"),
    ("/v1/charges", "data.outcome"), ("/v1/account", "settings"),
    (
      "/v1/charges/ch_1",
      "payment_intent.latest_charge.payment_intent.latest_charge.balance_transaction"
    ),
  ])
func badExpansion(path: String, property: String) {
  let answer = StripeWorld().call("GET", path, "expand[]=\(property)")
  #expect(answer.status == 400)
  #expect(answer.message == "This property cannot be expanded (\(property)).")
}

@Test("An account that is not ours is no account")
func foreignAccount() {
  let world = StripeWorld()
  for answer in [
    world.call("GET", "/v1/balance", account: "acct_foreign"),
    world.call("GET", "/v1/accounts/acct_foreign"),
  ] {
    #expect(answer.status == 403)
    #expect(answer.code == "account_invalid")
    #expect(answer.message?.contains("does not have access to account 'acct_foreign'") == true)
  }
  let seller = world.stripe.createAccount()
  let own = world.call("GET", "/v1/account", account: seller)
  #expect(own.id == seller)
  #expect(own.headers["Stripe-Account"] == seller)
}

@Test("Charges are the platform's own", arguments: ["charges", "payment_intents"])
func otherAccountsObjects(kind: String) {
  let world = StripeWorld()
  let ids = world.stripe.createCharge(NewCharge(amount: 100, currency: "eur"))
  let id = kind == "charges" ? ids.charge : ids.paymentIntent ?? ""
  let seller = world.stripe.createAccount()
  #expect(world.call("GET", "/v1/\(kind)/\(id)").id == id)
  #expect(world.call("GET", "/v1/\(kind)/\(id)", account: seller).code == "resource_missing")
  #expect(world.call("GET", "/v1/\(kind)", account: seller)["data"]?.elements.isEmpty == true)
  let missing = world.call("GET", "/v1/\(kind)/xx_1")
  #expect(missing.status == 404)
  #expect(missing.message == "No such \(kind.dropLast()): 'xx_1'")
}

@Test("Attempts of one payment are listed by payment intent, the latest is its latest charge")
func attempts() {
  let world = StripeWorld()
  let first = world.stripe.createCharge(NewCharge(amount: 5, currency: "eur", outcome: .failed))
  var new = NewCharge(amount: 5, currency: "eur")
  new.paymentIntent = first.paymentIntent
  let second = world.stripe.createCharge(new)
  _ = world.stripe.createCharge(NewCharge(amount: 5, currency: "eur"))
  let intent = first.paymentIntent ?? ""
  let list = world.call("GET", "/v1/charges", "payment_intent=\(intent)")
  #expect(
    list["data"]?.elements.compactMap { $0["id"]?.text } == [second.charge, first.charge])
  #expect(
    world.call("GET", "/v1/payment_intents/\(intent)")["latest_charge"]?.text == second.charge)
}

@Test("The same seed and the same calls give the same answers")
func deterministic() {
  func run(_ seed: UInt64) -> [[UInt8]] {
    let world = StripeWorld(seed: seed)
    let seller = world.stripe.createAccount()
    let charge = world.stripe.createCharge(NewCharge(amount: 900, currency: "eur")).charge
    let fields = [
      "amount": "1", "currency": "eur", "destination": seller, "source_transaction": charge,
    ]
    return [world.transfer(fields).body, world.call("GET", "/v1/charges").body]
  }
  #expect(run(1) == run(1))
  #expect(run(1) != run(2))
}

@Test("Many threads with one key make one transfer (Q4)")
func threads() {
  let world = StripeWorld()
  let seller = world.stripe.createAccount()
  world.stripe.addFunds(1_000, currency: "eur")
  let fields = ["amount": "1", "currency": "eur", "destination": seller]
  let statuses = Monitor<[Int]>([])
  let workers = (0..<8).map { number in
    WorkerThread(name: "caller-\(number)") {
      for round in 0..<20 {
        let status = world.transfer(fields, key: "k\(round)").status
        statuses.withLock { $0.append(status) }
      }
    }
  }
  for worker in workers { worker.join() }
  #expect(statuses.withLock { $0 } == Array(repeating: 200, count: 160))
  #expect(world.stripe.transfers.count == 20)
  #expect(world.stripe.requestCounts == ["POST /v1/transfers": 160])
}
