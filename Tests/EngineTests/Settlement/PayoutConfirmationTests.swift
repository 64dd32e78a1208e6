import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

@Suite struct PayoutConfirmationTests {
  private func paid(_ mode: PayoutConfirmationMode) throws -> SettlementWorld {
    let world = try SettlementWorld { $0.payoutConfirmation = mode }
    world.addInvoice()
    try world.run()
    world.stripe.payPayout(world.payouts[0].id)
    return world
  }

  @Test("by default Mirakl is told nothing (S6)")
  func off() throws {
    let world = try paid(.off)
    try world.run()
    #expect(world.world.mirakl.invoices[0].paymentState == "PENDING")
  }

  @Test(
    "once the payout is paid, Mirakl is told once: amount, reference (S6, A4)",
    arguments: [PayoutConfirmationMode.invoice, .billingCycle])
  func confirms(_ mode: PayoutConfirmationMode) throws {
    let world = try paid(mode)
    #expect(world.world.mirakl.invoices[0].paymentState == "PENDING")
    try world.react()
    #expect(world.world.mirakl.invoices[0].paymentState == "PAID")
    #expect(world.world.mirakl.invoices[0].paymentReference == world.payouts[0].id)
    #expect(try world.document()?.confirmedMs != nil)
    try world.run()
    let counts = world.world.mirakl.requestCounts
    let puts =
      (counts["PUT /api/invoices/confirm"] ?? 0)
      + (counts["PUT /api/seller-billing-cycles"] ?? 0)
    #expect(puts == 1)
  }

  @Test(
    "a lost answer is read back before anything is repeated (S6, B2, Q3)",
    arguments: [PayoutConfirmationMode.invoice, .billingCycle])
  func lostAnswer(_ mode: PayoutConfirmationMode) throws {
    let world = try paid(mode)
    world.world.mirakl.faults.inject(
      .hangUpAfter,
      operation: mode == .invoice
        ? "PUT /api/invoices/confirm" : "PUT /api/seller-billing-cycles")
    try world.react()
    #expect(world.world.mirakl.invoices[0].paymentState == "PAID")
    #expect(try world.document()?.confirmedMs != nil)
    #expect(try world.document()?.confirmationProblem == nil)
  }

  @Test("a request that never arrived is repeated after the read back (S6, B2)")
  func lostRequest() throws {
    let world = try paid(.invoice)
    world.world.mirakl.faults.inject(.hangUpBefore, operation: "PUT /api/invoices/confirm")
    try world.react()
    world.world.clock.advance(byMs: 60_000)
    try world.react()
    #expect(world.world.mirakl.invoices[0].paymentState == "PAID")
    #expect(try world.document()?.confirmedMs != nil)
  }

  @Test("what Mirakl refuses never touches the payout, and is told again by the next pass (S6)")
  func refused() throws {
    let world = try paid(.invoice)
    world.world.mirakl.updateInvoice(7) { $0.amountTransferred = "800.00" }
    try world.react()
    #expect(try world.status() == .created)
    #expect(
      try world.document()?.confirmationProblem?.contains("The amount is incorrect") == true)
    world.world.mirakl.updateInvoice(7) { $0.amountTransferred = "801.00" }
    try world.run()
    #expect(world.world.mirakl.invoices[0].paymentState == "PAID")
    #expect(try world.document()?.confirmationProblem == nil)
  }

  @Test("a payout that comes back after it was confirmed is paid again (S5, S6)")
  func backAfterConfirmation() throws {
    let world = try paid(.invoice)
    try world.react()
    world.stripe.failPayout(world.payouts[0].id)
    world.world.clock.advance(byMs: 3 * 86_400_000)
    try world.run()  // reads that it came back
    try world.run()
    #expect(world.payouts.count == 2)
    #expect(try world.status() == .created)
    #expect(world.world.mirakl.requestCounts["PUT /api/invoices/confirm"] == 1)
  }
}
