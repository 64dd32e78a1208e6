import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct ReversalTests {
  @Test("missing commission holds the reversal, not the customer's refund (R4, A7)")
  func missingCommission() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: nil)
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .onHold)
    world.mirakl.updateRefund("R-1") { $0.commission = "3.00" }
    try process.refundRun()
    #expect(try process.reversal()?.amount == .of(27_00))
    #expect(try process.reversal()?.status == .created)
  }

  @Test("nothing to reverse closes; never more than what is left of the transfer (R4)")
  func limits() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (_, account) = try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "2.00", commission: "3.00")
    world.mirakl.addRefund("R-2", order: "O-1-A", amount: "98.00", commission: "0")
    try process.refundRun()
    #expect(try process.reversal("R-1")?.status == .aborted)
    #expect(try process.reversal("R-1")?.reason?.contains("Nothing to reverse") == true)
    #expect(try process.reversal("R-2")?.amount == .of(90_00))
    #expect(world.balance(account) == 0)
  }

  @Test("a balance that is too low is a debt, settled as soon as it can be (R5)")
  func debt() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (_, account) = try world.paidOrder(process)
    world.stripe.drain(account: account, 80_00, currency: "eur")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .onHold)
    let debts = try process.store.read { try $0.openDebts(shop: ShopID(1), currency: .eur) }
    #expect(debts.map(\.amount) == [.of(27_00)])
    try process.refundRun()
    #expect(try process.reversal()?.status == .onHold)
    world.stripe.drain(account: account, -50_00, currency: "eur")
    let nowMs = world.clock.nowMs
    let count = try process.store.write {
      try $0.retryDebts(shop: ShopID(1), currency: .eur, nowMs: nowMs)
    }
    #expect(count == 1)
    try process.engine.drain()
    #expect(try process.reversal()?.status == .created)
    #expect(try process.store.read { try $0.openDebts(limit: 10) }.isEmpty)
    #expect(world.stripe.reversals.map(\.amount) == [27_00])
  }

  @Test("a payout waits for a reversal that the seller owes, and leaves once it is made (R5, S1)")
  func debtBeforePayout() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (_, account) = try world.paidOrder(process)
    world.stripe.drain(account: account, 80_00, currency: "eur")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    let nowMs = world.clock.nowMs
    try process.store.write { transaction in
      guard var mapping = try transaction.mapping(shop: ShopID(1)) else { return }
      mapping.payoutEnabled = true
      try transaction.updateMapping(mapping, nowMs: nowMs)
    }
    // 10.00 are there, 27.00 are owed: the document's 5.00 would leave the debt behind.
    world.mirakl.addInvoice(SandboxInvoice(id: 7, shopID: 1, amountTransferred: "5.00"))
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain()
    #expect(world.stripe.payouts.isEmpty)
    #expect(
      try process.store.read { try $0.payout(invoice: 7) }?.reason?.contains("27.00 EUR") == true)
    world.stripe.drain(account: account, -50_00, currency: "eur")
    try process.refundRun()
    #expect(world.stripe.reversals.map(\.amount) == [27_00])
    #expect(world.stripe.payouts.map(\.amount) == [5_00])
  }

  @Test("an aborted transfer closes the reversal (R6)")
  func transferAborted() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    world.pay { $0.isSettled = true }
    world.addOrder(state: "CANCELED")
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .aborted)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .aborted)
  }

  @Test("an order older than the start date leaves nothing that waits for ever (R6, M2)")
  func olderOrder() throws {
    let world = try World.refunding { $0.split.startMs = World.startMs + 1 }
    let process = try world.start()
    try world.addShop()
    world.pay { $0.isSettled = true }
    world.addOrder()
    world.clock.advance(byMs: 1_000)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .aborted)
  }

  @Test("an ignored shop's customers are refunded; its reversal waits (M5)")
  func ignored() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    try world.setIgnored(shop: 1, true)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .ignored)
    try world.setIgnored(shop: 1, false)
    try process.refundRun()
    #expect(try process.reversal()?.status == .created)
  }

  @Test(
    "refunded in part before the split: the split pays the share, the reversal takes it (M6, A6)")
  func partlyBeforeSplit() throws {
    let world = try World.refunding()
    let process = try world.start()
    let account = try world.addShop()
    world.pay { $0.isSettled = true }
    world.stripe.addFunds(30_00, currency: "eur")  // what the share needs until it is reversed
    world.addOrder(debited: false)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .onHold)
    world.mirakl.updateOrder("O-1-A") { [world] in $0.customerDebitedMs = world.clock.nowMs }
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(try process.transfer("O-1-A")?.amount == .of(90_00))
    try process.refundRun()
    #expect(world.balance(account) == 63_00)
  }

  @Test("refunded whole before the split: both sides close (M6)")
  func wholeBeforeSplit() throws {
    let world = try World.refunding()
    let process = try world.start()
    let account = try world.addShop()
    world.pay { $0.isSettled = true }
    world.addOrder(debited: false)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    world.mirakl.updateOrder("O-1-A") { [world] in $0.customerDebitedMs = world.clock.nowMs }
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .aborted)
    try process.refundRun()
    #expect(try process.reversal()?.status == .aborted)
    #expect(world.balance(account) == 0 && world.balance(world.stripe.platformID) == 0)
  }

  @Test("our own refunds do not keep the other orders of the charge from being paid (A6)")
  func guardOfOthers() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    try world.addShop(2)
    world.pay(200_00) { $0.isSettled = true }
    world.addOrder()
    world.addOrder("O-1-B", shop: 2, debited: false)
    try process.run()
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    world.mirakl.updateOrder("O-1-B") { [world] in $0.customerDebitedMs = world.clock.nowMs }
    world.clock.advance(byMs: 600_000)
    try process.run()
    let other = try process.transfer("O-1-B")
    #expect(other?.status == .created, "\(other?.reason ?? "")")
  }

  @Test("a service refund: its order's basket, its commission, an error within the 200 (R4)")
  func service() throws {
    let world = try World.refunding()
    let process = try world.start()
    let account = try world.addShop()
    world.pay(100_00, basket: "SRV-1") { $0.isSettled = true }
    try process.run()
    try payService(process, world, account)
    world.mirakl.addServiceRefund(
      SandboxServiceRefund(id: "S-1", orderID: "SRV-1-A", amount: "24.00", commission: "2.40"))
    try process.refundRun()
    #expect(world.mirakl.serviceRefunds.first?.state == "OK")
    #expect(try process.refund("S-1", .serviceOrder)?.status == .created)
    #expect(try process.reversal("S-1")?.amount == .of(21_60))

    // Confirmed by somebody else meanwhile: the error in the 200 is read, and no more is done.
    world.mirakl.addServiceRefund(
      SandboxServiceRefund(id: "S-2", orderID: "SRV-1-A", amount: "1.00", commission: "0"))
    process.transport.before { call in
      call == "PUT /api/mms/refunds"
        ? .answer(
          status: 200,
          json: #"{"errors":[{"refund_id":"S-2","refund_errors":[{"code":"X","message":"no"}]}]}"#)
        : .goOn
    }
    try process.refundRun()
    #expect(try process.refund("S-2", .serviceOrder)?.status == .failed)
    #expect(try process.refund("S-2", .serviceOrder)?.reason?.contains("no") == true)
    process.transport.before(nil)
    world.clock.advance(byMs: 10_000)
    try process.refundRun()
    #expect(try process.refund("S-2", .serviceOrder)?.status == .created)
    #expect(world.stripe.refunds.count == 2)
  }

  /// As the service split leaves it.
  private func payService(
    _ process: SimulatedProcess, _ world: World, _ account: String
  ) throws {
    let made = try process.engine.context.stripe.createTransfer(
      TransferRequest(
        amount: .of(90_00), destination: .of(account), sourceCharge: nil, transferGroup: nil,
        description: "", metadata: [:]), idempotencyKey: "service"
    ).value
    let nowMs = world.clock.nowMs
    try process.store.write {
      _ = try $0.saveTransfer(
        TransferDraft(
          kind: .serviceOrder, miraklID: "SRV-1-A", shopID: ShopID(1), accountID: .of(account),
          transferID: made.id.rawValue, amount: .of(90_00), status: .created), nowMs: nowMs)
    }
  }

  @Test("what keeps failing is told once per reason, not once per pass (Q9)")
  func toldOnce() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    func refusing(_ suffix: String, _ message: String) {
      process.transport.before { call in
        call.hasPrefix("POST") && call.hasSuffix(suffix)
          ? .answer(status: 400, json: #"{"error":{"message":"\#(message)"}}"#) : .goOn
      }
    }
    func told(_ type: String) -> Int {
      world.notifier.delivered.count { $0.contains(type) }
    }
    refusing("/v1/refunds", "not now")
    for _ in 1...3 { try process.refundRun() }
    #expect(try process.refund()?.status == .failed)
    #expect(told("refund.failed") == 1)
    refusing("/v1/refunds", "never")
    try process.refundRun()
    #expect(told("refund.failed") == 2)
    refusing("/reversals", "not this one")
    for _ in 1...3 { try process.refundRun() }
    #expect(try process.reversal()?.status == .failed)
    #expect(told("transfer.failed") == 1)
  }

  @Test("taxes that the seller got, because the split was switched off again, come back (T2, T4)")
  func splitSwitchedOff() throws {
    let world = try World.refunding()
    let account = try world.addShop()
    world.pay { $0.isSettled = true }
    world.addOrder(taxes: [.init("20.00")])
    let tax = world.stripe.createAccount(metadata: [:])
    let first = try world.start { $0.split.taxAccount = .of(tax) }
    first.transport.before {
      $0 == "POST /v1/transfers"
        ? .answer(status: 400, json: #"{"error":{"message":"not now"}}"#) : .goOn
    }
    try first.run()
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    world.mirakl.addRefund(
      "R-1", order: "O-1-A", amount: "100.00", commission: "10.00", taxes: [.init("20.00")])
    try process.refundRun()
    #expect(try process.reversal()?.amount == .of(90_00))
    #expect(world.balance(account) == 0)
  }

  @Test("a shop that is no longer ignored is looked at whole: its reversals too (M5)")
  func noLongerIgnored() throws {
    let world = try World.refunding { $0.paysServiceOrders = true }
    let process = try world.start()
    try world.paidOrder(process)
    world.stripe.addFunds(100_00, currency: "eur")
    world.addService()
    world.pay(basket: "S-1") { $0.isSettled = true }
    try world.setIgnored(shop: 1, true)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    try process.run()
    #expect(try process.refund()?.status == .created)
    #expect(try process.reversal()?.status == .ignored)
    #expect(try process.service()?.status == .ignored)
    let (settings, nowMs) = (process.engine.context.settings, world.clock.nowMs)
    try process.store.write {
      try SellerMapping(settings: settings).setIgnored(ShopID(1), false, $0, nowMs: nowMs)
    }
    try process.engine.drain()
    #expect(try process.reversal()?.status == .created)
    #expect(try process.service()?.status == .created)
  }

  @Test("refunds switched off between the confirmation and the reversal: it is not lost (Q5, R8)")
  func switchedOffBetween() throws {
    let world = try World.refunding()
    let first = try world.start()
    try world.paidOrder(first)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    first.transport.before { call in
      call.hasPrefix("GET /v1/transfers/") ? .fail(.notSent("down")) : .goOn
    }
    try first.refundRun()
    #expect(try first.refund()?.status == .created)
    let off = try world.start { $0.refundsProductOrders = false }
    world.clock.advance(byMs: 600_000)
    try off.engine.drain()
    #expect(try off.openJobs() == 0)
    #expect(world.stripe.reversals.isEmpty)
    let on = try world.start()
    try on.refundRun()
    #expect(world.stripe.reversals.map(\.amount) == [27_00])
  }

  @Test(
    "a reversal that another connector made is taken over; over another amount it waits (A4, R4)",
    arguments: [(Int64(27_00), TransferRecord.Status.created), (26_99, .onHold)])
  func takenOver(_ amount: Int64, _ status: TransferRecord.Status) throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    let transfer = try #require(world.stripe.transfers.first?.id)
    let made = try process.engine.context.stripe.createReversal(
      ReversalRequest(
        transfer: try TransferID(transfer), amount: .of(amount), metadata: ["miraklId": "R-1"]),
      idempotencyKey: "foreign"
    ).value
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    for _ in 1...2 { try process.refundRun() }
    let record = try #require(try process.reversal())
    #expect((record.status, record.transferID) == (status, made.id))
    #expect((record.reason == nil) == (status == .created))
    #expect(world.stripe.transfers.first?.amountReversed == amount)
  }
}
