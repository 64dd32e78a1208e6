import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct EventsPassTests {
  /// Throws away every webhook that waits.
  private func lose(_ world: World) { _ = world.stripe.takeDeliveries() }

  private func audits(_ process: SimulatedProcess) throws -> [String] {
    try process.store.read { try $0.audits(limit: 50, offset: 0).map(\.action) }
  }

  @Test("a payment whose webhooks were all lost is found, and its order paid (W2)")
  func findsLost() throws {
    let world = try World.payable()
    lose(world)
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.isEmpty)
    let report = try EventsPass(process.engine).run()
    #expect(report.new > 0)
    try process.engine.drain()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("an event that came by webhook too has its effect once (W1, W2)")
  func duplicates() throws {
    let world = try World.payable()
    let process = try world.start()
    try process.pass()
    #expect(try EventsPass(process.engine).run().new > 0)
    try process.engine.drain()
    process.receiveAll()
    #expect(try EventsPass(process.engine).run().new == 0)
    try process.engine.drain()
    #expect(world.stripe.transfers.count == 1)
    #expect(process.transport.calls.filter { $0.hasPrefix("GET /v1/charges/") }.count <= 2)
  }

  @Test("the payload is kept as Stripe wrote it, under the endpoint poll")
  func payload() throws {
    let world = try World.payable()
    lose(world)
    let process = try world.start()
    _ = try EventsPass(process.engine).run()
    let events = try process.store.read { try $0.events(after: 0, limit: 100) }
    let charge = try #require(events.first { $0.event.type == "charge.succeeded" })
    #expect(charge.event.endpoint == "poll")
    #expect(charge.event.objectID?.hasPrefix("ch_") == true)
    let text = String(decoding: charge.event.payload, as: UTF8.self)
    #expect(text.hasPrefix("{") && text.hasSuffix("}"))
    #expect(text.contains("\"previous_attributes\"") || text.contains("\"data\""))
    #expect(text.contains(charge.event.externalID))
  }

  @Test("250 events over ten days of outage, all pages and windows (W2)")
  func longGap() throws {
    let world = try World(pageSize: 7)
    let process = try world.start()
    _ = try EventsPass(process.engine).run()
    for number in 0..<125 {
      world.pay(basket: "B-\(number)")
      world.clock.advance(byMs: 7_000_000)
    }
    lose(world)
    let report = try EventsPass(process.engine).run()
    try process.engine.drain()
    let payments = try process.store.read { try $0.payments(limit: 1_000, offset: 0) }
    #expect(payments.count == 125)
    #expect(report.new >= 125)
    let again = try EventsPass(process.engine).run()
    #expect(again.new == 0)
    #expect(again.read < 20)
  }

  @Test("interrupted in the middle, the next pass goes on where it was (W2)")
  func interrupted() throws {
    let world = try World()
    let process = try world.start()
    _ = try EventsPass(process.engine).run()
    for number in 0..<20 {
      world.pay(basket: "B-\(number)")
      world.clock.advance(byMs: 20_000_000)
    }
    lose(world)
    let calls = process.transport.count("GET /v1/events")
    process.transport.before { call in
      call == "GET /v1/events" && process.transport.count(call) > calls + 2
        ? .fail(.unknown("reset")) : .goOn
    }
    #expect(throws: PassFailure.self) { _ = try EventsPass(process.engine).run() }
    let stored = try process.store.read { try $0.lastEventID() }
    #expect(stored > 0)
    process.transport.before(nil)
    _ = try EventsPass(process.engine).run()
    try process.engine.drain()
    #expect(try process.store.read { try $0.payments(limit: 100, offset: 0) }.count == 20)
  }

  @Test("nothing older than Stripe keeps is asked for; a fresh store reads what is its own (M2)")
  func bounds() throws {
    let world = try World { $0.split.startMs = World.startMs }
    let process = try world.start()
    let report = try EventsPass(process.engine).run()
    #expect(report.calls <= 4)
    let all = try World()
    #expect(try EventsPass(all.start().engine).run().calls <= 62)
  }

  @Test("a silent endpoint is said once per silence, and heard again (W2)")
  func silence() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    _ = try EventsPass(process.engine).run()
    #expect(try audits(process).isEmpty)
    for _ in 0..<3 {
      world.clock.advance(byMs: 600_000)
      world.pay(basket: "LOST-\(world.clock.nowMs)")
      lose(world)
      world.clock.advance(byMs: 600_000)
      _ = try EventsPass(process.engine).run()
    }
    #expect(try audits(process) == ["webhook endpoint silent"])
    world.clock.advance(byMs: 600_000)
    world.pay(basket: "HEARD")
    process.receiveAll()
    _ = try EventsPass(process.engine).run()
    world.clock.advance(byMs: 600_000)
    world.pay(basket: "LOST-AGAIN")
    lose(world)
    world.clock.advance(byMs: 600_000)
    _ = try EventsPass(process.engine).run()
    #expect(try audits(process).count == 2)
  }

  @Test("Stripe refuses the key: the pass fails and pauses (Q8)")
  func unauthorized() throws {
    let world = try World()
    let process = try world.start()
    process.transport.before { _ in
      .answer(status: 401, json: #"{"error":{"message":"Invalid API Key"}}"#)
    }
    #expect(throws: PassFailure.self) { _ = try EventsPass(process.engine).run() }
    #expect(try process.circuit(.stripe) != nil)
  }
}
