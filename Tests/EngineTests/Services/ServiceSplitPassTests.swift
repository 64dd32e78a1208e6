import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct ServiceSplitPassTests {
  @Test("a service order that changes long after its creation is found by its id (M3)")
  func findsOldOnes() throws {
    let world = try World { $0.paysServiceOrders = true }
    try world.addShop()
    world.addService { $0.state = "WAITING_ACCEPTANCE" }
    world.pay(basket: "S-1")
    let process = try world.start()
    try process.run()
    #expect(try process.service()?.status == .onHold)
    world.clock.advance(byMs: 40 * 86_400_000)
    world.addService("S-2-A", basket: "S-2") { $0.state = "WAITING_SCORING" }
    try process.run()
    world.clock.advance(byMs: 600_000)
    world.mirakl.updateServiceOrder("S-1-A") { $0.state = "ORDER_CONSUMED" }
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("all pages are read: 25 orders, four a page")
  func pages() throws {
    let world = try World(pageSize: 4) { $0.paysServiceOrders = true }
    try world.addShop()
    for number in 1...25 {
      world.addService("S-\(number)-A", basket: "S-\(number)")
      world.pay(basket: "S-\(number)")
      world.clock.advance(byMs: 1_000)
    }
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.count == 25)
  }

  @Test("an order or a debit that cannot be read is held with its field; the others are paid (Q7)")
  func unreadable() throws {
    let world = try World.service()
    world.addService("S-2-A", basket: "S-2")
    world.addService("S-3-A", basket: "S-3", debit: nil)
    world.mirakl.setRawServiceOrder(
      #"{"id":"S-2-A","state":"ORDER_PENDING","date_created":"2025-11-24T16:00:00Z"}"#, id: "S-2-A")
    world.mirakl.setRawServiceDebit(
      #"{"id":"d3","order_id":"S-3-A","state":"OK","currency_code":"EUR","amount":"1.00"}"#,
      id: "d3", orderID: "S-3-A")
    let process = try world.start()
    try process.run()
    #expect(try process.service("S-2-A")?.reason?.contains("commercial_order_id") == true)
    #expect(try process.service("S-3-A")?.reason?.contains("debit.amount") == true)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("an order that Mirakl no longer returns is held, and said so")
  func missing() throws {
    let world = try World { $0.paysServiceOrders = true }
    try world.addShop()
    world.addService { $0.state = "WAITING_ACCEPTANCE" }
    let process = try world.start()
    try process.run()
    world.mirakl.removeServiceOrder("S-1-A")
    world.clock.advance(byMs: 600_000)
    let report = try process.run()
    #expect(report.missing == 1)
    #expect(try process.service()?.reason == "Mirakl no longer returns order S-1-A")
  }

  @Test("services that Mirakl refuses do not keep product orders from being paid (Q7)")
  func productsGoOn() throws {
    let world = try World.service()
    world.addOrder()
    world.pay()
    let process = try world.start()
    process.transport.before { call in
      call == "GET /api/mms/orders"
        ? .answer(status: 404, json: #"{"message":"no such module"}"#) : .goOn
    }
    process.receiveAll()
    #expect(throws: PassFailure.self) { try process.pass() }
    try process.engine.drain()
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["O-1-A"])
  }

  @Test("10,000 service orders on hold: 100 ids a call; one unreadable, missing, 429 (B1, Q7)")
  func tenThousand() throws {
    let world = try World { $0.paysServiceOrders = true }
    let (process, count) = (try world.start(), 10_000)
    for number in 1...count {
      world.addService(Self.id(number), basket: "B\(number)", debit: nil) {
        $0.state = number == 1 ? "ORDER_PENDING" : "WAITING_ACCEPTANCE"
      }
    }
    try hold(.serviceOrder, count, process)
    world.mirakl.setRawServiceOrder("{\"id\":\"\(Self.id(4_321))\"}", id: Self.id(4_321))
    world.mirakl.removeServiceOrder(Self.id(7_777))
    try world.addShop()
    let charge = world.pay(basket: "B1").charge
    world.mirakl.addServiceDebit(
      SandboxServiceDebit(
        id: "d", orderID: Self.id(1), amount: "100.00", state: "OK",
        transactionNumber: charge))
    // Far enough that the list of new orders does not bring them: all are found by their ids.
    world.clock.advance(byMs: 86_400_000)
    try process.store.write { [now = world.clock.nowMs] in
      try $0.setCheckpoint(ServiceSplitPass.checkpointName, String(now), nowMs: now)
    }
    world.mirakl.faults.inject(.throttled, operation: "GET /api/mms/orders")
    let report = try process.pass()
    let calls = process.transport.count("GET /api/mms/orders")
    #expect(calls <= 110, "\(calls) calls")
    #expect(process.transport.count("GET /api/mms/debits") == 1)
    #expect((report.read, report.missing, report.unreadable) == (count - 2, 1, 1))
    #expect(try process.service(Self.id(4_321))?.reason?.contains("date_created") == true)
    #expect(try process.service(Self.id(7_777))?.reason?.contains("no longer returns") == true)
    let handler = SplitServiceOrderHandler(process.engine.context, process.engine.circuits)
    let job = Job(
      id: 0, kind: .splitServiceOrder, key: Self.id(1), attempts: 1, signals: 1, lease: 0)
    _ = try handler.handle(job)
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == [Self.id(1)])
  }

  @Test("10,000 product orders on hold: 100 ids a call; one unreadable, missing, 429 (B1, Q7)")
  func tenThousandProducts() throws {
    let world = try World()
    let (process, count) = (try world.start(), 10_000)
    for number in 1...count where number != 7_777 {
      world.addOrder(Self.id(number), basket: "B\(number)", state: "WAITING_ACCEPTANCE")
    }
    try hold(.productOrder, count, process)
    world.clock.advance(byMs: 86_400_000)
    try process.store.write { [now = world.clock.nowMs] in
      try $0.setCheckpoint(SplitPass.checkpointName, String(now), nowMs: now)
    }
    world.mirakl.setRawOrder(
      "{\"order_id\":\"\(Self.id(4_321))\",\"last_updated_date\":\"2020-01-01T00:00:00Z\"}",
      replacing: Self.id(4_321))
    world.mirakl.faults.inject(.throttled, operation: "GET /api/orders")
    let report = try process.pass()
    let calls = process.transport.count("GET /api/orders")
    #expect(calls <= 110, "\(calls) calls")
    #expect((report.read, report.missing, report.unreadable) == (count - 2, 1, 1))
    #expect(try process.transfer(Self.id(7_777))?.reason?.contains("no longer returns") == true)
  }

  /// Records as an earlier pass left them.
  private func hold(
    _ kind: TransferRecord.Kind, _ count: Int, _ process: SimulatedProcess
  ) throws {
    try process.store.write { transaction in
      for number in 1...count {
        _ = try transaction.saveTransfer(
          TransferDraft(
            kind: kind, miraklID: Self.id(number), status: .onHold, reason: "waits"),
          nowMs: World.startMs)
      }
    }
  }

  private static func id(_ number: Int) -> String {
    "S-" + String(repeating: "0", count: 6 - String(number).count) + String(number)
  }
}
