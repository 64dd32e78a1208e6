import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct RefundTests {
  @Test("a refund is made, confirmed to Mirakl and reversed less its commission (R4)")
  func wholeWay() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (charge, account) = try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()

    let made = try #require(world.stripe.refunds.first)
    #expect(world.stripe.refunds.count == 1)
    #expect(made.charge == charge && made.amount == 30_00)
    #expect(made.metadata["miraklRefundId"] == "R-1")
    #expect(made.metadata["pluginName"] == "MiraklConnector")
    let told = try #require(world.mirakl.orderRefunds.first)
    #expect(told.state == "REFUNDED" && told.transactionNumber == made.id)
    let record = try #require(try process.refund())
    #expect(record.status == .created && record.reason == nil && record.confirmedMs != nil)
    #expect(record.stripeRefund?.rawValue == made.id && record.amount == .of(30_00))
    let reversal = try #require(try process.reversal())
    #expect(reversal.status == .created && reversal.amount == .of(27_00))
    #expect(reversal.reversedTransfer?.rawValue == world.stripe.transfers[0].id)
    #expect(world.stripe.reversals.first?.metadata["miraklId"] == "R-1")
    #expect(world.balance(account) == 63_00)
    let calls = process.transport.calls.count { $0.hasPrefix("POST") || $0.hasPrefix("PUT") }
    try process.refundRun()
    #expect(process.transport.calls.count { $0.hasPrefix("POST") || $0.hasPrefix("PUT") } == calls)
  }

  @Test("a switched-off kind is neither read nor worked on (R8)")
  func switchedOff() throws {
    let world = try World.refunding { $0.refundsProductOrders = false }
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(world.stripe.refunds.isEmpty)
    #expect(process.transport.count("GET /api/payment/refund") == 0)
    #expect(process.transport.count("GET /api/mms/refunds") == 1)
    // On, queued, and off again before the job runs.
    let on = try world.start { $0.refundsProductOrders = true }
    _ = try RefundPass(on.engine).run()
    try process.engine.drain()
    #expect(world.stripe.refunds.isEmpty)
  }

  @Test("a refund waits for a payment intent whose attempt failed, as a transfer does (P1, R2)")
  func failedAttempt() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    let ids = world.pay(outcome: .failed)
    world.addOrder(transaction: ids.paymentIntent)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.run()
    try process.refundRun()
    #expect(try process.refund()?.status == .onHold)
    #expect(world.stripe.refunds.isEmpty)
  }

  @Test("an authorisation is never released by a refund (R1)")
  func uncaptured() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    let charge = world.pay(outcome: .authorized).charge
    world.addOrder()
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .onHold)
    #expect(try process.refund()?.reason?.contains("not captured") == true)
    #expect(world.stripe.charges.first { $0.id == charge }?.isReleased == false)
    world.stripe.captureCharge(charge)
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
  }

  @Test(
    "after the refund only the confirmation is repeated (R2, B2)",
    arguments: [
      FaultPlan.Fault.hangUpBefore, .hangUpAfter, .errorBefore, .errorAfter, .throttled,
    ])
  func confirmationFails(_ fault: FaultPlan.Fault) throws {
    let faults = FaultPlan.none()
    let world = try World.refunding(miraklFaults: faults)
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    faults.inject(fault, operation: "PUT /api/payment/refund")
    try process.refundRun()
    world.clock.advance(byMs: 60_000)
    try process.refundRun()
    #expect(world.stripe.refunds.count == 1)
    #expect(try process.refund()?.status == .created)
    #expect(world.mirakl.orderRefunds.first?.state == "REFUNDED")
    #expect(try process.reversal()?.status == .created)
  }

  @Test("Mirakl's no to a confirmation is reported, and never refunds twice (R2)")
  func confirmationRefused() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    process.transport.before { call in
      call == "PUT /api/payment/refund"
        ? .answer(status: 400, json: #"{"message":"wrong state"}"#) : .goOn
    }
    try process.refundRun()
    let failed = try #require(try process.refund())
    #expect(failed.status == .failed && failed.stripeRefund != nil)
    #expect(failed.reason?.contains("wrong state") == true)
    #expect(try process.reversal()?.status == nil)
    #expect(world.notifier.delivered.count { $0.contains("refund.failed") } == 1)
    try process.refundRun()
    #expect(world.notifier.delivered.count { $0.contains("refund.failed") } == 1)
    process.transport.before(nil)
    world.clock.advance(byMs: 60_000)
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
    #expect(world.stripe.refunds.count == 1)
    #expect(try process.reversal()?.status == .created)
  }

  @Test("a refund under way is confirmed when it succeeded, not before (R3)")
  func pending() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.stripe.scriptRefunds(["pending"])
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .pending)
    #expect(world.mirakl.orderRefunds.first?.state == "WAITING_REFUND_PAYMENT")
    world.stripe.succeedRefund(world.stripe.refunds[0].id)
    process.receiveAll()
    try process.engine.drain()
    #expect(try process.refund()?.status == .created)
    #expect(world.mirakl.orderRefunds.first?.state == "REFUNDED")
    #expect(world.stripe.refunds.count == 1)
  }

  @Test("a late failure alerts and opens the case again (R3)")
  func lateFailure() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    world.stripe.failRefund(world.stripe.refunds[0].id, reason: "expired_or_canceled_card")
    process.receiveAll()
    try process.engine.drain()
    let record = try #require(try process.refund())
    #expect(record.status == .failed && record.confirmedMs != nil)
    #expect(record.reason?.contains("expired_or_canceled_card") == true)
    #expect(world.notifier.delivered.count { $0.contains("refund.failed") } == 1)
    try process.refundRun()
    #expect(world.stripe.refunds.count == 1)
    #expect(world.notifier.delivered.count { $0.contains("refund.failed") } == 1)
  }

  @Test("ten partial refunds over several lines and pages are each made once (R7, Q4)")
  func manyRefunds() throws {
    let world = try World.refunding(pageSize: 1)
    world.mirakl.setSeekPageSize(1)
    let process = try world.start()
    let account = try world.addShop()
    for number in 1...3 {
      world.pay(90_00, basket: "B-\(number)") { $0.isSettled = true }
      var order = SandboxOrder(
        id: "B-\(number)-A", commercialID: "B-\(number)", shopID: 1,
        lines: (1...3).map { _ in .init(price: "30.00", commissionFee: "3.00") },
        customerDebitedMs: world.clock.nowMs)
      order.createdMs = world.clock.nowMs
      world.mirakl.addOrder(order)
    }
    try process.run()
    for number in 0..<10 {
      world.mirakl.addRefund(
        "R-\(number)", order: "B-\(number % 3 + 1)-A", line: number % 3, amount: "5.00",
        commission: "0.50")
    }
    try process.refundRun()
    #expect(world.stripe.refunds.map(\.metadata["miraklRefundId"]).count == 10)
    #expect(Set(world.stripe.refunds.map(\.metadata["miraklRefundId"])).count == 10)
    #expect(world.mirakl.orderRefunds.allSatisfy { $0.state == "REFUNDED" })
    #expect(world.stripe.reversals.count == 10)
    #expect(world.balance(account) == 3 * 81_00 - 10 * 4_50)
  }

  @Test(
    "amounts are Mirakl's in every currency, rounded once where they must be (A3, A4, R4)",
    arguments: [
      ("JPY", "10000", "1000", "3000", "300", Int64(3_000), Int64(2_700)),
      ("KWD", "100.000", "10.000", "30.120", "3.010", 30_120, 27_110),
      ("EUR", "100.00", "10.00", "19.999", "0", 20_00, 20_00),
    ])
  func currencies(
    _ row: (String, String, String, String, String, Int64, Int64)
  ) throws {
    let (currency, price, commission, amount, back, refunded, reversed) = row
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    let gross = try Money(rounding: .of(price), Currency(currency)).minorUnits
    world.pay(gross, currency: currency.lowercased()) { $0.isSettled = true }
    world.addOrder(price: price, commission: commission, currency: currency)
    try process.run()
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: amount, commission: back)
    try process.refundRun()
    #expect(world.stripe.refunds.map(\.amount) == [refunded])
    #expect(world.stripe.reversals.map(\.amount) == [reversed])
    #expect(world.mirakl.orderRefunds.first?.state == "REFUNDED")
  }

  @Test("a payment that failed, or was given back, aborts the refund and its reversal (R6)")
  func aborted() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (charge, _) = try world.paidOrder(process)
    world.stripe.refundCharge(charge)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(try process.refund()?.status == .aborted)
    #expect(try process.reversal()?.status == .aborted)
    #expect(world.mirakl.orderRefunds.first?.state == "WAITING_REFUND_PAYMENT")
  }

  @Test("a charge that nobody knows aborts nothing while Stripe knows none of ours (Q8)")
  func wrongKey() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    process.transport.before { call in
      call.hasPrefix("GET /v1/charges/")
        ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No"}}"#)
        : .goOn
    }
    try process.refundRun()
    #expect(try process.refund()?.status == .onHold)
    process.transport.before(nil)
    world.clock.advance(byMs: 60_000)
    try process.refundRun()
    #expect(try process.refund()?.status == .created)
  }

  @Test("a refund that Mirakl withdrew is not made (Q6)")
  func withdrawn() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.addShop()
    let charge = world.pay(outcome: .authorized).charge
    world.addOrder()
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    world.mirakl.updateRefund("R-1") { $0.state = "CANCELED" }
    world.stripe.captureCharge(charge)
    world.clock.advance(byMs: 600_000)
    try process.refundRun()
    #expect(world.stripe.refunds.isEmpty)
    #expect(try process.refund()?.reason?.contains("no longer asks") == true)
  }

  @Test("a refund that another connector made and did not confirm is taken over (R2, Q1)")
  func takenOver() throws {
    let world = try World.refunding()
    let process = try world.start()
    let (charge, _) = try world.paidOrder(process)
    _ = try StripeForeign(process).refund(charge, 30_00, "R-1")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    try process.refundRun()
    #expect(world.stripe.refunds.count == 1)
    #expect(try process.refund()?.status == .created)
  }

  @Test("one unreadable refund does not stop the others (Q7)")
  func unreadable() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.addOrder("O-2-A", basket: "O-2", currency: "ZZZ")
    world.mirakl.addRefund("R-0", order: "O-2-A", amount: "1.00", commission: "3.00")
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    _ = try process.refundRun()
    #expect(try process.refund("R-1")?.status == .created)
    #expect(try process.refund("R-0") == nil)
  }
}

/// Another program that uses the same Stripe account.
struct StripeForeign {
  let process: SimulatedProcess
  init(_ process: SimulatedProcess) { self.process = process }

  func refund(_ charge: String, _ amount: Int64, _ id: String) throws -> RefundSnapshot {
    try process.engine.context.stripe.createRefund(
      RefundRequest(
        charge: .of(charge), amount: .of(amount), metadata: ["miraklRefundId": id]),
      idempotencyKey: "foreign-\(id)"
    ).value
  }
}
