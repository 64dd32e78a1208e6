import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

@Suite struct CaptureHandlerTests {
  /// A basket whose orders are all debited, and its authorised payment.
  private func debited(
    hasIntent: Bool = true, _ adjust: @escaping (inout ValidationPolicy) -> Void = { _ in }
  ) throws -> (World, ChargeIDs) {
    let world = try World.validating(adjust)
    world.addOrder("O-1-A", price: "60.00")
    world.addOrder("O-1-B", price: "40.00")
    let ids = world.pay(outcome: .authorized) { $0.hasPaymentIntent = hasIntent }
    return (world, ids)
  }

  private static func captures(_ process: SimulatedProcess) -> Int {
    process.transport.calls.filter { $0.hasPrefix("POST ") && $0.hasSuffix("/capture") }.count
  }

  @Test("a charge without a payment intent is captured by itself (C6)", arguments: [true, false])
  func bareCharge(hasIntent: Bool) throws {
    let (world, ids) = try debited(hasIntent: hasIntent)
    let process = try world.start()
    try process.validate()
    #expect(world.charge(ids.charge)?.amountCaptured == 100_00)
    #expect(try process.capture(ids.charge)?.amount == .of(100_00))
    let path = ids.paymentIntent.map { "/v1/payment_intents/\($0)" } ?? "/v1/charges/\(ids.charge)"
    #expect(process.transport.count("POST \(path)/capture") == 1)
  }

  @Test("nothing is captured before the last order of the basket is debited (C6, R1)")
  func waitsForAll() throws {
    let (world, ids) = try debited()
    world.mirakl.updateOrder("O-1-B") {
      $0.state = "WAITING_ACCEPTANCE"
      $0.customerDebitedMs = nil
    }
    let process = try world.start()
    try process.validate()
    #expect(world.charge(ids.charge)?.isCaptured == false)
    #expect(try process.capture(ids.charge)?.status == .onHold)
    #expect(try process.capture(ids.charge)?.reason == "Order O-1-B is WAITING_ACCEPTANCE")
    world.mirakl.updateOrder("O-1-B") { $0.state = "REFUSED" }
    try process.validate()
    #expect(world.charge(ids.charge)?.amountCaptured == 60_00)
  }

  @Test("with every order over, the authorisation is given up (C6)", arguments: [true, false])
  func releases(hasIntent: Bool) throws {
    let (world, ids) = try debited(hasIntent: hasIntent)
    for id in ["O-1-A", "O-1-B"] {
      world.mirakl.updateOrder(id) {
        $0.state = "REFUSED"
        $0.customerDebitedMs = nil
      }
    }
    let process = try world.start()
    try process.validate()
    try process.validate()
    #expect(world.charge(ids.charge)?.isReleased == true)
    #expect(try process.capture(ids.charge)?.status == .released)
    #expect(Self.captures(process) == 0)
    let path = ids.paymentIntent.map { "/v1/payment_intents/\($0)/cancel" } ?? "/v1/refunds"
    #expect(process.transport.count("POST \(path)") == 1)
  }

  @Test("the operator's own share of a hybrid basket stays captured (C6)")
  func hybrid() throws {
    let world = try World.validating()
    world.addOrder("O-1-A", state: "REFUSED", price: "60.00", debited: false)
    let ids = world.pay(100_00, outcome: .authorized)
    let process = try world.start()
    try process.validate()
    #expect(world.charge(ids.charge)?.amountCaptured == 40_00)
  }

  @Test("a payment captured by somebody else is reconciled as captured (C4)")
  func capturedElsewhere() throws {
    let (world, ids) = try debited()
    let process = try world.start()
    // Between our reading of the charge and our capture.
    process.transport.before { call in
      if call.hasSuffix("/capture") { world.stripe.captureCharge(ids.charge, amount: 90_00) }
      return .goOn
    }
    try process.validate()
    #expect(try process.capture(ids.charge)?.status == .captured)
    #expect(try process.capture(ids.charge)?.amount == .of(90_00))
    #expect(world.charge(ids.charge)?.amountCaptured == 90_00)
  }

