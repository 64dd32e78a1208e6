import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// What the operator changes, or time brings, while orders are on their way.
@Suite struct SplitOrderHandlerPolicyTests {
  @Test("the tax split switched on after an order was paid moves no taxes twice (A6, T4)")
  func taxSplitSwitchedOn() throws {
    let world = try World()
    try world.addShop()
    let tax = world.stripe.createAccount()
    world.addOrder(commission: "0.00", taxes: [SandboxOrder.Tax("16.67")])
    world.pay(200_00)
    try world.start().settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [100_00])
    world.clock.advance(byMs: 600_000)
    world.mirakl.updateOrder("O-1-A") { $0.state = "RECEIVED" }
    let process = try world.start { $0.split.taxAccount = .of(tax) }
    try process.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [100_00])
    #expect(try process.transfer("O-1-A", .tax) == nil)
  }

  /// A payable order with taxes, and a process that splits them.
  private func taxed() throws -> (World, tax: String, SimulatedProcess) {
    let world = try World()
    try world.addShop()
    let tax = world.stripe.createAccount()
    world.addOrder(taxes: [SandboxOrder.Tax("16.67")])
    world.pay()
    return (world, tax, try world.start { $0.split.taxAccount = .of(tax) })
  }

  @Test("a tax part that was decided is still moved, to its own account, if switched off (Q5, T4)")
  func taxSplitSwitchedOff() throws {
    let (world, tax, process) = try taxed()
    process.transport.before { [process] call in
      guard call == "POST /v1/transfers", process.transport.count(call) > 1 else { return .goOn }
      return .answer(status: 400, json: #"{"error":{"type":"invalid_request_error"}}"#)
    }
    try process.run()
    #expect(try process.transfer("O-1-A", .tax)?.status == .failed)
    world.clock.advance(byMs: 600_000)
    let next = try world.start()
    try next.settle(world)
    #expect(world.stripe.transfers.map(\.destination).last == tax)
    #expect(world.stripe.transfers.map(\.amount) == [73_33, 16_67])
    #expect(try next.transfer("O-1-A", .tax)?.status == .created)
  }

  @Test("taxes that the seller's transfer took in are not moved again (A6, T4)")
  func taxesTakenIn() throws {
    let (world, tax, process) = try taxed()
    process.transport.before { call in
      call == "POST /v1/transfers"
        ? .answer(status: 400, json: #"{"error":{"type":"invalid_request_error"}}"#) : .goOn
    }
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .failed)
    world.clock.advance(byMs: 600_000)
    let next = try world.start()
    try next.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try next.transfer("O-1-A", .tax)?.status == .aborted)
    world.clock.advance(byMs: 600_000)
    world.mirakl.updateOrder("O-1-A") { $0.state = "RECEIVED" }
    try world.start { $0.split.taxAccount = .of(tax) }.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("killed after the seller's part, and the tax split switched off: taxes still move (Q5, T4)")
  func taxPartOutlivesTheSwitch() throws {
    let (world, _, process) = try taxed()
    process.transport.after { [process] call in
      if call == "POST /v1/transfers" { process.life.kill(atBoundary: 2) }  // after the commit
      return .goOn
    }
    do { try process.run() } catch {}
    #expect(try Store(world.database).read { try $0.unfinishedIntents(limit: 1) }.isEmpty)
    world.clock.advance(byMs: 600_000)
    try world.start().settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [73_33, 16_67])
  }

  @Test("two processes that decide at the same time never take more than the charge holds (A6, Q4)")
  func decidedAtTheSameTime() throws {
    let world = try World()
    try world.addShop()
    world.addOrder("O-1-A", price: "60.00", commission: "20.00")
    world.pay()
    let (one, two) = (try world.start(), try world.start())
    one.transport.before { call in
      call == "POST /v1/transfers"
        ? .answer(status: 400, json: #"{"error":{"type":"invalid_request_error"}}"#) : .goOn
    }
    try one.run()
    world.addOrder("O-1-B", price: "60.00", commission: "20.00")
    // After the refusal it looks before it sends anew: meanwhile the other one pays O-1-B.
    one.transport.before { [two] call in
      if call == "GET /v1/transfers", two.transport.count("POST /v1/transfers") == 0 {
        do { try two.run() } catch { Issue.record(error) }
      }
      return .goOn
    }
    world.clock.advance(byMs: 600_000)
    try one.pass()
    try one.stepAll(max: 3)
    world.clock.advance(byMs: 600_000)
    try one.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [40_00])
    #expect(try one.transfer("O-1-B")?.status == .created)
    #expect(try one.reason()?.contains("not enough") == true)
  }

  @Test("a mapping that is deleted during the call changes nothing about the transfer (Q7)")
  func mappingDeleted() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.after { [world] call in
      if call == "POST /v1/transfers" {
        do {
          try Store(world.database).write { transaction in
            for mapping in try transaction.mappings(limit: 9, offset: 0) {
              try transaction.deleteMapping(id: mapping.id)
            }
          }
        } catch { Issue.record(error) }
      }
      return .goOn
    }
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .created)
    #expect(world.stripe.transfers.count == 1)
  }

  @Test(
    "a first attempt that failed does not end an order whose payment can still succeed (P1, P3)",
    arguments: [true, false])
  func failedAttempt(hasNumber: Bool) throws {
    let world = try World()
    try world.addShop()
    let failed = world.pay(outcome: .failed)
    world.addOrder(transaction: hasNumber ? failed.paymentIntent : nil)
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    world.clock.advance(byMs: 600_000)
    let paid = world.pay { $0.paymentIntent = failed.paymentIntent }
    try process.settle(world)
    #expect(world.stripe.transfers.map(\.sourceTransaction) == [paid.charge])
  }

  @Test(
    "an order that comes twice in a page counts as it was updated last (Q6)",
    arguments: [true, false])
  func twiceInAPage(isNewestFirst: Bool) throws {
    let world = try World()
    let process = try world.start()
    let old = OrderSnapshot.make(totalPrice: "150.00", lastUpdatedMs: World.startMs)
    let new = OrderSnapshot.make(totalPrice: "100.00", lastUpdatedMs: World.startMs + 1)
    _ = try OrderIntake(process.engine.context).take(
      (isNewestFirst ? [new, old] : [old, new]).map { .readable($0) }, readMs: World.startMs)
    #expect(try process.store.read { try $0.order(.of("O-1-A"))?.snapshot } == new)
  }

  @Test("a start date moved back finds the orders that it left out (M2)")
  func startDateMovedBack() throws {
    let world = try World()
    try world.addShop()
    world.addOrder()
    world.pay()
    world.clock.advance(byMs: 86_400_000)
    world.addOrder("O-2-A", basket: "O-2")
    world.pay(basket: "O-2")
    let sinceMs = World.startMs + 3_600_000
    try world.start { $0.split.startMs = sinceMs }.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    world.clock.advance(byMs: 86_400_000)
    let process = try world.start { $0.split.startMs = nil }
    try process.settle(world)
    #expect(try process.transfer("O-1-A")?.status == .created)
    #expect(world.stripe.transfers.count == 2)
    let before = process.transport.calls.count
    try process.run()
    #expect(process.transport.calls.count - before == 1)
  }

  @Test("a call that may last longer proves nothing by absence any sooner (Q3)")
  func longCalls() throws {
    let world = try World.payable()
    let process = try world.start { $0.callMsMax = 300_000 }
    process.transport.before { call in
      call == "POST /v1/transfers"
        ? .answer(
          status: 500, json: #"{"error":{"message":"down"}}"#,
          headers: [("Idempotent-Replayed", "true")]) : .goOn
    }
    try process.run()
    #expect(try process.intent()?.isKeySpent == true)
    world.clock.advance(byMs: 200_000)
    try process.run()
    #expect(try process.intent()?.attempt == 1)
    world.clock.advance(byMs: 200_000)
    try process.run()
    #expect(try process.intent()?.attempt == 2)
  }

  @Test("after the clock was set back far, absence is proven by the time that passes since (Q3)")
  func clockSetBack() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    world.ourClock.set(skewMs: 30 * 86_400_000)
    process.transport.before { call in
      call == "POST /v1/transfers" ? .fail(.unknown("no answer")) : .goOn
    }
    try process.run()
    #expect(try process.intent()?.state == .unknown)
    process.transport.before(nil)
    world.ourClock.set(skewMs: 0)
    let next = try world.start()
    for _ in 0..<9 {
      try next.run()
      world.clock.advance(byMs: 600_000)
    }
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try next.transfer("O-1-A")?.status == .created)
  }
}
