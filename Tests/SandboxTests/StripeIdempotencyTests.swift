import HTTPFormat
import Sandbox
import Testing

private struct Shop {
  let world: StripeWorld
  let seller: String

  init(funds: Int64 = 1_000, faults: FaultPlan = .none()) {
    world = StripeWorld(faults: faults)
    seller = world.stripe.createAccount()
    if funds > 0 { world.stripe.addFunds(funds, currency: "eur") }
  }

  func pay(_ amount: String, key: String?, _ more: [String: String] = [:]) -> Answer {
    let fields = ["amount": amount, "currency": "eur", "destination": seller]
    return world.transfer(fields.merging(more) { $1 }, key: key)
  }

  var made: Int { world.stripe.transfers.count }
}

@Test("The same key with the same parameters gets the first answer again (Q1)")
func replay() {
  let shop = Shop()
  let first = shop.pay("10", key: "k")
  shop.world.pass(ms: 86_399_999)
  let second = shop.pay("10", key: "k")
  #expect(second.status == 200)
  #expect(second.body == first.body)
  #expect(first.headers["Idempotent-Replayed"] == nil)
  #expect(second.headers["Idempotent-Replayed"] == "true")
  #expect(second.headers["Original-Request"] == first.headers["Request-Id"])
  #expect(second.headers["Request-Id"] != first.headers["Request-Id"])
  #expect(second.headers["Idempotency-Key"] == "k")
  #expect(shop.made == 1)
}

@Test("Without a key every request has its effect")
func noKey() {
  let shop = Shop()
  _ = (shop.pay("10", key: nil), shop.pay("10", key: nil))
  #expect(shop.made == 2)
}

@Test("A key with other parameters is refused and stays what it was")
func mismatch() {
  let shop = Shop()
  _ = shop.pay("10", key: "k")
  for answer in [shop.pay("11", key: "k"), shop.pay("10", key: "k", ["description": "x"])] {
    #expect(answer.status == 400)
    #expect(answer["error.type"]?.text == "idempotency_error")
    #expect(
      answer.message
        == "Keys for idempotent requests can only be used with the same parameters they were "
        + "first used with. Try using a key other than 'k' if you meant to execute a different "
        + "request.")
  }
  let elsewhere = shop.world.call("POST", "/v1/accounts", "", key: "k")
  #expect(elsewhere["error.type"]?.text == "idempotency_error")
  #expect(shop.pay("10", key: "k").headers["Idempotent-Replayed"] == "true")
  #expect(shop.made == 1)
}

@Test("The order of the parameters does not matter")
func parameterOrder() {
  let shop = Shop()
  let fields = ["amount=10", "currency=eur", "destination=\(shop.seller)"]
  _ = shop.world.call("POST", "/v1/transfers", fields.joined(separator: "&"), key: "k")
  let turned = fields.reversed().joined(separator: "&")
  #expect(shop.world.call("POST", "/v1/transfers", turned, key: "k").status == 200)
  #expect(shop.made == 1)
}

@Test("A key is forgotten after 24 hours, and then executes anew (Q3)")
func forgotten() {
  let shop = Shop()
  _ = shop.pay("10", key: "k")
  shop.world.pass(ms: 86_400_000)
  let again = shop.pay("10", key: "k")
  #expect(again.status == 200)
  #expect(again.headers["Idempotent-Replayed"] == nil)
  #expect(shop.made == 2)
  shop.world.pass(ms: 86_399_999)
  #expect(shop.pay("10", key: "k").headers["Idempotent-Replayed"] == "true")
}

@Test("A business refusal is kept: tomorrow's funds need another key (Q1)")
func keptRefusal() {
  let shop = Shop(funds: 0)
  #expect(shop.pay("10", key: "k").code == "balance_insufficient")
  shop.world.stripe.addFunds(100, currency: "eur")
  let replayed = shop.pay("10", key: "k")
  #expect(replayed.code == "balance_insufficient")
  #expect(replayed.headers["Idempotent-Replayed"] == "true")
  #expect(shop.pay("10", key: "k:2").status == 200)
}