  @Test("an expired authorisation is the end, with an alert (C4)", arguments: [true, false])
  func expired(hasIntent: Bool) throws {
    let (world, ids) = try debited(hasIntent: hasIntent)
    let process = try world.start()
    process.transport.before { call in
      if call.hasSuffix("/capture") { world.stripe.expireCharge(ids.charge) }
      return .goOn
    }
    try process.validate()
    try process.validate()
    #expect(try process.capture(ids.charge)?.status == .aborted)
    #expect(try process.capture(ids.charge)?.reason?.contains("ended before") == true)
    #expect(try process.audits() == ["authorisation lost"])
    #expect(Self.captures(process) == 1)
  }

  @Test("a refusal that changes nothing is tried again by the next pass, with a new key (Q1)")
  func refused() throws {
    let (world, ids) = try debited()
    let process = try world.start()
    process.transport.before { call in
      call.hasSuffix("/capture")
        ? .answer(status: 400, json: #"{"error":{"code":"odd","message":"Not today"}}"#) : .goOn
    }
    process.receiveAll()
    try process.engine.drain()
    #expect(try process.capture(ids.charge)?.status == .failed)
    #expect(try process.capture(ids.charge)?.reason?.contains("Not today") == true)
    #expect(Self.captures(process) == 1)
    process.transport.before(nil)
    try process.validate()
    #expect(try process.capture(ids.charge)?.status == .captured)
    let intent = try process.store.read { try $0.latestIntent(.capture, businessKey: ids.charge) }
    #expect(intent?.attempt == 2)
  }

  @Test("a capture whose answer is lost happens once (Q2, Q3, C4)", arguments: [true, false])
  func lost(afterEffect: Bool) throws {
    let (world, ids) = try debited()
    let process = try world.start()
    let call = "POST /v1/payment_intents/\(ids.paymentIntent ?? "")/capture"
    if afterEffect {
      process.transport.after(losing(call))
    } else {
      process.transport.before(losing(call))
    }
    try process.validateToTheEnd(world)
    #expect(world.charge(ids.charge)?.amountCaptured == 100_00)
    #expect(try process.capture(ids.charge)?.status == .captured)
    let intent = try process.store.read { try $0.latestIntent(.capture, businessKey: ids.charge) }
    #expect(intent?.attempt == 1)
  }

  @Test("past the life of the key the charge itself is asked first (Q3, C4)")
  func lostForADay() throws {
    let (world, ids) = try debited()
    let process = try world.start()
    let call = "POST /v1/payment_intents/\(ids.paymentIntent ?? "")/capture"
    process.transport.after(losing(call, times: 100))
    try process.validate()
    process.transport.after(nil)
    world.clock.advance(byMs: 2 * 86_400_000)
    try process.validateToTheEnd(world)
    #expect(try process.capture(ids.charge)?.status == .captured)
    #expect(world.stripe.charges.map(\.amountCaptured) == [100_00])
  }

  @Test("killed at any moment, a basket is confirmed and captured once (Q2, B2)")
  func killed() throws {
    for boundary in 1...120 {
      let world = try World.validating()
      world.addDebit("O-1-A", price: "60.00")
      world.addDebit("O-1-B", price: "40.00")
      let ids = world.pay(outcome: .authorized)
      let victim = try world.start()
      victim.life.kill(atBoundary: boundary)
      _ = try? victim.validate()
      let wasKilled = !victim.life.isAlive
      world.clock.advance(byMs: 200_000)  // its leases expire
      let process = try world.start()
      // What Stripe could not deliver comes again.
      if try process.store.read({ try $0.payments(limit: 1, offset: 0) }).isEmpty {
        try ReadPaymentHandler(process.engine.context, process.engine.circuits).record(
          try process.engine.context.stripe.charge(.of(ids.charge)).value, readMs: world.clock.nowMs
        )
      }
      try process.validateToTheEnd(world)
      #expect(
        world.mirakl.orders.map(\.state) == ["SHIPPING", "SHIPPING"], "killed at \(boundary)")
      #expect(world.charge(ids.charge)?.amountCaptured == 100_00, "killed at \(boundary)")
      #expect(try process.capture(ids.charge)?.status == .captured, "killed at \(boundary)")
      for id in ["O-1-A", "O-1-B"] {
        let status = try process.debit(id)?.status
        // Told OK by the process that died: reconciled from Mirakl, whichever way.
        #expect(status == .confirmed, "\(id), killed at \(boundary)")
      }
      if !wasKilled { return }
    }
  }

