import Decisions
import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

@Suite struct SettlementTests {
  @Test("a document is credits in, debits out, then the payout of amount_transferred (S1, S3)")
  func wholeDocument() throws {
    let world = try SettlementWorld()
    world.addInvoice {
      ($0.subscription, $0.otherCredits, $0.otherInvoices) = ("-40.00", "10.00", "-5.00")
    }
    try world.run()
    #expect(world.transfers.map(\.amount) == [10_00, 40_00, 5_00])
    #expect(
      world.transfers.map(\.owner) == [world.stripe.platformID, world.account, world.account])
    #expect(
      world.transfers.map(\.destination)
        == [world.account, world.stripe.platformID, world.stripe.platformID])
    #expect(world.payouts.map(\.amount) == [801_00])
    #expect(world.payouts[0].owner == world.account)
    #expect(world.available(world.account) == 1_000_00 + 10_00 - 45_00 - 801_00)
    let payout = try #require(try world.payout())
    #expect(payout.status == .created)
    #expect(payout.payoutID?.rawValue == world.payouts[0].id)
    #expect(payout.reason == nil)
    for kind in [TransferRecord.Kind.extraCredits, .subscription, .extraInvoices] {
      #expect(try world.leg(kind)?.status == .created)
    }
  }

  @Test("payouts and transfers carry the metadata that the contract names (M7)")
  func metadata() throws {
    let world = try SettlementWorld()
    world.addInvoice { $0.subscription = "-40.00" }
    try world.run()
    let payout = world.payouts[0].metadata
    #expect(payout["miraklShopId"] == "1")
    #expect(payout["invoiceId"] == "7")
    #expect(payout["pluginName"] == "MiraklConnector")
    #expect(payout["pluginVersion"] == "0")
    #expect(world.transfers[0].metadata["miraklId"] == "7")
    #expect(world.transfers[0].metadata["miraklShopId"] == "1")
  }

  @Test("zero legs are aborted without being errors, and the payout leaves all the same (S4)")
  func zeroLegs() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    #expect(world.transfers.isEmpty)
    #expect(try world.leg(.subscription)?.status == .aborted)
    #expect(try world.leg(.subscription)?.reason?.contains("total_subscription_incl_tax") == true)
    #expect(try world.status() == .created)
    #expect(world.world.notifier.delivered.isEmpty)
  }

  @Test("many passes and processes: one payout, one transfer per leg (Q1, Q4)")
  func twice() throws {
    let world = try SettlementWorld()
    world.addInvoice { $0.subscription = "-40.00" }
    for _ in 1...4 { try world.run() }
    #expect(world.payouts.count == 1)
    #expect(world.transfers.count == 1)
  }

  @Test(
    "only complete documents that are not paid, not manual, not another provider's (S4)",
    arguments: [
      ("paid", nil), ("manual", nil), ("MANGOPAY", nil), ("GENERATED", .onHold),
      ("FAILED", .created),
    ] as [(String, PayoutRecord.Status?)])
  func selection(_ what: String, _ expected: PayoutRecord.Status?) throws {
    let world = try SettlementWorld()
    world.addInvoice {
      switch what {
      case "paid": $0.paymentState = "PAID"
      case "manual": $0.type = "MANUAL_CREDIT"
      case "MANGOPAY": $0.payOutProvider = "MANGOPAY"
      case "GENERATED": $0.state = "GENERATED"
      default: $0.paymentState = "FAILED"
      }
    }
    try world.run()
    #expect(try world.status() == expected)
    #expect(world.payouts.count == (expected == .created ? 1 : 0))
  }

  @Test("a draft is never paid, and is once it is complete (S4)")
  func completed() throws {
    let world = try SettlementWorld()
    world.addInvoice { $0.state = "GENERATED" }
    try world.run()
    #expect(try world.payout()?.reason == "The document is GENERATED: not complete yet")
    world.world.clock.advance(byMs: 3 * 86_400_000)  // past the overlap: found by its number
    world.world.mirakl.updateInvoice(7) { $0.state = "COMPLETE" }
    try world.run()
    #expect(try world.status() == .created)
  }

  @Test("a fresh store settles no history (M2, S4)")
  func startDate() throws {
    let world = try SettlementWorld { $0.split.startMs = World.startMs }
    world.addInvoice { $0.createdMs = World.startMs - 1_000 }
    let report = try world.run()
    // Not even asked for: the start date is the first checkpoint.
    #expect(report.read == 0)
    #expect(try world.payout() == nil)
  }

  @Test("no shop: aborted, shop not mapped: on hold and settled once it is mapped (S4, Q5)")
  func shops() throws {
    let world = try SettlementWorld()
    world.addInvoice(8) { $0.shopID = nil }
    world.addInvoice(9) { $0.shopID = 5 }
    try world.run()
    #expect(try world.status(8) == .aborted)
    #expect(try world.leg(.subscription, 8)?.status == .aborted)
    #expect(try world.status(9) == .onHold)
    #expect(try world.payout(9)?.reason == "Shop 5 has no Stripe account yet")
    let account = try world.world.addShop(5)
    world.stripe.addFunds(1_000_00, currency: "eur", to: account)
    try world.react()
    #expect(try world.payout(9)?.reason == "Stripe does not pay out this account at present")
  }

  @Test("an ignored shop is not settled, and is once it is no longer ignored (M5)")
  func ignored() throws {
    let world = try SettlementWorld()
    try world.world.setIgnored(shop: 1, true)
    world.addInvoice { $0.subscription = "-40.00" }
    try world.run()
    #expect(try world.status() == .ignored)
    #expect(try world.leg(.subscription)?.status == .ignored)
    #expect(world.stripe.requestCounts["POST /v1/payouts"] == nil)
    try world.world.setIgnored(shop: 1, false)
    try world.react()
    #expect(try world.status() == .created)
    #expect(try world.leg(.subscription)?.status == .created)
  }

  @Test("a payout waits while Stripe does not pay the account out, and leaves when it does (S1)")
  func payoutEnabled() throws {
    let world = try SettlementWorld(payoutEnabled: false)
    world.addInvoice { $0.subscription = "-40.00" }
    try world.run()
    #expect(try world.leg(.subscription)?.status == .created)
    #expect(try world.status() == .onHold)
    try world.setPayoutEnabled(true)
    try world.react()
    #expect(try world.status() == .created)
  }

  @Test("a negative credit waits for a person, and the payout waits for it (S3)")
  func negativeCredit() throws {
    let world = try SettlementWorld()
    world.addInvoice { $0.otherCredits = "-93.90" }
    try world.run()
    let credit = try #require(try world.leg(.extraCredits))
    #expect(credit.status == .onHold)
    #expect(credit.reason?.contains("-93.9 EUR") == true)
    #expect(try world.status() == .onHold)
    #expect(try world.payout()?.reason?.contains("TRANSFER_EXTRA_CREDITS") == true)
    #expect(world.payouts.isEmpty)
  }

  @Test("what the seller owes instead is aborted, carried and reported (S3)")
  func negativeAmount() throws {
    let world = try SettlementWorld()
    world.addInvoice(amount: "-25.50") { $0.subscription = "-40.00" }
    try world.run()
    #expect(try world.status() == .aborted)
    #expect(try world.payout()?.reason?.contains("-25.5 EUR") == true)
    #expect(try world.document()?.owed == .of("25.50"))
    #expect(try world.leg(.subscription)?.status == .created)
  }

  @Test(
    "short of available funds: the payout waits with the reason, and leaves when they come (S2)")
  func shortOfFunds() throws {
    let world = try SettlementWorld(funds: 500_00)
    world.addInvoice()
    try world.run()
    #expect(try world.status() == .onHold)
    #expect(
      try world.payout()?.reason
        == "Waits for funds: the account has 500.00 EUR available and 0.00 EUR pending, 801.00 EUR "
        + "are needed")
    #expect(world.stripe.requestCounts["POST /v1/payouts"] == nil)
    world.stripe.addFunds(400_00, currency: "eur", to: world.account)
    try world.react()  // balance.available
    #expect(try world.status() == .created)
    #expect(world.world.notifier.delivered.isEmpty)
  }

  @Test("pending funds are not available funds (S2)")
  func pendingFunds() throws {
    let world = try SettlementWorld(funds: 0)
    world.world.addOrder(price: "1000.00", commission: "100.00")
    world.world.pay(1_000_00)
    let process = try world.world.start()
    try process.run()
    world.addInvoice()
    try world.run()
    #expect(try world.payout()?.reason?.contains("900.00 EUR pending") == true)
    world.stripe.settle()
    try world.react()
    #expect(try world.status() == .created)
  }

  @Test("a debit that the seller cannot pay yet waits, and so does the payout (S1, S2)")
  func debitShort() throws {
    let world = try SettlementWorld(funds: 10_00)
    world.addInvoice(amount: "5.00") { $0.subscription = "-40.00" }
    try world.run()
    #expect(try world.leg(.subscription)?.status == .onHold)
    #expect(try world.status() == .onHold)
    world.stripe.addFunds(100_00, currency: "eur", to: world.account)
    try world.react()
    #expect(try world.leg(.subscription)?.status == .created)
    #expect(try world.status() == .created)
  }

  @Test("a debit of an earlier document is made before the next payout leaves (R5)")
  func debtFirst() throws {
    let world = try SettlementWorld(funds: 10_00)
    world.addInvoice(7, amount: "0") { $0.subscription = "-40.00" }
    try world.run()
    #expect(try world.leg(.subscription, 7)?.status == .onHold)
    world.world.clock.advance(byMs: 10 * 86_400_000)
    world.addInvoice(8, amount: "20.00")
    world.world.stripe.faults.inject(.errorBefore, operation: "GET /v1/balance", times: 1)
    try world.run()
    // 10.00 would do for neither; nothing is paid out before the debt.
    #expect(try world.payout(8)?.reason?.contains("document 7 is not made yet") == true)
    world.stripe.addFunds(100_00, currency: "eur", to: world.account)
    try world.react()
    #expect(try world.leg(.subscription, 7)?.status == .created)
    #expect(try world.status(8) == .created)
    #expect(world.available(world.account) == 110_00 - 40_00 - 20_00)
  }

  @Test(
    "amounts in every kind of currency (A1, A2, S1)",
    arguments: [
      ("JPY", "12000", 12_000), ("KWD", "801.230", 801_230), ("HUF", "1234.56", 1_234_00),
      ("EUR", "801.005", 801_01),
    ] as [(String, String, Int64)])
  func currencies(_ currency: String, _ amount: String, _ expected: Int64) throws {
    let world = try SettlementWorld(funds: 2_000_000, currency: currency.lowercased())
    world.addInvoice(amount: amount) { $0.currency = currency }
    try world.run()
    #expect(world.payouts.map(\.amount) == [expected])
    #expect(world.payouts.map(\.currency) == [currency.lowercased()])
  }

  @Test("what cannot be paid out in whole forints stays and is reported (A2, T3)")
  func forints() throws {
    let world = try SettlementWorld(funds: 1_234_56, currency: "huf")
    world.addInvoice(amount: "1234.56") { $0.currency = "HUF" }
    try world.run()
    #expect(world.available(world.account, "huf") == 56)
    #expect(
      try world.document()?.note
        == "0.56 HUF cannot be paid out in whole units and stay; after the payout of 1234.00 HUF "
        + "the account keeps 0.56 HUF available")
  }

  @Test("the difference between the balance and the document is reported, never taken (T3)")
  func residue() throws {
    let world = try SettlementWorld(funds: 1_000_00)
    world.addInvoice()
    try world.run()
    #expect(
      try world.document()?.note
        == "after the payout of 801.00 EUR the account keeps 199.00 EUR available")
    #expect(world.available(world.account) == 199_00)
  }

  @Test("above the configured maximum a payout waits for approval (A7)")
  func approval() throws {
    let world = try SettlementWorld { $0.split.amountMax = [.eur: 500_00] }
    world.addInvoice()
    try world.run()
    #expect(try world.payout()?.reason?.contains("Approval needed") == true)
    #expect(world.payouts.isEmpty)
  }

  @Test("one unreadable document does not stop the others; it says which field (Q7)")
  func unreadable() throws {
    let world = try SettlementWorld()
    world.world.mirakl.addRawInvoice(
      """
      {"invoice_id":5,"shop_id":1,"type":"AUTO_INVOICE","currency_iso_code":"EUR",
       "date_created":"2025-11-24T00:00:00Z","summary":{"amount_transferred":"much"}}
      """)
    world.world.mirakl.addRawInvoice(#"{"nothing":true}"#)
    world.addInvoice()
    let report = try world.run()
    #expect(report.unreadable == 2)
    #expect(try world.status(5) == .onHold)
    #expect(try world.payout(5)?.reason?.contains("summary.amount_transferred") == true)
    #expect(try world.status(7) == .created)
  }

  @Test("the backlog is asked for by number, a hundred at a time, new documents by date (S7, B1)")
  func backlog() throws {
    let world = try SettlementWorld()
    for id in 101...350 { world.addInvoice(Int64(id)) { $0.shopID = 9 } }
    try world.run()
    world.world.clock.advance(byMs: 40 * 86_400_000)
    world.addInvoice(7)
    try world.run()
    let process = try world.world.start()
    let report = try SettlementPass(process.engine).run()
    // The new one by date, and 250 by number in three calls.
    #expect(report.calls == 4)
    #expect(report.read == 251)
    try process.engine.drain()
    #expect(try world.status(7) == .created)
  }

  @Test("a pass for one shop reads that shop alone and leaves the checkpoint (S7)")
  func oneShop() throws {
    let world = try SettlementWorld()
    world.addInvoice(7)
    world.addInvoice(8) { $0.shopID = 2 }
    let report = try world.run(shop: 1)
    #expect(report.read == 1)
    #expect(try world.status(7) == .created)
    #expect(try world.payout(8) == nil)
    try world.run()
    #expect(try world.status(8) == .onHold)
  }

  @Test("several pages and a document that Mirakl lists twice: once each (Q4, B1)")
  func pages() throws {
    let world = try SettlementWorld(funds: 1_000_00)
    for id in 1...120 { world.addInvoice(Int64(id), amount: "1.00") }
    world.addInvoice(5, amount: "1.00")
    #expect(try world.run().calls == 2)
    #expect(world.payouts.count == 120)
    #expect(Set(world.payouts.map { $0.metadata["invoiceId"] }).count == 120)
  }

  @Test("paid meanwhile by somebody else: not paid again (S4, Q6)")
  func paidMeanwhile() throws {
    let world = try SettlementWorld(funds: 0)
    world.addInvoice()
    try world.run()
    #expect(try world.status() == .onHold)
    world.world.mirakl.updateInvoice(7) { $0.paymentState = "PAID" }
    world.stripe.addFunds(1_000_00, currency: "eur", to: world.account)
    world.world.clock.advance(byMs: 3_600_000)
    try world.run()
    #expect(try world.status() == .aborted)
    #expect(world.payouts.isEmpty)
  }

  @Test("a document that Mirakl no longer returns waits and says so (Q7)")
  func missing() throws {
    let world = try SettlementWorld(funds: 0)
    world.addInvoice()
    try world.run()
    world.world.mirakl.updateInvoice(7) { $0.id = 70 }
    world.world.clock.advance(byMs: 40 * 86_400_000)
    let report = try world.run()
    #expect(report.missing == 1)
    #expect(try world.payout()?.reason == "Mirakl no longer returns document 7")
  }

  @Test("a balance that Stripe refuses to tell: Stripe judges the payout itself (S2)")
  func balanceRefused() throws {
    let world = try SettlementWorld(funds: 500_00)
    world.addInvoice()
    let process = try world.world.start()
    process.transport.before { call in
      call == "GET /v1/balance"
        ? .answer(status: 404, json: #"{"error":{"type":"invalid_request_error"}}"#) : .goOn
    }
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain()
    #expect(try world.status() == .onHold)
    #expect(try world.payout()?.reason?.contains("insufficient funds") == true)
  }

  @Test("payouts enabled, and the event lost: the pass reads the account again (S2, P3)")
  func lostAccountEvent() throws {
    let seller = try SettlementWorld(payoutEnabled: false)
    seller.addInvoice()
    try seller.run()
    #expect(try seller.status() == .onHold)
    #expect(seller.payouts.isEmpty)
    // The first of these passes asks Stripe, which says what no event said.
    try seller.run()
    try seller.run()
    #expect(seller.payouts.map(\.amount) == [801_00])
  }
}
