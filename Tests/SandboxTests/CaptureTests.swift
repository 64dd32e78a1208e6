import HTTPFormat
import Sandbox
import Testing

@Suite struct CaptureTests {
  let world = StripeWorld()

  private func authorise(
    _ amount: Int64 = 100_00, hasIntent: Bool = true, endsInMs: Int64? = nil
  ) -> ChargeIDs {
    var charge = NewCharge(amount: amount, currency: "eur", outcome: .authorized)
    charge.hasPaymentIntent = hasIntent
    charge.captureBeforeMs = endsInMs.map { StripeWorld.start + $0 }
    return world.stripe.createCharge(charge)
  }

  @Test("a payment intent is captured in part once; the second time names its state")
  func intent() {
    let ids = authorise()
    let path = "/v1/payment_intents/\(ids.paymentIntent ?? "")/capture"
    let first = world.call("POST", path, "amount_to_capture=8000", key: "a")
    #expect(first["status"]?.text == "succeeded")
    #expect(first["amount_received"]?.integer == 80_00)
    let charge = world.call("GET", "/v1/charges/\(ids.charge)")
    #expect(charge["amount_captured"]?.integer == 80_00)
    let again = world.call("POST", path, "amount_to_capture=8000", key: "b")
    #expect(again.status == 400)
    #expect(again.code == "payment_intent_unexpected_state")
    #expect(again["error.payment_intent.status"]?.text == "succeeded")
    #expect(world.call("POST", path, "amount_to_capture=8000", key: "a").status == 200)
  }

  @Test("more than was authorised, a zero and an unknown parameter are refused")
  func refusals() {
    let ids = authorise()
    let path = "/v1/payment_intents/\(ids.paymentIntent ?? "")/capture"
    #expect(world.call("POST", path, "amount_to_capture=10001").code == "amount_too_large")
    #expect(
      world.call("POST", path, "amount_to_capture=0").code == "parameter_invalid_integer")
    #expect(world.call("POST", path, "amount=1").code == "parameter_unknown")
    #expect(world.call("POST", "/v1/payment_intents/pi_x/capture").code == "resource_missing")
  }

  @Test("a bare charge is captured by itself, one of a payment intent is not")
  func bare() {
    let ids = authorise(hasIntent: false)
    let path = "/v1/charges/\(ids.charge)/capture"
    #expect(world.call("POST", path, "amount=10001").code == "amount_too_large")
    #expect(world.call("POST", path, "amount=6000")["amount_captured"]?.integer == 60_00)
    #expect(world.call("POST", path).code == "charge_already_captured")
    #expect(world.call("POST", "/v1/charges/\(authorise().charge)/capture").status == 400)
  }

  @Test("a canceled payment intent, a released charge: the authorisation is refunded")
  func releases() {
    let ids = authorise()
    let path = "/v1/payment_intents/\(ids.paymentIntent ?? "")/cancel"
    #expect(world.call("POST", path)["status"]?.text == "canceled")
    #expect(world.call("GET", "/v1/charges/\(ids.charge)")["refunded"]?.flag == true)
    #expect(world.call("POST", path).code == "payment_intent_unexpected_state")
    let bare = authorise(hasIntent: false)
    let refund = world.call("POST", "/v1/refunds", "charge=\(bare.charge)&metadata[a]=b")
    #expect(refund["amount"]?.integer == 100_00)
    #expect(refund["metadata.a"]?.text == "b")
    #expect(world.call("GET", "/v1/charges/\(bare.charge)")["captured"]?.flag == false)
    #expect(
      world.call("POST", "/v1/refunds", "charge=\(bare.charge)").code == "charge_already_refunded")
    let partial = world.call("POST", "/v1/refunds", "charge=\(authorise().charge)&amount=1")
    #expect(partial.status == 400)
  }

  @Test("an authorisation ends at its time, whether or not anybody said so")
  func expiry() {
    let bare = authorise(hasIntent: false, endsInMs: 1_000)
    world.pass(ms: 1_000)
    let late = world.call("POST", "/v1/charges/\(bare.charge)/capture")
    #expect(late.code == "charge_expired_for_capture")
    let ids = authorise()
    #expect(world.stripe.expireCharge(ids.charge))
    #expect(!world.stripe.expireCharge(ids.charge))
    let intent = world.call("GET", "/v1/payment_intents/\(ids.paymentIntent ?? "")")
    #expect(intent["status"]?.text == "canceled")
    let types = world.call("GET", "/v1/events")["data"]?.elements.compactMap { $0["type"]?.text }
    #expect(types?.prefix(2) == ["payment_intent.canceled", "charge.expired"])
  }
}
