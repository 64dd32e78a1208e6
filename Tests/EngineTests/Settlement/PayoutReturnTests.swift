import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

@Suite struct PayoutReturnTests {
  private let bankFailure = (code: "account_closed", message: "The bank account has been closed.")

  @Test("payout.failed: the reason is FAILURE_CODE: FAILURE_MESSAGE, told once (S5, Q9)")
  func failed() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.failPayout(
      world.payouts[0].id, code: bankFailure.code, message: bankFailure.message)
    let process = try world.world.start()
    let deliveries = world.stripe.takeDeliveries()
    for delivery in deliveries + deliveries { process.receive(delivery) }
    try process.engine.drain()
    let payout = try #require(try world.payout())
    #expect(payout.status == .failed)
    #expect(payout.reason == "account_closed: The bank account has been closed.")
    #expect(payout.waiting == .externalAccount)
    let id = world.payouts[0].id
    #expect(
      world.world.notifier.delivered == [
        """
        {"payload":{"amount":80100,"currency":"eur","failedReason":"account_closed: The bank \
        account has been closed.","internalId":\(payout.id),"miraklInvoiceId":7,\
        "payoutId":"\(id)","status":"PAYOUT_FAILED","stripePayoutId":"\(id)"},\
        "type":"payout.failed"}
        """
      ])
  }

  @Test("without a code and a message there are words of our own (S5)")
  func fallback() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.failPayout(world.payouts[0].id, code: nil, message: nil)
    try world.react()
    #expect(try world.payout()?.reason == "unknown_code: Unknown failure reason")
  }

  @Test("a failure of the bank account waits for another one, whatever passes run (S5)")
  func externalAccount() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.failPayout(world.payouts[0].id, code: "no_account", message: "No such account.")
    // Stripe marks the account itself, with an event of the same type as a change by the seller.
    world.stripe.setBankAccounts([SandboxBankAccount(status: "errored")], of: world.account)
    try world.react()
    try world.run()
    world.stripe.updateAccount(world.account) { $0.email = "other@example.org" }
    try world.run()
    #expect(world.payouts.count == 1)
    #expect(try world.status() == .failed)
    world.stripe.setBankAccounts([SandboxBankAccount(id: "ba_2")], of: world.account)
    try world.react()
    #expect(world.payouts.count == 2)
    #expect(world.payouts[1].destination == "ba_2")
    #expect(try world.status() == .created)
    #expect(try world.payout()?.payoutID?.rawValue == world.payouts[1].id)
  }

  @Test("a new bank account of which no event told is found by the next pass (S5)")
  func externalAccountWithoutEvent() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.failPayout(world.payouts[0].id, code: "no_account", message: "No such account.")
    try world.react()
    world.stripe.setBankAccounts([SandboxBankAccount(id: "ba_2")], of: world.account)
    _ = world.stripe.takeDeliveries()  // lost
    try world.run()
    #expect(try world.status() == .created)
  }

  @Test("another failure is tried again by the next pass, not by events: six payouts at most (S5)")
  func rounds() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    for round in 1...8 {
      try world.run()
      let made = min(round, 6)
      #expect(world.payouts.count == made)
      world.stripe.failPayout(world.payouts[made - 1].id)
      // The money is back: Stripe says so, and that must not send it out again.
      world.stripe.addFunds(1, currency: "eur", to: world.account)
      try world.react()
      #expect(world.payouts.count == made)
      world.world.clock.advance(byMs: 86_400_000)
    }
    #expect(try world.payout()?.waiting == .operator)
    #expect(try world.status() == .failed)
    let attempts = try Store(world.world.database).read { try $0.payoutAttempts(invoice: 7) }
    #expect(attempts.map(\.round) == Array(1...6))
    #expect(attempts.allSatisfy { $0.status == .failed })
    #expect(Set(world.payouts.compactMap { $0.metadata["operation"] }).count == 6)
  }

  @Test("a payout that was paid may still come back: tried again, as a new attempt (S5)")
  func late() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.sendPayout(world.payouts[0].id)
    world.stripe.payPayout(world.payouts[0].id)
    try world.react()
    #expect(try world.status() == .created)
    world.world.clock.advance(byMs: 4 * 86_400_000)
    world.stripe.failPayout(world.payouts[0].id)
    try world.react()
    #expect(try world.status() == .failed)
    try world.run()
    #expect(try world.status() == .created)
    #expect(world.payouts.count == 2)
  }

  @Test("a canceled payout waits for the operator (S5)")
  func canceled() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.cancelPayout(world.payouts[0].id)
    try world.react()
    try world.run()
    #expect(world.payouts.count == 1)
    #expect(try world.payout()?.reason == "canceled: The payout was canceled")
    #expect(try world.payout()?.waiting == .operator)
  }

  @Test("the end of a payout of which no event told is found by the next pass (S5)")
  func lostEvents() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    world.stripe.failPayout(world.payouts[0].id, code: "no_account", message: "No such account.")
    _ = world.stripe.takeDeliveries()
    try world.run()
    #expect(try world.status() == .failed)
  }

  @Test("events in any order and number end in the same state (P3)")
  func order() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    try world.run()
    _ = world.stripe.takeDeliveries()
    let id = world.payouts[0].id
    world.stripe.sendPayout(id)
    world.stripe.payPayout(id)
    world.stripe.failPayout(id)
    let process = try world.world.start()
    let deliveries = world.stripe.takeDeliveries()
    for delivery in deliveries.reversed() + deliveries { process.receive(delivery) }
    try process.engine.drain()
    #expect(try world.status() == .failed)
    #expect(world.world.notifier.delivered.count == 1)
  }

  @Test("an event of a payout that is not known yet is parked until it is recorded (S8)")
  func parked() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    let process = try world.world.start()
    // The answer is lost; the bank is quicker than our repeat.
    process.transport.after { [stripe = world.stripe] call in
      guard call == "POST /v1/payouts", let payout = stripe.payouts.first else { return .goOn }
      stripe.failPayout(payout.id, code: "no_account", message: "No such account.")
      return .answer(status: 500, json: "{}")
    }
    _ = try SettlementPass(process.engine).run()
    // Split, so that the event is read while the answer is still missing.
    while try process.engine.step() == .worked {}
    #expect(try world.status() == .pending)
    process.receiveAll()
    while try process.engine.step() == .worked {}
    let parked = try process.store.read { try $0.parkedPayoutIDs() }
    #expect(parked == [world.payouts[0].id])
    process.transport.after(nil)
    try process.engine.drain()
    #expect(try process.store.read { try $0.parkedPayoutIDs() } == [])
    #expect(world.payouts.count == 1)
    #expect(try world.payout()?.reason == "no_account: No such account.")
  }

  @Test("payouts of accounts that are not ours, or on another account, change nothing (P5)")
  func foreign() throws {
    let world = try SettlementWorld()
    let other = world.stripe.createAccount()
    world.stripe.addFunds(100_00, currency: "eur", to: other)
    world.addInvoice()
    try world.run()
    let engine = try world.world.start().engine
    try engine.context.store.write { transaction in
      for key in ["\(other)/\(world.payouts[0].id)", "\(other)/po_unknown"] {
        try transaction.enqueue(.readPayout, key: key, runAtMs: 0, nowMs: 0)
      }
    }
    try engine.drain()
    #expect(try engine.context.store.read { try $0.parkedPayoutIDs() } == [])
    #expect(try world.status() == .created)
  }

  @Test("a payout that Stripe refuses is failed, told once, and tried again by the next pass (Q1)")
  func refused() throws {
    let world = try SettlementWorld()
    world.addInvoice()
    let process = try world.world.start()
    process.transport.before { call in
      call == "POST /v1/payouts"
        ? .answer(
          status: 400,
          json: #"{"error":{"type":"invalid_request_error","message":"No way."}}"#) : .goOn
    }
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain()
    #expect(try world.status() == .failed)
    #expect(try world.payout()?.reason?.contains("No way.") == true)
    #expect(world.world.notifier.delivered.count == 1)
    world.stripe.addFunds(1, currency: "eur", to: world.account)
    try world.react()
    #expect(world.payouts.isEmpty)
    _ = try SettlementPass(process.engine).run()
    try process.engine.drain()
    #expect(try world.status() == .failed)
    #expect(world.world.notifier.delivered.count == 1)
    try world.run()
    #expect(try world.status() == .created)
    #expect(world.payouts.count == 1)
  }

  @Test("a debit that Stripe refuses is failed, told once, and tried again by the next pass (Q9)")
  func refusedDebit() throws {
    let world = try SettlementWorld()
    world.addInvoice { $0.subscription = "-40.00" }
    let process = try world.world.start()
    process.transport.before { call in
      call == "POST /v1/transfers"
        ? .answer(
          status: 400,
          json: #"{"error":{"type":"invalid_request_error","message":"No way."}}"#) : .goOn
    }
    for _ in 1...3 {
      _ = try SettlementPass(process.engine).run()
      try process.engine.drain()
    }
    #expect(try world.leg(.subscription)?.status == .failed)
    #expect(try world.status() == .onHold)
    #expect(world.world.notifier.delivered.count == 1)
    #expect(world.world.notifier.delivered.first?.contains("TRANSFER_SUBSCRIPTION") == true)
    try world.run()
    #expect(try world.leg(.subscription)?.status == .created)
    #expect(try world.status() == .created)
    #expect(world.transfers.count == 1)
  }

  @Test("no bank account in that currency: on hold, and paid once there is one (S2)")
  func noBankAccount() throws {
    let world = try SettlementWorld()
    world.stripe.setBankAccounts([], of: world.account)
    world.addInvoice()
    try world.run()
    #expect(try world.status() == .onHold)
    #expect(try world.payout()?.reason?.contains("external accounts") == true)
    world.stripe.setBankAccounts([SandboxBankAccount()], of: world.account)
    try world.react()
    #expect(try world.status() == .created)
  }
}
