import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct SplitOrderHandlerTests {
  @Test("a captured, accepted order of a mapped shop is paid once, less commission (M7)")
  func paysOnce() throws {
    let world = try World()
    let account = try world.addShop()
    world.addOrder()
    let charge = world.pay()
    let process = try world.start()
    try process.run()
    try process.run()
    let transfers = world.stripe.transfers
    #expect(transfers.map(\.amount) == [90_00])
    #expect(transfers.first?.destination == account)
    #expect(transfers.first?.sourceTransaction == charge.charge)
    #expect(transfers.first?.transferGroup == "O-1")
    #expect(transfers.first?.metadata["miraklId"] == "O-1-A")
    #expect(transfers.first?.metadata["miraklShopId"] == "1")
    let record = try process.transfer("O-1-A")
    #expect(record?.status == .created)
    #expect(record?.transferID == transfers.first?.id)
    #expect(record?.amount == .of(90_00))
    #expect(record?.reason == nil)
  }

  @Test("an order waits for acceptance, and is paid after it, without a new payment event")
  func waitsForAcceptance() throws {
    let world = try World()
    try world.addShop()
    world.addOrder(state: "WAITING_ACCEPTANCE", debited: false)
    world.pay()
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    #expect(try process.reason()?.contains("WAITING_ACCEPTANCE") == true)
    world.clock.advance(byMs: 600_000)
    world.mirakl.updateOrder("O-1-A") {
      $0.state = "SHIPPING"
      $0.customerDebitedMs = world.clock.nowMs
    }
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("an order that ended is aborted with its reason", arguments: ["CANCELED", "REFUSED"])
  func ended(state: String) throws {
    let world = try World.payable()
    world.mirakl.updateOrder("O-1-A") { $0.state = state }
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .aborted)
    #expect(try process.reason() == "Order is \(state)")
    #expect(world.stripe.transfers.isEmpty)
  }

  @Test("a state that nobody knows waits, with its name in the reason (M4)")
  func unknownState() throws {
    let world = try World.payable()
    world.mirakl.updateOrder("O-1-A") { $0.state = "TELEPORTED" }
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    #expect(try process.reason()?.contains("TELEPORTED") == true)
  }

  @Test("an order of an unmapped shop waits, and is paid after the mapping (Q7)")
  func mappedLater() throws {
    let world = try World()
    let account = try world.addShop(mapped: false)
    world.addOrder()
    world.pay()
    let process = try world.start()
    try process.run()
    #expect(try process.reason() == "Shop 1 has no Stripe account yet")
    try world.map(shop: 1, to: account)
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.map(\.destination) == [account])
  }

  @Test("nothing moves for an ignored shop, and everything held for it after un-ignoring (M5)")
  func ignored() throws {
    let world = try World.payable()
    try world.setIgnored(shop: 1, true)
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .ignored)
    #expect(try process.reason() != nil)
    try world.setIgnored(shop: 1, false)
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.count == 1)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("no payment known: waits; a foreign number: waits (M1)")
  func withoutPayment() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    world.addOrder("O-2-A", basket: "O-2", transaction: "PAYPAL-7")
    let process = try world.start()
    try process.run()
    #expect(try process.reason()?.contains("No Stripe payment") == true)
    #expect(try process.reason("O-2-A")?.contains("PAYPAL-7") == true)
    #expect(world.stripe.transfers.isEmpty)
  }

  @Test("platform_balance pays an order without a charge from the balance (M1)")
  func platformBalance() throws {
    let world = try World { $0.split.withoutCharge = .platformBalance }
    try world.addShop()
    world.addOrder()
    world.stripe.addFunds(500_00, currency: "eur")
    try world.start().run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(world.stripe.transfers.first?.sourceTransaction == nil)
  }

  @Test("a pending, failed or refunded payment pays nobody (P2, M6)")
  func unproven() throws {
    let world = try World()
    try world.addShop()
    for (number, outcome) in [NewCharge.Outcome.pending, .failed, .captured].enumerated() {
      world.addOrder("O-\(number)-A", basket: "O-\(number)")
      let ids = world.pay(basket: "O-\(number)", outcome: outcome)
      if outcome == .captured { world.stripe.refundCharge(ids.charge) }
    }
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.isEmpty)
    #expect(try process.transfer("O-0-A")?.status == .onHold)
    #expect(try process.transfer("O-1-A")?.status == .aborted)
    #expect(try process.transfer("O-2-A")?.status == .aborted)
  }

  @Test("a basket paid twice waits for a person (P1)")
  func paidTwice() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    world.pay()
    world.pay()
    let process = try world.start()
    try process.run()
    #expect(try process.reason()?.hasPrefix("Paid twice") == true)
    #expect(world.stripe.transfers.isEmpty)
    world.stripe.refundCharge(world.stripe.charges[0].id)
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.map(\.sourceTransaction) == [world.stripe.charges[1].id])
  }

  @Test("taxes go to the tax account as a transfer of their own (T1)", arguments: [true, false])
  func taxSplit(isIncluded: Bool) throws {
    let world = try World()
    let seller = try world.addShop()
    let tax = world.stripe.createAccount()
    world.addOrder(
      taxes: [SandboxOrder.Tax("16.67")], taxMode: isIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED")
    world.pay(120_00)
    let process = try world.start { $0.split.taxAccount = .of(tax) }
    try process.run()
    try process.run()
    let moved = world.stripe.transfers.map { "\($0.destination) \($0.amount)" }
    #expect(moved == ["\(seller) \(isIncluded ? 73_33 : 90_00)", "\(tax) 1667"])
    #expect(try process.transfer("O-1-A", .tax)?.status == .created)
    #expect(try process.transfer("O-1-A", .tax)?.displayID == "O-1-A_TAX")
    #expect(world.stripe.transfers.last?.metadata["miraklId"] == "O-1-A_TAX")
  }

  @Test("killed between the seller's part and the tax part: both are made once (Q2, T1)")
  func taxAfterCrash() throws {
    for boundary in 1...40 {
      let world = try World()
      try world.addShop()
      let tax = world.stripe.createAccount()
      world.addOrder(taxes: [SandboxOrder.Tax("16.67")])
      world.pay()
      let process = try world.start { $0.split.taxAccount = .of(tax) }
      process.receiveAll()
      process.life.kill(atBoundary: boundary)
      do { try process.run() } catch {}
      let next = try world.start { $0.split.taxAccount = .of(tax) }
      world.clock.advance(byMs: 200_000)
      try next.settle(world)
      #expect(world.stripe.transfers.map(\.amount).sorted() == [16_67, 73_33], "\(boundary)")
    }
  }

  @Test("orders that share a charge never take more than it holds (A6)")
  func sharedCharge() throws {
    let world = try World()
    try world.addShop()
    for letter in ["A", "B", "C"] { world.addOrder("O-1-\(letter)", price: "40.00") }
    world.pay(100_00)
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [30_00, 30_00])
    let held = try ["A", "B", "C"].filter { try process.transfer("O-1-\($0)")?.status == .onHold }
    #expect(held.count == 1)
  }

  @Test("nor do they in two processes at once (A6, Q4)")
  func sharedChargeTwoProcesses() throws {
    for call in ["GET /v1/charges", "POST /v1/transfers"] {
      let world = try World()
      try world.addShop()
      world.addOrder("O-1-A", price: "80.00")
      world.addOrder("O-1-B", price: "80.00")
      world.pay(100_00)
      let (one, two) = (try world.start(), try world.start())
      one.receiveAll()
      try one.pass()
      one.transport.before { path in
        if path.hasPrefix(call) {
          one.transport.before(nil)
          try? two.stepAll()
        }
        return .goOn
      }
      try one.engine.drain()
      try two.engine.drain()
      #expect(world.stripe.transfers.map(\.amount) == [70_00], "\(call)")
    }
  }

  @Test("an order canceled between the reading and the call is read again, and not paid (Q6)")
  func canceledMeanwhile() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    world.mirakl.updateOrder("O-1-A") { $0.state = "CANCELED" }
    world.clock.advance(byMs: process.engine.context.settings.orderFreshMs + 1)
    try process.engine.drain()
    #expect(world.stripe.transfers.isEmpty)
    #expect(try process.transfer("O-1-A")?.status == .aborted)
  }

  @Test("a charge refunded between its reading and the call is read again, and not used (P3)")
  func refundedMeanwhile() throws {
    let world = try World()
    try world.addShop()
    let charge = world.pay()
    let process = try world.start()
    try process.run()
    world.addOrder()
    world.stripe.refundCharge(charge.charge)  // and its webhook is lost
    world.clock.advance(byMs: process.engine.context.settings.chargeFreshMs + 1)
    try process.pass()
    try process.engine.drain()
    #expect(world.stripe.transfers.isEmpty)
    #expect(try process.transfer("O-1-A")?.status == .aborted)
  }

  @Test("a shop ignored between the decision and the call is honoured (Q6, M5)")
  func ignoredMeanwhile() throws {
    let world = try World.payable()
    let process = try world.start()
    try process.pass()
    process.receiveAll()
    process.transport.after { call in
      if call.hasPrefix("GET /v1/charges") { try? world.setIgnored(shop: 1, true) }
      return .goOn
    }
    try process.engine.drain()
    #expect(world.stripe.transfers.isEmpty)
    #expect(try process.transfer("O-1-A")?.status == .ignored)
  }

  @Test("switched off between the pass and the call: nothing moves (Q6)")
  func switchedOff() throws {
    let world = try World.payable()
    try world.start().pass()
    let process = try world.start { $0.paysProductOrders = false }
    try process.engine.drain()
    try process.run()
    #expect(world.stripe.transfers.isEmpty)
    #expect(try process.openJobs() == 0)
  }

  @Test("an amount above the limit waits for approval (A7)")
  func approval() throws {
    let world = try World.payable { $0.split.amountMax = [.eur: 89_99] }
    let process = try world.start()
    try process.run()
    #expect(try process.reason()?.hasPrefix("Approval needed") == true)
    #expect(world.stripe.transfers.isEmpty)
    try world.start { $0.split.amountMax = [.eur: 90_00] }.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("the basket of a used charge stays, whatever its metadata say later (P4)")
  func fixedBasket() throws {
    let world = try World.payable()
    let process = try world.start()
    try process.run()
    let charge = try #require(world.stripe.charges.first?.id)
    let nowMs = process.engine.context.nowMs
    try process.store.write {
      var snapshot = ChargeSnapshot.make(id: charge, metadata: ["mirakl_order_id": "O-9"])
      snapshot.balanceCurrency = .eur
      try $0.recordCharge(snapshot, commercialID: .of("O-9"), nowMs: nowMs + 1)
    }
    world.addOrder("O-9-A", basket: "O-9", transaction: charge)
    try process.run()
    #expect(world.stripe.transfers.count == 1)
    #expect(try process.reason("O-9-A")?.contains("belongs to commercial order O-1") == true)
  }

  @Test("an expired lease: the order is paid once by two processes on one file (Q4)")
  func twoProcesses() throws {
    try withTemporaryFile { path in
      let world = try World.payable(path: path)
      let one = try world.start()
      let two = try world.start(database: SQLiteDatabase(path: path, mode: .inline))
      for call in ["GET /v1/charges", "POST /v1/transfers"] {
        for moment in ["before", "after"] {
          world.addOrder("\(call)-\(moment)", basket: "\(call)-\(moment)")
          world.pay(basket: "\(call)-\(moment)")
          let hook: SandboxTransport.Hook = { path in
            guard path.hasPrefix(call) else { return .goOn }
            one.transport.before(nil)
            one.transport.after(nil)
            world.clock.advance(byMs: two.engine.context.settings.leaseMs + 1)
            try? two.stepAll()
            return .goOn
          }
          if moment == "before" { one.transport.before(hook) } else { one.transport.after(hook) }
          try one.run()
          try two.run()
        }
      }
      let counts = world.stripe.transferCounts(byMetadata: "miraklId")
      #expect(counts.count == 5)
      #expect(counts.values.allSatisfy { $0 == 1 })
      #expect(try one.openJobs() == 0)
    }
  }

  @Test("an order is not aborted over a transfer that another process has under way (Q4)")
  func abortOverTransfer() throws {
    let world = try World.payable()
    let (one, two) = (try world.start(), try world.start())
    one.receiveAll()
    try one.pass()
    world.clock.advance(byMs: one.engine.context.settings.orderFreshMs + 1)
    two.transport.after { call in
      if call == "POST /v1/transfers" { two.life.kill() }
      return .goOn
    }
    one.transport.before { call in
      guard call == "GET /api/orders" else { return .goOn }
      one.transport.before(nil)
      world.clock.advance(byMs: one.engine.context.settings.leaseMs + 1)
      try? two.stepAll()
      world.mirakl.updateOrder("O-1-A") { $0.state = "CANCELED" }
      return .goOn
    }
    try one.stepAll()
    #expect(world.stripe.transfers.count == 1)
    #expect(try one.transfer("O-1-A")?.status == .pending)
    let three = try world.start()
    world.clock.advance(byMs: 200_000)
    try three.settle(world)
    #expect(world.stripe.transfers.count == 1)
    #expect(try three.transfer("O-1-A")?.status == .created)
  }
}
