import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct ReadHintsHandlerTests {
  private func callback(_ orders: [String]) -> MiraklCallback {
    MiraklCallback(
      changes: orders.map { ($0, "WAITING_DEBIT_PAYMENT", "SHIPPING") },
      authorization: World.callbackSecret)
  }

  @Test("from the callback to the transfer, without a pass")
  func toTheTransfer() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    #expect(process.receive(callback(["O-1-A"])) == 200)
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(process.transport.count("GET /api/orders") == 1)
  }

  @Test("a service order likewise, and an id that nobody knows is nothing")
  func services() throws {
    let world = try World.service()
    let process = try world.start()
    process.receiveAll()
    #expect(process.receive(callback(["S-1-A", "NOBODY"])) == 200)
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try process.openJobs() == 0)
  }

  @Test("500 callbacks about 250 orders are three calls (B1)")
  func coalesces() throws {
    let world = try World()
    try world.addShop()
    let process = try world.start()
    for number in 1...250 {
      world.addOrder("O-\(number)", basket: "B-\(number)", state: "WAITING_ACCEPTANCE")
      #expect(process.receive(callback(["O-\(number)"])) == 200)
      #expect(process.receive(callback(["O-\(number)", "O-\(max(1, number - 1))"])) == 200)
    }
    try process.stepAll(max: 2_000)
    #expect(process.transport.count("GET /api/orders") == 3)
    #expect(try process.transfer("O-250")?.status == .onHold)
  }

  @Test("the same bytes twice are one event; ten minutes later they are another")
  func duplicates() throws {
    let world = try World.payable()
    let process = try world.start()
    #expect(process.receive(callback(["O-1-A"])) == 200)
    #expect(process.receive(callback(["O-1-A"])) == 200)
    #expect(try process.store.read { try $0.lastEventID() } == 1)
    world.clock.advance(byMs: 600_000)
    #expect(process.receive(callback(["O-1-A"])) == 200)
    #expect(try process.store.read { try $0.events(after: 0, limit: 9) }.count == 2)
  }

  @Test("Mirakl down: the callback waits and is not lost (Q5)")
  func down() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    process.receive(callback(["O-1-A"]))
    process.transport.before { $0 == "GET /api/orders" ? .fail(.notSent("down")) : .goOn }
    try process.stepAll()
    #expect(world.stripe.transfers.isEmpty)
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("an id that Mirakl refuses keeps no other from being read (Q7)")
  func refusedID() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    process.receive(callback(["BAD,ID", "O-1-A"]))
    world.mirakl.faults.inject(.throttled, operation: "GET /api/orders")
    let isFirst = World.Once()
    process.transport.after { call in
      call == "GET /api/orders" && isFirst.take()
        ? .answer(status: 400, json: #"{"message":"order_ids is not valid"}"#) : .goOn
    }
    try process.stepAll()
    world.clock.advance(byMs: 60_000)
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("killed at any boundary, the order is paid once (Q2)")
  func killed() throws {
    for boundary in 1...60 {
      let world = try World.payable()
      let first = try world.start()
      first.receiveAll()
      first.receive(callback(["O-1-A"]))
      first.life.kill(atBoundary: boundary)
      _ = try? first.stepAll()
      let isOver = first.life.isAlive
      let second = try world.start()
      for _ in 0..<5 {
        try second.stepAll()
        world.clock.advance(byMs: 600_000)
      }
      #expect(world.stripe.transfers.map(\.amount) == [90_00], "boundary \(boundary)")
      if isOver { return }
    }
    Issue.record("the process never came to its end")
  }

  @Test("ids are found in a list, an object and an envelope; offers and rubbish are not")
  func finds() {
    func ids(_ text: String) -> [String] {
      MiraklHints.found(in: Array(text.utf8)).map { "\($0.kind.rawValue) \($0.id)" }
    }
    #expect(ids(#"[{"id":"A"},{"order_id":"B","id":"x"}]"#) == ["order A", "order B"])
    #expect(ids(#"{"id":"A"}"#) == ["order A"])
    #expect(ids(#"{"payload":[{"id":"A"},{"id":"A"}]}"#) == ["order A"])
    #expect(ids(#"{"payload":{"order_id":"A"}}"#) == ["order A"])
    #expect(
      ids(#"[{"commercial_id":"C"},{"commercial_order_id":"D"}]"#)
        == ["commercial C", "commercial D"])
    #expect(ids(#"[{"id":"1","offer_id":"2"},17,null,{"id":5},"x"]"#).isEmpty)
    #expect(ids("[]").isEmpty)
    #expect(ids("no json").isEmpty)
  }

  @Test("a basket's callback reads its orders")
  func basket() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    var callback = callback([])
    callback.body = Array(#"[{"commercial_id":"O-1"}]"#.utf8)
    #expect(process.receive(callback) == 200)
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  private func callback(body: String) -> MiraklCallback {
    var callback = callback([])
    callback.body = Array(body.utf8)
    return callback
  }

  @Test("documents and shops are found by their numbers; an order beside them stays an order")
  func findsOthers() {
    func ids(_ text: String) -> [String] {
      MiraklHints.found(in: Array(text.utf8)).map { "\($0.kind.rawValue) \($0.id)" }
    }
    #expect(ids(#"[{"invoice_id":7},{"invoice_id":"8"}]"#) == ["invoice 7", "invoice 8"])
    #expect(ids(#"{"payload":[{"shop_id":2001,"id":"x"}]}"#) == ["shop 2001"])
    #expect(ids(#"{"order_id":"A","shop_id":3}"#) == ["order A", "shop 3"])
    #expect(ids(#"[{"shop_id":0},{"shop_id":-1},{"invoice_id":"x"},{"shop_id":1.5}]"#).isEmpty)
  }

  @Test("a document that a callback names is settled at once, without a pass")
  func document() throws {
    let settlement = try SettlementWorld()
    settlement.addInvoice()
    let process = try settlement.world.start()
    #expect(process.receive(callback(body: #"[{"invoice_id":7}]"#)) == 200)
    try process.engine.drain()
    #expect(settlement.payouts.map(\.amount) == [801_00])
    #expect(process.transport.count("GET /api/invoices") == 1)
  }

  @Test("a shop that a callback names is onboarded at once; its ignore field counts at once")
  func shop() throws {
    let world = try World.ofSellers()
    world.addNewShop(1)
    let process = try world.start()
    #expect(process.receive(callback(body: #"{"shop_id":1}"#)) == 200)
    try process.engine.drain()
    #expect(world.accounts(of: 1).count == 1)
    #expect(world.field(1)?.hasPrefix(World.publicURL) == true)
    world.mirakl.updateShop(1) { $0.fields["stripe-ignored"] = "true" }
    #expect(process.receive(callback(body: #"[{"shop_id":1}]"#)) == 200)
    try process.engine.drain()
    #expect(try process.mapping(1)?.isIgnored == true)
  }

  @Test("what one list refuses keeps no other from being read (Q7, Q8)")
  func oneListClosed() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    process.transport.before { call in
      call == "GET /api/orders" ? .goOn : .answer(status: 403, json: "{}")
    }
    #expect(
      process.receive(callback(body: #"[{"shop_id":1},{"invoice_id":7},{"order_id":"O-1-A"}]"#))
        == 200)
    process.transport.before { call in
      ["GET /api/shops", "GET /api/invoices"].contains(call)
        ? .answer(status: 403, json: "{}") : .goOn
    }
    try process.stepAll()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("an order that waits to be debited is confirmed at once (C1)")
  func debit() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay(outcome: .authorized)
    let process = try world.start()
    process.receiveAll()
    try process.engine.drain()
    process.receive(callback(["O-1-A"]))
    try process.engine.drain()
    #expect(try process.debit()?.status == .confirmed)
    #expect(world.stripe.charges.first?.isCaptured == true)
  }
}
