import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// Rows that this version cannot read, as another version or a damaged disk may leave them.
@Suite struct UndecodableRowTests {
  private func damage(_ process: SimulatedProcess, _ sql: String) throws {
    try process.store.database.write { connection in _ = try connection.run(sql, []) }
  }

  @Test("an order that cannot be read is read again from Mirakl; a run goes on (Q7)")
  func order() throws {
    let world = try World.payable()
    world.addOrder("O-2-A", basket: "O-2")
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    try damage(process, "UPDATE mirakl_order SET snapshot = '{}' WHERE id = 'O-1-A'")
    try process.engine.drain()
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["O-1-A"])
    #expect(try process.transfer("O-2-A")?.status == .onHold)
  }

  @Test("a transfer that cannot be read keeps no other order from being paid (Q7)")
  func transfer() throws {
    let world = try World.payable()
    world.addOrder("O-2-A", basket: "O-2")
    let process = try world.start()
    try process.run()
    try damage(process, "UPDATE transfer SET account_id = 'nonsense' WHERE mirakl_id = 'O-1-A'")
    world.pay(basket: "O-2")
    world.clock.advance(byMs: 60_000)
    try process.run()
    #expect(world.stripe.transfers.count == 2)
    #expect(try process.transfer("O-2-A")?.status == .created)
  }

  @Test("a refund that cannot be read keeps no other from being made (Q7)")
  func refund() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.pay(basket: "O-9")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: nil)
    try process.refundRun()
    try damage(process, "UPDATE refund SET commercial_id = '' WHERE mirakl_id = 'R-1'")
    world.mirakl.addRefund("R-2", order: "O-1-A", amount: "20.00", commission: "2.00")
    try process.refundRun()
    #expect(try process.refund("R-2")?.stripeRefund != nil)
    #expect(world.stripe.refunds.count == 2)
  }

  @Test("a failure inside the handling of a failure ends no run (Q7)")
  func failureInFailure() throws {
    let world = try World.validating()
    world.addDebit()
    world.pay(outcome: .pending)
    let process = try world.start()
    try process.validate()
    world.clock.advance(byMs: 120_000)
    let isFirst = World.Once()
    process.transport.before { call in
      guard call.hasPrefix("GET /v1/charges") else { return .goOn }
      return isFirst.take()
        ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No"}}"#)
        : .fail(.unknown("lost"))
    }
    try process.validate()
    process.transport.before(nil)
    world.stripe.captureCharge(try #require(world.stripe.charges.first?.id))
    try process.validateToTheEnd(world)
    #expect(try process.debit()?.status == .confirmed)
  }

  @Test("a row that the schema refuses concerns its own work (Q7)")
  func refusedRow() throws {
    let world = try World.payable()
    world.addOrder("O-2-A", basket: "O-2")
    world.pay(basket: "O-2")
    let process = try world.start()
    try damage(
      process,
      """
      CREATE TRIGGER no_first BEFORE INSERT ON intent WHEN NEW.business_key LIKE '%O-1-A'
      BEGIN SELECT RAISE(ABORT, 'no_first'); END
      """)
    try process.run()
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["O-2-A"])
  }
}
