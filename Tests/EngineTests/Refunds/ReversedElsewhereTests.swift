import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// Somebody takes a transfer back in Stripe's dashboard.
@Suite struct ReversedElsewhereTests {
  @Test("a reversal made by a person is recorded, and shown (P6, V1)")
  func recorded() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    let transfer = try #require(world.stripe.transfers.first?.id)
    world.stripe.reverseTransfer(transfer, amount: 50_00)
    process.receiveAll()
    try process.engine.drain()
    let record = try #require(try process.transfer("O-1-A"))
    #expect((record.amountReversed, record.reversedElsewhere) == (50_00, 50_00))
    #expect(record.status == .created)
    #expect(try process.audits() == ["transfer reversed elsewhere"])
    let history = try process.store.read { try $0.history(record: record.recordName) }
    #expect(history.last?.reason?.contains("50.00 EUR") == true)
    process.receiveAll()
    world.stripe.reverseTransfer(transfer, amount: 10_00)
    process.receiveAll()
    try process.engine.drain()
    #expect(try process.transfer("O-1-A")?.reversedElsewhere == 60_00)
  }

  @Test("after it no more is taken back than is left (R4)")
  func neverMore() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (_, account) = try world.paidOrder(process)
    let transfer = try #require(world.stripe.transfers.first?.id)
    world.stripe.reverseTransfer(transfer, amount: 50_00)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    #expect(try process.reversal()?.amount == .of(40_00))
    #expect(try process.reversal()?.status == .created)
    #expect(world.balance(account) == 0)
    let record = try #require(try process.transfer("O-1-A"))
    #expect((record.amountReversed, record.reversedElsewhere) == (90_00, 50_00))
  }

  @Test("a reversal of our own is no news (P6)")
  func own() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    let record = try #require(try process.transfer("O-1-A"))
    #expect((record.amountReversed, record.reversedElsewhere) == (27_00, 0))
    #expect(try process.audits().isEmpty)
  }

  @Test("a debt that a person settled by hand closes, and the payout leaves (R5, R4)")
  func debt() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (_, account) = try world.paidOrder(process)
    world.stripe.drain(account: account, 80_00, currency: "eur")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "100.00", commission: "10.00")
    try process.refundRun()
    #expect(try process.store.read { try $0.openDebts(limit: 9) }.count == 1)
    let transfer = try #require(world.stripe.transfers.first?.id)
    world.stripe.reverseTransfer(transfer, amount: 90_00)
    process.receiveAll()
    try process.engine.drain()
    #expect(try process.store.read { try $0.openDebts(limit: 9) }.isEmpty)
    #expect(try process.reversal()?.status == .aborted)
    #expect(world.stripe.reversals.count == 1)
  }

  @Test("an event about a transfer of somebody else's asks Stripe for nothing (P5)")
  func foreign() throws {
    let world = try World()
    let process = try world.start()
    let handler = ReadTransferHandler(process.engine.context, process.engine.circuits)
    let job = Job(id: 0, kind: .readTransfer, key: "tr_1", attempts: 1, signals: 1, lease: 0)
    #expect(try handler.handle(job) == .done)
    #expect(process.transport.calls.isEmpty)
  }
}
