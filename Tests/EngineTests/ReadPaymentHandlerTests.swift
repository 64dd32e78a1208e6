import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct ReadPaymentHandlerTests {
  private func payment(_ process: SimulatedProcess, _ charge: String) throws -> Payment? {
    try process.store.read { try $0.payment(charge: .of(charge)) }
  }

  @Test("any order and duplication of a charge's events ends in the same state (P3)")
  func anyOrder() throws {
    for seed in UInt64(1)...12 {
      var dice = SeededGenerator(seed)
      let world = try World()
      let ids = world.pay(outcome: .authorized)
      var deliveries = world.stripe.takeDeliveries()
      world.stripe.captureCharge(ids.charge)
      world.stripe.refundCharge(ids.charge, amount: 10_00)
      deliveries += world.stripe.takeDeliveries()
      deliveries += deliveries.filter { _ in Bool.random(using: &dice) }
      let process = try world.start()
      for delivery in deliveries.shuffled(using: &dice) {
        #expect(process.receive(delivery) == 200)
        if Bool.random(using: &dice) { try process.stepAll() }
      }
      try process.engine.drain()
      let payment = try payment(process, ids.charge)
      #expect(payment?.status == .captured)
      #expect(payment?.amountCaptured == 100_00)
      #expect(payment?.amountRefunded == 10_00)
      #expect(payment?.commercialID == .of("O-1"))
      #expect(try process.openJobs() == 0)
    }
  }

  @Test("the basket is named by the charge, else by its intent, else by nobody")
  func namesBasket() {
    func basket(_ charge: [String: String], _ intent: [String: String]) -> String? {
      var snapshot = ChargeSnapshot.make(metadata: charge)
      snapshot.paymentIntentMetadata = intent
      return snapshot.basket(metadataKey: "k")?.rawValue
    }
    #expect(basket(["k": "A"], ["k": "B"]) == "A")
    #expect(basket([:], ["k": "B"]) == "B")
    #expect(basket(["k": ""], ["k": "B"]) == "B")
    #expect(basket(["k": ""], ["k": ""]) == nil)
    #expect(basket(["other": "A"], [:]) == nil)
  }

  @Test("the intent's metadata pays the order when the charge has none")
  func intentMetadata() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    world.pay(basket: nil) { $0.intentMetadata = ["mirakl_order_id": "O-1"] }
    try world.start().run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("a webhook lets the waiting order of its basket be paid without a pass")
  func wakesOrders() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    let ids = world.pay(outcome: .authorized)
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    world.stripe.captureCharge(ids.charge)
    process.receiveAll()
    try process.engine.drain()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(process.transport.count("GET /api/orders") == 1)
  }

  @Test("a charge that Stripe does not know, among others that it does, is let go")
  func missingCharge() throws {
    let world = try World()
    world.pay()
    let process = try world.start()
    try process.run()
    try enqueue(process, "ch_gone")
    try process.engine.drain()
    #expect(try process.openJobs() == 0)
    #expect(try payment(process, "ch_gone") == nil)
  }

  @Test("events that arrive while the key is of another account are not forgotten (Q8)")
  func keepsEventsWhileMisconfigured() throws {
    for isFirst in [true, false] {
      let world = try World()
      try world.addShop()
      let process = try world.start()
      if !isFirst {
        world.pay(basket: "O-0")
        try process.run()
      }
      process.transport.before { call in
        call.hasPrefix("GET /v1/charges") || call.hasPrefix("GET /v1/payment_intents")
          ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No"}}"#)
          : .goOn
      }
      world.addOrder()
      world.pay()
      try process.run()
      try process.settle(world, rounds: 3)
      process.transport.before(nil)
      try process.settle(world)
      #expect(world.stripe.transfers.map(\.amount) == [90_00], "first: \(isFirst)")
    }
  }

  @Test("passing errors are repeated until the charge was read (Q9)")
  func repeats() throws {
    let world = try World()
    let ids = world.pay()
    let process = try world.start()
    world.stripe.faults.inject(.errorBefore, operation: "GET /v1/charges/{charge}", times: 2)
    world.stripe.faults.inject(.throttled, operation: "GET /v1/charges/{charge}")
    world.stripe.faults.inject(.hangUpAfter, operation: "GET /v1/charges/{charge}")
    process.receiveAll()
    try process.engine.drain()
    #expect(try payment(process, ids.charge)?.status == .captured)
    #expect(try process.openJobs() == 0)
  }

  @Test("an answer that was overtaken by a newer reading changes nothing (P3)")
  func overtaken() throws {
    let world = try World { $0.leaseMs = 5_000 }
    let ids = world.pay()
    let (slow, quick) = (try world.start(), try world.start())
    slow.receiveAll()
    // The slow process asks, the answer dawdles; meanwhile the charge is refunded and read again.
    slow.transport.after { _ in
      slow.transport.after(nil)
      world.clock.advance(byMs: 10_000)
      world.stripe.refundCharge(ids.charge)
      quick.receiveAll()
      try? quick.stepAll()
      world.clock.advance(byMs: 1_000)
      return .goOn
    }
    try slow.stepAll()
    #expect(try payment(slow, ids.charge)?.status == .refunded)
  }

  @Test("after the clock was set back, what Stripe says now counts (P3)")
  func clockSetBack() throws {
    let world = try World()
    let ids = world.pay()
    let process = try world.start()
    world.ourClock.set(skewMs: 30 * 3_600_000)
    try enqueue(process, ids.charge)
    try process.engine.drain()
    world.ourClock.set(skewMs: 0)
    world.stripe.refundCharge(ids.charge)
    process.receiveAll()
    try process.engine.drain()
    #expect(try payment(process, ids.charge)?.status == .refunded)
  }

  private func enqueue(_ process: SimulatedProcess, _ charge: String) throws {
    let nowMs = process.engine.context.nowMs
    try process.store.write {
      try $0.enqueue(.readCharge, key: charge, runAtMs: nowMs, nowMs: nowMs)
    }
  }
}
