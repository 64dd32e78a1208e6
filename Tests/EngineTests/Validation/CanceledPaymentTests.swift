import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// A payment intent that was canceled before it led to a charge.
@Suite struct CanceledPaymentTests {
  private func canceled(_ world: World) -> String {
    let intent = world.stripe.createIntent(
      100_00, currency: "eur", metadata: ["mirakl_order_id": "O-1"])
    world.stripe.cancelIntent(intent)
    return intent
  }

  @Test("after the grace period Mirakl is told REFUSED, once (C3)")
  func refused() throws {
    let world = try World.validating()
    world.addDebit()
    let intent = canceled(world)
    let process = try world.start()
    try process.validate()
    #expect(try process.debit()?.reason?.contains(intent) == true)
    #expect(process.transport.count("PUT /api/payment/debit") == 0)
    world.clock.advance(byMs: 3_599_000)
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 0)
    world.clock.advance(byMs: 2_000)
    try process.validate()
    #expect(try process.debit()?.status == .refused)
    #expect(world.mirakl.order("O-1-A")?.state == "CANCELED")
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
    let request = try process.store.read {
      try $0.latestIntent(.confirmDebit, businessKey: "O-1-A")?.request
    }
    #expect(request?.contains(intent) == true)
  }

  @Test("another payment within the grace period counts instead (C3, P1)")
  func anotherPays() throws {
    let world = try World.validating()
    world.addDebit()
    _ = canceled(world)
    let process = try world.start()
    try process.validate()
    world.clock.advance(byMs: 1_800_000)
    world.pay()
    try process.validate()
    #expect(try process.debit()?.status == .confirmed)
    world.clock.advance(byMs: 7_200_000)
    try process.validate()
    #expect(process.transport.count("PUT /api/payment/debit") == 1)
  }

  @Test("one that succeeds at the last moment stops the refusal (Q6)")
  func lastMoment() throws {
    let world = try World.validating()
    world.addDebit()
    _ = canceled(world)
    let process = try world.start()
    try process.validate()
    world.clock.advance(byMs: 3_601_000)
    world.pay()
    process.receiveAll()
    try process.validate()
    #expect(try process.debit()?.status == .confirmed)
    #expect(world.mirakl.order("O-1-A")?.state == "SHIPPING")
  }

  @Test("one of the other mode refuses nothing (Q8, X2)")
  func otherMode() throws {
    let world = try World.validating { $0.livemode = true }
    world.addDebit()
    let process = try world.start()
    try process.store.write { transaction in
      _ = try transaction.noteCanceledPayment(
        CanceledPayment(
          id: try PaymentIntentID("pi_1"), commercialID: try CommercialOrderID("O-1"),
          livemode: false, canceledMs: 1), nowMs: 1)
    }
    try process.validate()
    #expect(try process.debit()?.status == .onHold)
    #expect(try process.debit()?.reason?.contains("other mode") == true)
  }
}
