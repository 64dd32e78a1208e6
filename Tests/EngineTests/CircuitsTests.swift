import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct CircuitsTests {
  @Test("closed at first; open it makes work wait until a probe succeeds (Q8)")
  func opensAndCloses() throws {
    let world = try World()
    let process = try world.start()
    let circuits = Circuits(process.engine.context)
    #expect(try circuits.waitMs(.stripe) == nil)
    try circuits.open(.stripe, reason: "Invalid|key")
    #expect(try circuits.waitMs(.stripe) == Circuits.probeMs)
    #expect(try circuits.waitMs(.mirakl) == nil)
    #expect(try process.circuit(.stripe) == "Invalid|key")
    #expect(process.transport.calls.isEmpty)
    world.clock.advance(byMs: Circuits.probeMs)
    #expect(try circuits.waitMs(.stripe) == nil)
    #expect(process.transport.calls == ["GET /v1/account"])
    #expect(try process.circuit(.stripe) == nil)
  }

  @Test("while the probe fails it stays open, with one cheap request per interval (Q8)")
  func probes() throws {
    let world = try World()
    let process = try world.start()
    let circuits = Circuits(process.engine.context)
    process.transport.before { _ in .answer(status: 401, json: "{}") }
    try circuits.open(.mirakl, reason: "no")
    for _ in 0..<5 {
      world.clock.advance(byMs: Circuits.probeMs)
      #expect(try circuits.waitMs(.mirakl) == Circuits.probeMs)
      #expect(try circuits.waitMs(.mirakl) == Circuits.probeMs)
    }
    #expect(process.transport.calls.count == 5)
    #expect(try process.circuit(.mirakl) == "no")
  }

  @Test("it does not close while Stripe knows none of our charges (Q8)")
  func needsCanary() throws {
    let world = try World()
    world.pay()
    let process = try world.start()
    try process.run()
    let circuits = Circuits(process.engine.context)
    process.transport.before { call in
      call.hasPrefix("GET /v1/charges")
        ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No"}}"#)
        : .goOn
    }
    try circuits.open(.stripe, reason: "no")
    world.clock.advance(byMs: Circuits.probeMs)
    #expect(try circuits.waitMs(.stripe) == Circuits.probeMs)
    process.transport.before(nil)
    world.clock.advance(byMs: Circuits.probeMs)
    #expect(try circuits.waitMs(.stripe) == nil)
  }

  @Test("Mirakl is probed with what the passes ask: a key without the right to S20 serves (Q8)")
  func probesWithOrders() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { call in
      .answer(status: call == "GET /api/orders" ? 401 : 403, json: "{}")
    }
    #expect(throws: PassFailure.self) { try process.pass() }
    process.transport.before { call in
      call == "GET /api/shops" ? .answer(status: 403, json: "{}") : .goOn
    }
    world.clock.advance(byMs: Circuits.probeMs)
    try process.run()
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("the clock was set back: it probes instead of waiting for the old time")
  func clockSetBack() throws {
    let world = try World()
    let process = try world.start()
    let circuits = Circuits(process.engine.context)
    try circuits.open(.stripe, reason: "no")
    world.ourClock.set(skewMs: -3_600_000)
    #expect(try circuits.waitMs(.stripe) == nil)
  }

  @Test("other processes and restarts honour it, and its opening is audited once")
  func isShared() throws {
    let world = try World()
    let (one, two) = (try world.start(), try world.start())
    try Circuits(one.engine.context).open(.stripe, reason: "no")
    try Circuits(one.engine.context).open(.stripe, reason: "still no")
    #expect(try Circuits(two.engine.context).waitMs(.stripe) == Circuits.probeMs)
    let audits = try two.store.read { try $0.audits(limit: 10, offset: 0) }
    #expect(audits.map(\.action) == ["circuit opened"])
  }
}
