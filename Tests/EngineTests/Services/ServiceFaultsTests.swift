import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct ServiceFaultsTests {
  @Test("lost answers, throttling and errors of both sides: each part is paid once (Q1, Q3, T1)")
  func faults() throws {
    for seed in UInt64(1)...12 {
      let world = try World(
        seed: seed, pageSize: 3, stripeFaults: FaultPlan(seed: seed, percent: 25),
        miraklFaults: FaultPlan(seed: seed &+ 99, percent: 25)
      ) { $0.paysServiceOrders = true }
      try world.addShop()
      let tax = world.stripe.createAccount(metadata: [:])
      for number in 1...5 {
        world.addService("S-\(number)-A", basket: "S-\(number)", debit: "120.00") {
          $0.taxes = ["20.00"]
        }
        world.pay(120_00, basket: "S-\(number)")
      }
      let process = try world.start { $0.split.taxAccount = .of(tax) }
      for _ in 0..<12 {
        process.receiveAll()
        _ = try? process.pass()
        _ = try? EventsPass(process.engine).run()
        try process.engine.drain()
        world.clock.advance(byMs: 600_000)
      }
      let amounts = world.stripe.transfers.map(\.amount).sorted()
      let expected = Array(repeating: Int64(20_00), count: 5) + Array(repeating: 90_00, count: 5)
      #expect(amounts == expected, "seed \(seed)")
    }
  }

  @Test(
    "a payment that becomes known later pays the service order that waits for it, without a pass")
  func paymentLater() throws {
    let world = try World { $0.paysServiceOrders = true }
    try world.addShop()
    world.addService()
    let process = try world.start()
    try process.run()
    #expect(try process.service()?.reason?.contains("No Stripe payment") == true)
    world.pay(basket: "S-1")
    process.receiveAll()
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("a service order that becomes visible late, within the overlap, is found (M3)")
  func visibleLate() throws {
    let world = try World.service()
    let process = try world.start()
    try process.run()
    world.clock.advance(byMs: 300_000)
    world.addService("S-3-A", basket: "S-3")
    try process.run()
    world.addService("S-2-A", basket: "S-2") { $0.createdMs = World.startMs + 1_000 }
    world.pay(basket: "S-2")
    try process.run()
    #expect(try process.service("S-2-A")?.status == .created)
  }

  @Test("an event of a dispute leads to its charge being read again (P6, P3)")
  func dispute() throws {
    let world = try World { $0.paysServiceOrders = true }
    try world.addShop()
    world.addService { $0.state = "WAITING_ACCEPTANCE" }
    let charge = world.pay(basket: "S-1").charge
    let process = try world.start()
    try process.run()
    let nowMs = world.clock.nowMs
    let event = NewEvent(
      source: .stripe, endpoint: "operator", externalID: "evt_dispute",
      type: "charge.dispute.created", objectID: "dp_1", account: nil, livemode: false,
      createdMs: nowMs,
      payload: Array(#"{"data":{"object":{"id":"dp_1","charge":"\#(charge)"}}}"#.utf8))
    _ = try process.store.write { try $0.appendEvent(event, nowMs: nowMs) }
    let before = process.transport.count("GET /v1/charges/\(charge)")
    try process.stepAll()
    #expect(process.transport.count("GET /v1/charges/\(charge)") == before + 1)
  }
}
