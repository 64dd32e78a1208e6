import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

@Suite struct ConfirmDebitHandlerTests {
  @Test("a debit with a real payment is confirmed with the charge, then captured (C1)")
  func confirmsAndCaptures() throws {
    let world = try World.validating()
    world.addDebit()
    let ids = world.pay(outcome: .authorized)
    let process = try world.start()
    try process.validate()
    let order = world.mirakl.order("O-1-A")
    #expect(order?.state == "SHIPPING")
    #expect(order?.transactionNumber == ids.charge)
    #expect(try process.debit()?.status == .confirmed)
    #expect(try process.debit()?.reason == nil)
    #expect(world.charge(ids.charge)?.amountCaptured == 100_00)
    #expect(try process.capture(ids.charge)?.status == .captured)
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
    #expect(process.transport.calls.filter { $0.hasSuffix("/capture") }.count == 1)
  }

  @Test("what Mirakl is told is its own amount, customer and currency (A4, C8)")
  func body() throws {
    let world = try World.validating()
    world.addDebit(price: "12.340", currency: "KWD")
    world.pay(12_340, currency: "kwd")
    let process = try world.start()
    try process.validate()
    // The sandbox refuses another amount, customer or currency.
    #expect(try process.debit()?.status == .confirmed)
    let request = try process.store.read {
      try $0.latestIntent(.confirmDebit, businessKey: "O-1-A")?.request
    }
    #expect(request?.contains(#""amount":"12.34""#) == true)
  }

  struct Hold: CustomTestStringConvertible, Sendable {
    let name: String
    let reason: String
    var amount: Int64 = 100_00
    var currency = "eur"
    var outcome = NewCharge.Outcome.authorized
    var basket: String? = "O-1"
    var isRefunded = false
    var isDisputed = false
    var isTwice = false
    var testDescription: String { name }
  }

  @Test(
    "no debit is confirmed without a proven payment (C1, P1, P2)",
    arguments: [
      Hold(name: "none known", reason: "No Stripe payment is known", basket: nil),
      Hold(name: "pending", reason: "is still pending", outcome: .pending),
      Hold(name: "too small", reason: "PAYMENT_AMOUNT_CHECK", amount: 99_99),
      Hold(name: "other currency", reason: "but payment", currency: "usd"),
      Hold(name: "refunded", reason: "was refunded", outcome: .captured, isRefunded: true),
      Hold(name: "disputed", reason: "is disputed", outcome: .captured, isDisputed: true),
      Hold(name: "paid twice", reason: "Paid twice", isTwice: true),
    ])
  func holds(_ row: Hold) throws {
    let world = try World.validating()
    world.addDebit()
    let ids = world.pay(
      row.amount, basket: row.basket, currency: row.currency, outcome: row.outcome)
    if row.isRefunded { world.stripe.refundCharge(ids.charge) }
    if row.isDisputed { world.stripe.disputeCharge(ids.charge) }
    if row.isTwice { world.pay(outcome: .captured) }
    let process = try world.start()
    try process.validate()
    try process.validate()
    #expect(try process.debit()?.status == .onHold)
    #expect(try process.debit()?.reason?.contains(row.reason) == true)
    #expect(world.mirakl.order("O-1-A")?.state == "WAITING_DEBIT_PAYMENT")
    #expect(process.transport.count("PUT /api/payment/debit") == 0)
    #expect(try process.audits().filter { $0 == "paid twice" }.count <= 2)
    #expect(try process.audits().contains("paid twice") == row.isTwice)
  }

  @Test("the payment must cover every order of the basket, debited or not (C1)")
  func wholeBasket() throws {
    let world = try World.validating()
    world.addDebit("O-1-A", price: "60.00")
    world.addOrder("O-1-B", state: "WAITING_ACCEPTANCE", price: "60.00", debited: false)
    world.pay(100_00, outcome: .authorized)
    let process = try world.start()
    try process.validate()
    #expect(try process.debit()?.reason?.contains("100.00 EUR") == true)
    #expect(try process.debit()?.reason?.contains("120.00 EUR") == true)
    world.mirakl.updateOrder("O-1-B") { $0.state = "REFUSED" }
    try process.validate()
    #expect(try process.debit()?.status == .confirmed)
  }