@Test("A refusal of the parameters keeps no key")
func freeAfterValidation() {
  let shop = Shop()
  #expect(shop.pay("ten", key: "k").code == "parameter_invalid_integer")
  #expect(shop.pay("10", key: "k", ["colour": "red"]).code == "parameter_unknown")
  #expect(shop.pay("10", key: "k", ["expand[]": "colour"]).status == 400)
  let answer = shop.pay("10", key: "k")
  #expect(answer.status == 200)
  #expect(answer.headers["Idempotent-Replayed"] == nil)
}

@Test(
  "Faults before the effect leave the key free",
  arguments: [
    (FaultPlan.Fault.hangUpBefore, 0), (.throttled, 429), (.throttledSilently, 429),
    (.errorBefore, 500), (.conflict, 409),
  ])
func faultsBefore(fault: FaultPlan.Fault, status: Int) {
  let faults = FaultPlan.none()
  let shop = Shop(faults: faults)
  faults.inject(fault, operation: "POST /v1/transfers")
  let failed = shop.pay("10", key: "k")
  #expect(failed.status == status)
  #expect(failed.headers["Retry-After"] == (fault == .throttled ? "1" : nil))
  #expect(shop.made == 0)
  let answer = shop.pay("10", key: "k")
  #expect(answer.status == 200)
  #expect(answer.headers["Idempotent-Replayed"] == nil)
  #expect(faults.counts == [fault: 1])
}

@Test("A lost answer comes back under its key, with one effect (Q3)")
func lostAnswer() {
  let faults = FaultPlan.none()
  let shop = Shop(faults: faults)
  faults.inject(.hangUpAfter)
  #expect(shop.pay("10", key: "k").status == 0)
  #expect(shop.made == 1)
  let answer = shop.pay("10", key: "k")
  #expect(answer.status == 200)
  #expect(answer.id == shop.world.stripe.transfers[0].id)
  #expect(shop.made == 1)
}

@Test("A 500 after the effect is kept under its key; only a look-up tells (Q3)")
func keptError() {
  let faults = FaultPlan.none()
  let shop = Shop(faults: faults)
  faults.inject(.errorAfter)
  let group = ["transfer_group": "C-1"]
  #expect(shop.pay("10", key: "k", group).status == 500)
  let again = shop.pay("10", key: "k", group)
  #expect(again.status == 500)
  #expect(again.headers["Idempotent-Replayed"] == "true")
  let found = shop.world.call("GET", "/v1/transfers", "transfer_group=C-1")
  #expect(found["data"]?.elements.count == 1)
}

@Test("A conflict needs a key: other requests go well")
func conflictNeedsKey() {
  let faults = FaultPlan.none()
  let shop = Shop(faults: faults)
  faults.inject(.conflict)
  #expect(shop.pay("10", key: nil).status == 200)
  #expect(faults.counts[.conflict] ?? 0 == 0)
  faults.inject(.conflict)
  let answer = shop.pay("10", key: "k")
  #expect(answer.code == "idempotency_key_in_use")
  #expect(answer["error.type"]?.text == "invalid_request_error")
}

@Test("Keys of the platform and of an account are apart")
func scopes() {
  let shop = Shop()
  _ = shop.pay("100", key: "k")
  let back = [
    "amount": "100", "currency": "eur", "destination": shop.world.stripe.platformID,
  ]
  #expect(shop.world.transfer(back, key: "k", account: shop.seller).status == 200)
  #expect(shop.made == 2)
}

@Test("A key of more than 255 characters is refused")
func longKey() {
  let shop = Shop()
  #expect(shop.pay("10", key: String(repeating: "k", count: 256)).status == 400)
  #expect(shop.pay("10", key: String(repeating: "k", count: 255)).status == 200)
}
