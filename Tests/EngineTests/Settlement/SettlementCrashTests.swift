import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

@Suite struct SettlementCrashTests {
  /// Credits, a debit and a payout: every kind of movement a document has.
  private func world(_ faults: FaultPlan = .none()) throws -> SettlementWorld {
    let world = try SettlementWorld { $0.payoutConfirmation = .invoice }
    world.addInvoice { ($0.subscription, $0.otherCredits) = ("-40.00", "10.00") }
    return world
  }

  private func expectOnce(_ world: SettlementWorld, _ comment: Comment) throws {
    #expect(world.payouts.count == 1, comment)
    #expect(world.transfers.count == 2, comment)
    #expect(try world.status() == .created, comment)
    #expect(try world.leg(.subscription)?.status == .created, comment)
    #expect(try world.leg(.extraCredits)?.status == .created, comment)
    #expect(world.available(world.account) == 1_000_00 + 10_00 - 40_00 - 801_00, comment)
  }

  @Test("killed at any boundary and started again: every movement once (Q2, S1)")
  func killed() throws {
    var boundary = 0
    while true {
      boundary += 1
      let world = try world()
      let process = try world.world.start()
      process.life.kill(atBoundary: boundary)
      do {
        _ = try SettlementPass(process.engine).run()
        try process.engine.drain()
      } catch {}
      let survived = process.life.isAlive
      // The lease of the job in hand must run out before another process takes it.
      world.world.clock.advance(byMs: 400_000)
      try world.run()
      try expectOnce(world, "killed at boundary \(boundary)")
      world.stripe.payPayout(world.payouts[0].id)
      try world.react()
      #expect(world.world.mirakl.invoices[0].paymentState == "PAID", "boundary \(boundary)")
      if survived { break }
    }
    #expect(boundary > 20)
  }

  @Test(
    "any answer lost, throttled or failed: every movement once (Q3)",
    arguments: ["POST /v1/transfers", "POST /v1/payouts", "GET /v1/balance", "GET /v1/account"],
    FaultPlan.Fault.allCases)
  func faults(_ operation: String, _ fault: FaultPlan.Fault) throws {
    for times in 1...3 {
      let world = try world()
      world.stripe.faults.inject(fault, operation: operation, times: times)
      try world.run()
      world.world.clock.advance(byMs: 600_000)
      try world.run()
      try expectOnce(world, "\(operation) \(fault) x\(times)")
    }
  }

  @Test("past the life of the key a lost movement is looked up, not sent again (Q3)")
  func keyForgotten() throws {
    let world = try world()
    let process = try world.world.start()
    process.transport.after { call in
      call == "POST /v1/payouts" || call == "POST /v1/transfers"
        ? .answer(status: 500, json: "{}") : .goOn
    }
    _ = try SettlementPass(process.engine).run()
    while try process.engine.step() == .worked {}
    for _ in 1...4 {
      world.world.clock.advance(byMs: 25 * 3_600_000)
      let next = try world.world.start()
      next.transport.after { call in
        call == "POST /v1/payouts" || call == "POST /v1/transfers"
          ? .answer(status: 500, json: "{}") : .goOn
      }
      _ = try SettlementPass(next.engine).run()
      while try next.engine.step() == .worked {}
    }
    try expectOnce(world, "looked up")
  }

  @Test("two processes at once: every movement once (Q4)")
  func twoProcesses() throws {
    let world = try world()
    let first = try world.world.start()
    let second = try world.world.start()
    _ = try SettlementPass(first.engine).run()
    _ = try SettlementPass(second.engine).run()
    first.transport.before { call in
      if call == "POST /v1/payouts" || call == "POST /v1/transfers" {
        _ = try? second.engine.step()
      }
      return .goOn
    }
    try first.engine.drain()
    try second.engine.drain()
    try expectOnce(world, "two processes")
  }

  @Test("ignored between decision and call: nothing leaves (Q6)")
  func ignoredMeanwhile() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    let process = try world.world.start()
    _ = try SettlementPass(process.engine).run()
    process.transport.before { [world] call in
      if call == "GET /v1/balance" { try? world.world.setIgnored(shop: 1, true) }
      return .goOn
    }
    try process.engine.drain()
    #expect(world.payouts.isEmpty)
    #expect(try world.status() == .ignored)
  }

  @Test("what another process has under way is not overwritten: its outcome decides (Q4, Q6)")
  func underWay() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    let first = try world.world.start()
    let second = try world.world.start()
    _ = try SettlementPass(first.engine).run()
    // While the payout is on its way, its document is marked as paid, the lease runs out, and
    // another process decides anew.
    first.transport.before { [world] call in
      guard call == "POST /v1/payouts", world.payouts.isEmpty else { return .goOn }
      world.world.mirakl.updateInvoice(7) { $0.paymentState = "PAID" }
      world.world.clock.advance(byMs: 400_000)
      second.transport.before { call in
        call == "POST /v1/payouts" ? .answer(status: 500, json: "{}") : .goOn
      }
      for _ in 1...5 { _ = try? second.engine.step() }
      second.transport.before(nil)
      return .goOn
    }
    try first.engine.drain()
    world.world.clock.advance(byMs: 400_000)
    try second.engine.drain()
    #expect(world.payouts.count == 1)
    #expect(try world.status() == .created)
  }

  @Test("a decision from an old balance does not hold what another process has sent since (Q4)")
  func staleBalance() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    let first = try world.world.start()
    let second = try world.world.start()
    _ = try SettlementPass(first.engine).run()
    second.transport.after { call in
      call == "POST /v1/payouts" ? .answer(status: 500, json: "{}") : .goOn
    }
    first.transport.before { [world] call in
      guard call == "GET /v1/balance", world.payouts.isEmpty else { return .goOn }
      world.world.clock.advance(byMs: 200_000)  // the lease of the first runs out
      while (try? second.engine.step()) == .worked, world.payouts.isEmpty {}
      return .goOn
    }
    while try first.engine.step() == .worked {}
    #expect(world.payouts.count == 1)
    #expect(try world.status() == .pending)
    second.transport.after(nil)
    world.world.clock.advance(byMs: 400_000)
    try second.engine.drain()
    #expect(world.payouts.count == 1)
    #expect(try world.status() == .created)
  }

  @Test("a wrong key pauses everything and ends nothing (Q8)")
  func wrongKey() throws {
    let world = try world()
    let process = try world.world.start()
    process.transport.before { call in
      call.contains("/v1/")
        ? .answer(status: 401, json: #"{"error":{"message":"bad key"}}"#) : .goOn
    }
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain(patienceMs: 100)
    let ended = try world.payout()?.status == .aborted || world.status() == .failed
    #expect(!ended)
    world.world.clock.advance(byMs: 400_000)
    try world.run()
    try expectOnce(world, "after the right key")
  }
}