  @Test("PAYMENT_AMOUNT_CHECK=warn confirms and says so once, off does not look (C1)")
  func leniency() throws {
    for check in [ValidationPolicy.AmountCheck.warn, .off] {
      let world = try World.validating { $0.amountCheck = check }
      world.addDebit()
      world.pay(50_00)
      let process = try world.start()
      try process.validate()
      #expect(try process.debit()?.status == .confirmed)
      #expect(try process.audits() == (check == .warn ? ["confirmed in doubt"] : []))
    }
  }

  @Test("a failed payment is refused once, and only after the grace period (C3)")
  func refuses() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay(outcome: .failed)
    let process = try world.start()
    try process.validate()
    #expect(try process.debit()?.status == .onHold)
    #expect(try process.debit()?.reason?.contains("declined") == true)
    world.clock.advance(byMs: 59 * 60_000)
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 0)
    world.clock.advance(byMs: 120_000)
    try process.validate()
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
    #expect(world.mirakl.order("O-1-A")?.state == "CANCELED")
    #expect(try process.debit()?.status == .refused)
  }

  @Test("the grace period counts from the last failure, and a later success ends it (C3, P1)")
  func laterSuccess() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay(outcome: .failed)
    let process = try world.start()
    try process.validate()
    world.clock.advance(byMs: 50 * 60_000)
    world.pay(outcome: .failed)
    try process.validate()
    world.clock.advance(byMs: 50 * 60_000)
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 0)
    world.pay()
    try process.validate()
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
  }

  @Test("before a refusal the payment intent is asked: a lost webhook refuses nothing (C3, P3)")
  func lostWebhook() throws {
    let world = try World.validating()
    world.addDebit()
    let first = world.pay(outcome: .failed)
    let process = try world.start()
    try process.validate()
    world.pay { $0.paymentIntent = first.paymentIntent }
    _ = world.stripe.takeDeliveries()
    world.clock.advance(byMs: 3 * 3_600_000)
    try process.validate()
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
  }

  @Test("a payment that is given up before its capture counts as failed, off refuses none (C3)")
  func released() throws {
    for minutes in [60, nil] as [Int64?] {
      let world = try World.validating { $0.refuseAfterMs = minutes.map { $0 * 60_000 } }
      world.addDebit(state: "WAITING_ACCEPTANCE")
      let ids = world.pay(outcome: .authorized)
      let process = try world.start()
      try process.validate()
      world.stripe.expireCharge(ids.charge)
      world.mirakl.updateOrder("O-1-A") { $0.state = "WAITING_DEBIT_PAYMENT" }
      try process.validate()
      world.clock.advance(byMs: 2 * 3_600_000)
      try process.validate()
      let state = world.mirakl.order("O-1-A")?.state
      #expect(state == (minutes == nil ? "WAITING_DEBIT_PAYMENT" : "CANCELED"))
    }
  }

  @Test("an order that Mirakl refuses keeps no other waiting, and is tried again (C7, Q7)")
  func oneRefused() throws {
    let world = try World.validating()
    world.addDebit("O-1-A", price: "50.00")
    world.addDebit("O-1-B", price: "50.00")
    world.pay()
    let raw =
      #"{"amount":49,"currency_iso_code":"EUR","customer_id":"CUST-1","order_commercial_id":"O-1","#
      + #""order_id":"O-1-A","shop_id":"1"}"#
    world.mirakl.setRawDebit(raw, order: "O-1-A")
    let process = try world.start()
    try process.validate()
    #expect(try process.debit("O-1-B")?.status == .confirmed)
    let failed = try process.debit("O-1-A")
    #expect(failed?.status == .failed)
    #expect(failed?.reason?.contains("The amount is incorrect") == true)
    #expect(process.transport.count("PUT /api/payment/debit") == 2)
    world.mirakl.setRawDebit(nil, order: "O-1-A")
    try process.validate()
    #expect(try process.debit("O-1-A")?.status == .confirmed)
  }

  @Test("an element of PA11 that cannot be read holds itself alone (Q7)")
  func unreadable() throws {
    let world = try World.validating()
    world.addDebit("O-1-A")
    world.addDebit("O-2-A", basket: "O-2")
    world.pay(basket: "O-1")
    world.pay(basket: "O-2")
    world.mirakl.setRawDebit(#"{"order_id":"O-1-A","amount":"much"}"#, order: "O-1-A")
    let process = try world.start()
    try process.validate()
    #expect(try process.debit("O-2-A")?.status == .confirmed)
    #expect(try process.audits() == ["debit not readable"])
    world.mirakl.setRawDebit("nonsense", order: "O-1-A")
    #expect(throws: PassFailure.self) { try process.validate() }
  }

  @Test("PA01_AFTER_CAPTURE captures first, then confirms (C2)")
  func afterCapture() throws {
    let world = try World.validating { $0.confirmsAfterCapture = true }
    world.addDebit()
    let ids = world.pay(outcome: .authorized)
    let process = try world.start()
    try process.validateToTheEnd(world)
    let calls = process.transport.calls
    let capture = calls.firstIndex { $0.hasSuffix("/capture") }
    let confirmation = calls.firstIndex(of: "PUT /api/payment/debit")
    #expect(world.charge(ids.charge)?.amountCaptured == 100_00)
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
    if let capture, let confirmation { #expect(capture < confirmation) }
    #expect(capture != nil && confirmation != nil)
  }

  @Test("PAYMENT_VALIDATION=validate captures nothing, off asks nothing (C10)")
  func modes() throws {
    for mode in [ValidationPolicy.Mode.validate, .off] {
      let world = try World.validating { $0.mode = mode }
      world.addDebit()
      let ids = world.pay(outcome: .authorized)
      let process = try world.start()
      try process.validate()
      #expect(world.charge(ids.charge)?.isCaptured == false)
      #expect((world.mirakl.order("O-1-A")?.state == "SHIPPING") == (mode == .validate))
      if mode == .off { #expect(process.transport.count("GET /api/payment/debit") == 0) }
    }
  }

  @Test("a webhook confirms at once what waited for its payment")
  func webhook() throws {
    let world = try World.validating()
    world.addDebit()
    let process = try world.start()
    try process.validate()
    #expect(try process.debit()?.reason?.contains("No Stripe payment") == true)
    world.pay()
    process.receiveAll()
    try process.engine.drain()
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
    #expect(process.transport.count("GET /api/payment/debit") == 1)
  }

  @Test("a debit that Mirakl no longer asks for is closed, and opened when it does again")
  func closes() throws {
    let world = try World.validating()
    world.addDebit()
    let process = try world.start()
    try process.validate()
    world.mirakl.updateOrder("O-1-A") { $0.state = "CANCELED" }
    world.clock.advance(byMs: 1_000)
    try process.validate()
    #expect(try process.debit()?.status == .closed)
    world.mirakl.updateOrder("O-1-A") { $0.state = "WAITING_DEBIT_PAYMENT" }
    world.pay()
    try process.validate()
    #expect(try process.debit()?.status == .confirmed)
  }

  @Test("an answer that was lost is read back before it is repeated (B2, Q3)")
  func lostAnswer() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay()
    let process = try world.start()
    process.transport.after(losing("PUT /api/payment/debit"))
    try process.validateToTheEnd(world)
    #expect(try process.debit()?.status == .confirmed)
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
  }

  @Test("an answer that never arrived is sent again once that is proven (B2)")
  func neverArrived() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay()
    let process = try world.start()
    process.transport.before(losing("PUT /api/payment/debit"))
    try process.validateToTheEnd(world)
    #expect(try process.debit()?.status == .confirmed)
    #expect(process.transport.count("PUT /api/payment/debit") == 2)
    let intent = try process.store.read {
      try $0.latestIntent(.confirmDebit, businessKey: "O-1-A")
    }
    #expect(intent?.attempt == 2)
  }

  @Test("a refusal that came to a lost OK is reconciled from Mirakl itself (B2)")
  func refusedAfterSuccess() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay()
    let process = try world.start()
    process.transport.before { call in
      guard call == "PUT /api/payment/debit" else { return .goOn }
      // Somebody else, or an earlier process, was quicker.
      world.mirakl.updateOrder("O-1-A") {
        $0.state = "SHIPPING"
        $0.customerDebitedMs = world.clock.nowMs
      }
      return .goOn
    }
    try process.validate()
    #expect(try process.debit()?.status == .failed)
    process.transport.before(nil)
    try process.validate()
    #expect(try process.debit()?.status == .closed)
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
  }

  @Test("service debits are confirmed by the same rules (C9)")
  func services() throws {
    let world = try World.validating()
    world.mirakl.addServiceDebit(
      SandboxServiceDebit(id: "d-1", orderID: "S-1-A", amount: "126.00"))
    world.mirakl.addServiceDebit(
      SandboxServiceDebit(id: "d-2", orderID: "S-2-A", amount: "10.00"))
    world.mirakl.addServiceDebit(
      SandboxServiceDebit(id: "d-3", orderID: "S-3-A", amount: "10.00", state: "OK"))
    let ids = world.pay(126_00, basket: "S-1", outcome: .authorized)
    world.pay(9_00, basket: "S-2", outcome: .authorized)
    let process = try world.start()
    try process.validate()
    let debits = world.mirakl.serviceDebits
    #expect(debits.map(\.state) == ["OK", "WAITING", "OK"])
    #expect(debits[0].transactionNumber == ids.charge)
    #expect(try process.debit("d-1", .service)?.status == .confirmed)
    #expect(try process.debit("d-2", .service)?.reason?.contains("9.00 EUR") == true)
    #expect(world.charge(ids.charge)?.amountCaptured == 126_00)
  }

  @Test("an error inside SPA01's 200 is a refusal, and a lost SPA01 is read back (C9, B2)")
  func serviceErrors() throws {
    let world = try World.validating()
    world.mirakl.addServiceDebit(SandboxServiceDebit(id: "d-1", orderID: "S-1-A", amount: "10.00"))
    world.pay(10_00, basket: "S-1")
    let process = try world.start()
    process.transport.before { call in
      guard call == "PUT /api/mms/debits" else { return .goOn }
      return .answer(
        status: 200,
        json: #"{"errors":[{"debit_id":"d-1","debit_errors":[{"code":"X","message":"Not now"}]}]}"#)
    }
    try process.validate()
    #expect(try process.debit("d-1", .service)?.status == .failed)
    #expect(try process.debit("d-1", .service)?.reason?.contains("Not now") == true)
    process.transport.before(nil)
    process.transport.after(losing("PUT /api/mms/debits"))
    try process.validateToTheEnd(world)
    #expect(try process.debit("d-1", .service)?.status == .confirmed)
    #expect(process.transport.count("PUT /api/mms/debits") == 2)
  }

  @Test("an instance without services validates its product orders all the same (C9, Q8)")
  func noServices() throws {
    let world = try World.validating()
    world.mirakl.setServices(false)
    world.addDebit()
    world.pay()
    let process = try world.start()
    try process.validate()
    #expect(try process.debit()?.status == .confirmed)
    #expect(try process.circuit(.mirakl) == nil)
  }

  @Test("wrong credentials at Mirakl pause everything and refuse nothing (Q8)")
  func unauthorized() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay(outcome: .failed)
    let process = try world.start()
    try process.validate()
    world.clock.advance(byMs: 7_200_000)
    process.transport.before { call in
      call.hasPrefix("GET /v1/")
        ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No such"}}"#)
        : .goOn
    }
    try process.validate()
    #expect(world.mirakl.order("O-1-A")?.state == "WAITING_DEBIT_PAYMENT")
    #expect(try process.circuit(.stripe) != nil)
  }

  @Test(
    "the clock is set back: the debit is read once more, not over and over (P3, Q6)",
    arguments: [3_600_000, 450_000, 290_000, 60_000] as [Int64])
  func clockSetBack(aheadMs: Int64) throws {
    let world = try World.validating()
    try world.addShop()
    world.addDebit()
    world.pay(outcome: .pending)
    let process = try world.start()
    world.ourClock.set(skewMs: aheadMs)
    try process.validate()
    world.ourClock.set(skewMs: 0)
    let before = process.transport.count("GET /api/payment/debit")
    // Enough for the pass and the work that follows, and not for an endless circle.
    _ = try ValidationPass(process.engine).run()
    try process.stepAll(max: 40)
    #expect(process.transport.count("GET /api/payment/debit") - before <= 2)
    // What Mirakl no longer asks for is closed, by whichever clock it was read.
    world.ourClock.set(skewMs: aheadMs)
    try process.validate()
    world.ourClock.set(skewMs: 0)
    world.mirakl.updateOrder("O-1-A") { $0.state = "CANCELED" }
    world.clock.advance(byMs: 600_000)
    try process.validate()
    #expect(try process.debit()?.status == .closed)
  }
}
