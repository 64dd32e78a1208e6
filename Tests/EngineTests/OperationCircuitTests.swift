import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// A 403 is about one operation: the key lacks the right, or the instance of Mirakl the module.
@Suite struct OperationCircuitTests {
  private func forbidding(_ operation: String) -> SandboxTransport.Hook {
    { $0 == operation ? .answer(status: 403, json: #"{"message":"no right"}"#) : .goOn }
  }

  @Test("no right to service orders: products are paid, the pass says what it lacks (Q8)")
  func serviceOrders() throws {
    let world = try World.service()
    world.addOrder()
    world.pay()
    let process = try world.start()
    process.transport.before(forbidding("GET /api/mms/orders"))
    process.receiveAll()
    let failure = #expect(throws: PassFailure.self) { try process.pass() }
    #expect(failure?.description.contains("GET /api/mms/orders") == true)
    try process.engine.drain()
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["O-1-A"])
    #expect(try process.circuit(.mirakl) == nil)
    #expect(try process.audits() == ["operation paused"])
    process.transport.before(nil)
    world.clock.advance(byMs: 60_000)
    try process.run()
    #expect(world.stripe.transfers.count == 2)
  }

  @Test("no right to PA01: nothing ends, nobody is flooded, captures and others go on (Q8)")
  func confirmations() throws {
    let world = try World.validating()
    for number in 1...20 {
      world.addDebit("O-\(number)-A", basket: "O-\(number)")
      world.pay(basket: "O-\(number)", outcome: .authorized)
    }
    let process = try world.start()
    let call = "PUT /api/payment/debit"
    process.transport.before(forbidding(call))
    try process.validate()
    #expect(process.transport.count(call) == 1)
    #expect(try process.debit("O-1-A")?.status == .onHold || process.debit("O-2-A") != nil)
    #expect(try process.circuit(.mirakl) == nil)
    world.clock.advance(byMs: Circuits.probeMs + 1)
    try process.engine.drain()
    #expect(process.transport.count(call) == 2)
    #expect(try process.audits() == ["operation paused"])
    process.transport.before(nil)
    try process.validateToTheEnd(world)
    #expect(world.mirakl.orders.allSatisfy { $0.state == "SHIPPING" })
  }

  @Test("no right to product debits: service debits are confirmed all the same (Q7, Q8)")
  func productDebits() throws {
    let world = try World.validating()
    world.addService(state: "WAITING")
    world.pay(basket: "S-1")
    let process = try world.start()
    process.transport.before(forbidding("GET /api/payment/debit"))
    process.receiveAll()
    try process.engine.drain()
    #expect(throws: PassFailure.self) { try ValidationPass(process.engine).run() }
    try process.engine.drain()
    #expect(try process.debit("debit-S-1-A", .service)?.status == .confirmed)
  }

  @Test("no right to PA02: the refund is made once, and confirmed when it may be (R2, Q8)")
  func refundConfirmation() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    process.transport.before(forbidding("PUT /api/payment/refund"))
    try process.refundRun()
    #expect(world.stripe.refunds.count == 1)
    #expect(try process.refund()?.status == .pending)
    #expect(try process.refund()?.reason?.contains("not confirmed yet") == true)
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(world.stripe.refunds.count == 1)
    #expect(try process.reversal()?.status == .created)
  }

  @Test("no right to shops: their links wait, orders are paid (Q8)")
  func shops() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before(forbidding("GET /api/shops"))
    #expect(throws: PassFailure.self) { try OnboardingPass(process.engine).run() }
    try process.run()
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("a wrong key still pauses everything (Q8)")
  func wrongKey() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { $0.contains("/api/") ? .answer(status: 401, json: "{}") : .goOn }
    #expect(throws: PassFailure.self) { try process.pass() }
    #expect(try process.circuit(.mirakl) != nil)
  }

  @Test("the clock was set back: a pause of one operation does not last for years")
  func clockSetBack() throws {
    let world = try World()
    let process = try world.start()
    let circuits = Circuits(process.engine.context)
    let trace = CallTrace(operation: "PUT /api/shops", status: 403)
    try circuits.open(CallFailure(.unauthorized(message: "no"), trace: trace))
    #expect(try circuits.waitMs(.mirakl, for: "PUT /api/shops") == Circuits.probeMs)
    #expect(try circuits.waitMs(.mirakl) == nil)
    world.ourClock.set(skewMs: -3_600_000)
    #expect(try circuits.waitMs(.mirakl, for: "PUT /api/shops") == nil)
  }

  @Test("Stripe without the right to transfers: said on every order, asked once, then paid (Q8)")
  func transfers() throws {
    let world = try World()
    try world.addShop()
    for number in 1...5 {
      world.addOrder("O-\(number)-A", basket: "O-\(number)")
      world.pay(basket: "O-\(number)")
    }
    let process = try world.start()
    let call = "POST /v1/transfers"
    process.transport.before {
      $0 == call ? .answer(status: 403, json: #"{"error":{"message":"no right"}}"#) : .goOn
    }
    try process.run()
    #expect(process.transport.count(call) == 1)
    #expect(try process.circuit(.stripe) == nil)
    for number in 1...5 {
      let record = try process.transfer("O-\(number)-A")
      #expect(record?.status == .onHold)
      #expect(record?.reason?.contains("no right") == true)
    }
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.count == 5)
  }

  @Test("Stripe without the right to payouts: transfers go on (Q8)")
  func payouts() throws {
    let settlement = try SettlementWorld()
    settlement.addInvoice { $0.subscription = "-40.00" }
    let process = try settlement.world.start()
    process.transport.before {
      $0 == "POST /v1/payouts"
        ? .answer(status: 403, json: #"{"error":{"message":"no right"}}"#) : .goOn
    }
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain()
    #expect(settlement.transfers.map(\.amount) == [40_00])
    #expect(try process.circuit(.stripe) == nil)
    #expect(try settlement.payout()?.reason?.contains("no right") == true)
    process.transport.before(nil)
    settlement.world.clock.advance(byMs: 600_000)
    try process.engine.drain()
    #expect(settlement.payouts.map(\.amount) == [801_00])
  }
}