  @Test("two passes at once confirm and capture once (Q4)")
  func twoPasses() throws {
    let world = try World.validating()
    world.addDebit()
    let ids = world.pay(outcome: .authorized)
    let (one, two) = (try world.start(), try world.start())
    one.receiveAll()
    try one.engine.drain()
    _ = try ValidationPass(one.engine).run()
    _ = try ValidationPass(two.engine).run()
    for _ in 0..<40 {
      _ = try one.engine.step()
      _ = try two.engine.step()
      world.clock.advance(byMs: 200)
    }
    try one.validateToTheEnd(world)
    let calls = one.transport.calls + two.transport.calls
    #expect(calls.filter { $0 == "PUT /api/payment/debit" }.count == 1)
    #expect(calls.filter { $0.hasSuffix("/capture") }.count == 1)
    #expect(world.charge(ids.charge)?.amountCaptured == 100_00)
  }

  @Test("the end of an authorisation is announced once, and stands in the reason (C5)")
  func deadline() throws {
    let world = try World.validating()
    world.addOrder(state: "WAITING_ACCEPTANCE", debited: false)
    let ids = world.pay(outcome: .authorized) {
      $0.captureBeforeMs = World.startMs + 30 * 3_600_000
    }
    let process = try world.start()
    try process.validate()
    #expect(try process.audits() == [])
    #expect(
      try process.capture(ids.charge)?.captureBeforeMs == World.startMs + 30 * 3_600_000)
    world.clock.advance(byMs: 7 * 3_600_000)
    try process.validate()
    try process.validate()
    #expect(try process.audits() == ["authorisation ends soon"])
    #expect(try process.capture(ids.charge)?.reason?.contains("authorisation ends at") == true)
  }

  @Test("two authorised payments of a basket are both held, with one alert each (P1)")
  func paidTwice() throws {
    let (world, ids) = try debited()
    world.pay(outcome: .authorized)
    let process = try world.start()
    try process.validate()
    try process.validate()
    #expect(world.stripe.charges.allSatisfy { !$0.isCaptured })
    #expect(try process.capture(ids.charge)?.reason?.contains("Paid twice") == true)
    #expect(try process.audits() == ["paid twice", "paid twice"])
  }

  @Test("a basket whose orders cannot all be read waits, the others do not (Q7)")
  func unreadableOrder() throws {
    let (world, ids) = try debited()
    world.mirakl.setRawOrder(#"{"order_id":"O-1-C","commercial_id":"O-1"}"#)
    world.addOrder("O-2-A", basket: "O-2", price: "5.00")
    let other = world.pay(5_00, basket: "O-2", outcome: .authorized)
    let process = try world.start()
    try process.validate()
    #expect(world.charge(ids.charge)?.isCaptured == false)
    #expect(try process.capture(ids.charge)?.reason?.contains("O-1-C") == true)
    #expect(world.charge(other.charge)?.amountCaptured == 5_00)
  }

  @Test("many baskets are read a hundred ids a call (B1)")
  func batches() throws {
    let world = try World.validating()
    for number in 1...150 {
      world.addDebit("O-\(number)-A", basket: "O-\(number)", price: "10.00")
      world.pay(10_00, basket: "O-\(number)", outcome: .authorized)
    }
    let process = try world.start()
    process.receiveAll()
    try process.engine.drain()
    try process.validate()
    #expect(world.stripe.charges.allSatisfy { $0.amountCaptured == 10_00 })
    #expect(process.transport.count("PUT /api/payment/debit") == 150)
    #expect(process.transport.count("GET /api/orders") <= 12)
    #expect(process.transport.count("GET /api/payment/debit") == 2)
  }

  @Test("the basket of a charge is fixed once Mirakl was told of it (P4)")
  func basketIsFixed() throws {
    let world = try World.validating { $0.mode = .validate }
    world.addDebit()
    let ids = world.pay()
    let process = try world.start()
    try process.validate()
    let payment = try process.store.read { try $0.payment(charge: .of(ids.charge)) }
    #expect(payment?.usedMs != nil)
    #expect(payment?.commercialID?.rawValue == "O-1")
  }
}
