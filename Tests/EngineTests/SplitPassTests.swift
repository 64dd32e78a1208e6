import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

@Suite struct SplitPassTests {
  private func checkpoint(_ process: SimulatedProcess) throws -> Int64? {
    try process.store.read { try $0.checkpoint(SplitPass.checkpointName).flatMap(Int64.init) }
  }

  @Test("the checkpoint stays where it was until every page was read (M3)")
  func unreadPage() throws {
    let world = try World(pageSize: 2)
    for number in 1...5 { world.addOrder("O-\(number)-A", basket: "O-\(number)") }
    let process = try world.start()
    let calls = Monitor(0)
    process.transport.before { _ in
      let count = calls.withLock {
        $0 += 1
        return $0
      }
      return count == 1 ? .goOn : .fail(.unknown("reset"))
    }
    #expect(throws: PassFailure.self) { try process.pass() }
    #expect(try checkpoint(process) == nil)
    #expect(try process.openJobs() == 2)
    process.transport.before(nil)
    let report = try process.pass()
    #expect(report.read == 5)
    #expect(try checkpoint(process) == World.startMs)
    #expect(try process.openJobs() == 5)
  }

  @Test("the overlap reads orders again and pays nothing twice (M3)")
  func overlap() throws {
    let world = try World.payable()
    let process = try world.start()
    try process.run()
    world.clock.advance(byMs: 600_000)
    let report = try process.run()
    #expect(report.read == 1)
    #expect(report.queued == 0)
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("an order that becomes visible late, within the overlap, is found (M3)")
  func visibleLate() throws {
    let world = try World.payable()
    let process = try world.start()
    try process.run()
    let changedMs = world.clock.nowMs - 1_200_000
    world.mirakl.addOrder(
      SandboxOrder(
        id: "O-2-A", commercialID: "O-2", shopID: 1,
        lines: [SandboxOrder.Line(price: "50.00", commissionFee: "5.00")],
        customerDebitedMs: changedMs, createdMs: changedMs, updatedMs: changedMs))
    world.pay(50_00, basket: "O-2")
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00, 45_00])
  }

  @Test("nothing older than the start date is paid, nor remembered (M2)")
  func history() throws {
    let world = try World { $0.split.startMs = World.startMs }
    try world.addShop()
    world.pay()
    world.clock.set(toMs: World.startMs - 1)
    world.addOrder()
    world.clock.set(toMs: World.startMs + 60_000)
    world.addOrder("O-2-A", basket: "O-2")
    world.pay(basket: "O-2")
    let process = try world.start()
    let report = try process.run()
    #expect(report.tooOld == 1)
    #expect(try process.transfer("O-1-A") == nil)
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["O-2-A"])
  }

  @Test("1,000 orders on hold are read again in ten calls (B1)")
  func batches() throws {
    let world = try World()
    for number in 1...1_000 {
      world.addOrder("O-\(1_000 + number)-A", basket: "O-\(1_000 + number)", shop: 9)
    }
    let process = try world.start()
    #expect(try process.pass().calls == 10)
    try process.stepAll(max: 5_000)
    world.clock.advance(byMs: 48 * 3_600_000)
    world.addOrder("O-9999-A", basket: "O-9999", shop: 9)  // moves the checkpoint on
    try process.run()
    let before = process.transport.count("GET /api/orders")
    let report = try process.pass()
    #expect(report.read == 1_001)
    #expect(report.missing == 0)
    // One for what changed since the checkpoint, ten for those that wait.
    #expect(process.transport.count("GET /api/orders") - before == 11)
  }

  @Test("next links that lead in a circle end the reading, without moving the checkpoint")
  func loop() throws {
    let world = try World(pageSize: 2)
    for number in 1...5 { world.addOrder("O-\(number)-A", basket: "O-\(number)") }
    world.mirakl.setNextLinkLoop(true)
    let process = try world.start()
    let report = try process.pass()
    #expect(report.calls < 10)
    #expect(try checkpoint(process) == nil)
    world.mirakl.setNextLinkLoop(false)
    try process.pass()
    #expect(try checkpoint(process) != nil)
    #expect(try process.openJobs() == 5)
  }

  @Test("an order that cannot be read is held with its reason, and the others are paid (Q7)")
  func undecodable() throws {
    let world = try World.payable()
    world.addOrder("O-2-A", basket: "O-2")
    world.pay(basket: "O-2")
    world.mirakl.setRawOrder(
      #"{"order_id":"O-3-A","commercial_id":"O-3","shop_id":1,"order_state":"SHIPPING"}"#)
    world.mirakl.setRawOrder(#"{"nonsense":true}"#)
    let process = try world.start()
    let report = try process.run()
    #expect(report.unreadable == 2)
    #expect(world.stripe.transfers.count == 2)
    #expect(try process.transfer("O-3-A")?.status == .onHold)
    #expect(try process.reason("O-3-A")?.hasPrefix("Field ") == true)
  }

  @Test("an order that Mirakl no longer returns is held, and said so")
  func missing() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    let process = try world.start()
    try process.run()
    world.mirakl.setRawOrder(#"{"order_id":"other"}"#, replacing: "O-1-A")
    world.clock.advance(byMs: 48 * 3_600_000)
    #expect(try process.run().missing == 1)
    #expect(try process.reason() == "Mirakl no longer returns order O-1-A")
  }

  @Test("a passing error is repeated within the pass, three times")
  func repeats() throws {
    let world = try World.payable()
    let process = try world.start()
    world.mirakl.faults.inject(.errorBefore, operation: "GET /api/orders", times: 2)
    world.mirakl.faults.inject(.hangUpBefore, operation: "GET /api/orders")
    #expect(try process.pass().calls == 4)
    world.mirakl.faults.inject(.errorBefore, operation: "GET /api/orders", times: 4)
    let startMs = world.clock.nowMs
    #expect(throws: PassFailure.self) { try process.pass() }
    #expect(world.clock.nowMs - startMs < 10_000)
  }

  @Test("Mirakl's Retry-After is waited for (Q9)")
  func retryAfter() throws {
    let world = try World.payable()
    let process = try world.start()
    world.mirakl.faults.inject(.throttled, operation: "GET /api/orders")
    let startMs = world.clock.nowMs
    try process.pass()
    #expect(world.clock.nowMs - startMs >= 1_000)
  }

  @Test("Mirakl refuses the key: the pass fails and pauses, and nothing ends (Q8)")
  func unauthorized() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    process.transport.before { call in
      call.hasPrefix("GET /api") ? .answer(status: 401, json: #"{"message":"No"}"#) : .goOn
    }
    #expect(throws: PassFailure.self) { try process.pass() }
    #expect(try process.circuit(.mirakl) != nil)
    let calls = process.transport.calls.count
    #expect(throws: PassFailure.self) { try process.pass() }
    #expect(process.transport.calls.count == calls)
    process.transport.before(nil)
    world.clock.advance(byMs: Circuits.probeMs)
    try process.run()
    #expect(try process.circuit(.mirakl) == nil)
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("switched off, a pass asks nobody")
  func switchedOff() throws {
    let world = try World.payable()
    let process = try world.start { $0.paysProductOrders = false }
    #expect(try process.pass() == PassReport())
    #expect(process.transport.calls.isEmpty)
  }
}
