import Domain
import Testing

@testable import Store

@Suite struct PayoutsTests {
  private func draft(
    _ status: PayoutRecord.Status, reason: String? = "because", payoutID: String? = nil,
    waiting: PayoutRecord.Waiting? = nil, shop: Int64? = 1
  ) throws -> PayoutDraft {
    PayoutDraft(
      invoiceID: 7, shopID: shop.map { ShopID($0) }, accountID: try AccountID("acct_1"),
      payoutID: try payoutID.map { try PayoutID($0) }, amount: try .make(801_00), status: status,
      reason: status == .created ? nil : reason, waiting: waiting, miraklCreatedMs: 5)
  }

  private func store() throws -> Store {
    let store = try Store.inMemory()
    try store.write { try $0.saveUnreadableDocument(7, shop: ShopID(1), readMs: 1) }
    return store
  }

  @Test("a record survives as it was written, with its history (V2)")
  func roundTrip() throws {
    let store = try store()
    let first = try draft(.onHold)
    let second = try draft(.created, payoutID: "po_1")
    let changes = try store.write { transaction in
      [
        try transaction.savePayout(first, nowMs: 10).changed,
        try transaction.savePayout(first, nowMs: 20).changed,
        try transaction.savePayout(second, nowMs: 30).changed,
      ]
    }
    #expect(changes == [true, false, true])
    try store.read { transaction in
      let record = try #require(try transaction.payout(invoice: 7))
      #expect(PayoutDraft(record) == second)
      #expect(record.createdMs == 10)
      #expect(record.modifiedMs == 30)
      #expect(try transaction.payout(id: record.id) == record)
      #expect(try transaction.payouts(limit: 30, offset: 0) == [record])
      #expect(
        try transaction.history(record: record.recordName).map(\.status)
          == ["PAYOUT_ON_HOLD", "PAYOUT_CREATED"])
    }
  }

  @Test("a payout that left only comes back; one that was aborted stays so (S5)")
  func transitions() throws {
    let store = try store()
    let created = try draft(.created, payoutID: "po_1")
    let held = try draft(.onHold)
    let failed = try draft(.failed, payoutID: "po_1", waiting: .externalAccount)
    let aborted = try draft(.aborted)
    try store.write { transaction in
      try transaction.savePayout(created, nowMs: 1)
      #expect(try !transaction.savePayout(held, nowMs: 2).changed)
      #expect(try transaction.payout(invoice: 7)?.status == .created)
      #expect(try transaction.savePayout(failed, nowMs: 3).changed)
      try transaction.savePayout(aborted, nowMs: 4)
      #expect(try !transaction.savePayout(held, nowMs: 5).changed)
      #expect(try transaction.payout(invoice: 7)?.status == .aborted)
    }
  }

  @Test(
    "the database itself refuses what cannot be (S1, S5)",
    arguments: [
      "UPDATE payout SET status = 'PAYOUT_ON_HOLD', reason = 'x'",
      "UPDATE payout SET amount = 0", "UPDATE payout SET payout_id = NULL",
      "UPDATE payout SET waiting = 'operator'",
      "UPDATE payout SET status = 'PAYOUT_FAILED', reason = NULL",
      "INSERT INTO payout (invoice_id, status, reason, created_ms, modified_ms) "
        + "VALUES (7, 'PAYOUT_ON_HOLD', 'x', 1, 1)",
      "INSERT INTO payout (invoice_id, status, reason, created_ms, modified_ms) "
        + "VALUES (8, 'PAYOUT_ON_HOLD', 'x', 1, 1)",
    ])
  func constraints(_ statement: String) throws {
    let store = try store()
    let created = try draft(.created, payoutID: "po_1")
    _ = try store.write { try $0.savePayout(created, nowMs: 1) }
    #expect(throws: StoreError.self) {
      try store.write { _ = try $0.connection.run(statement, []) }
    }
  }

  @Test("the SQL knows exactly the names of the program")
  func names() throws {
    let sql = try store().rows("SELECT sql FROM sqlite_master WHERE name = 'payout'")
    let text = try #require(try sql.first?.text("sql"))
    for status in PayoutRecord.Status.allCases { #expect(text.contains("'\(status.rawValue)'")) }
    for waiting in PayoutRecord.Waiting.allCases {
      #expect(text.contains("'\(waiting.rawValue)'"))
    }
    let attempts = try store().rows("SELECT sql FROM sqlite_master WHERE name = 'payout_attempt'")
    let attempt = try #require(try attempts.first?.text("sql"))
    for status in PayoutSnapshot.Status.allCases {
      #expect(attempt.contains("'\(status.rawValue)'"))
    }
  }

  @Test("a payout is released only from what it waits for (S5)")
  func release() throws {
    let store = try store()
    let failed = try draft(.failed, payoutID: "po_1", waiting: .externalAccount)
    try store.write { transaction in
      try transaction.savePayout(failed, nowMs: 1)
      #expect(try !transaction.releasePayout(invoice: 7, waiting: .nextPass, nowMs: 2))
      #expect(try transaction.accountsWaitingForExternalAccount().map(\.rawValue) == ["acct_1"])
      #expect(try transaction.releasePayout(invoice: 7, waiting: .externalAccount, nowMs: 3))
      #expect(try transaction.payout(invoice: 7)?.waiting == nil)
      #expect(try transaction.accountsWaitingForExternalAccount().isEmpty)
    }
  }

  @Test("attempts are rows; recording one wakes the event that was parked for it (S5, S8)")
  func attempts() throws {
    let store = try store()
    let (held, payoutID, account, amount) = (
      try draft(.onHold), try PayoutID("po_1"), try AccountID("acct_1"), try Money.make(801_00)
    )
    try store.write { transaction in
      try transaction.savePayout(held, nowMs: 1)
      try transaction.parkPayout(payoutID, account: account, nowMs: 2)
      try transaction.parkPayout(payoutID, account: account, nowMs: 3)
      #expect(try transaction.parkedPayoutIDs() == ["po_1"])
      try transaction.addPayoutAttempt(
        invoice: 7, round: 1, payoutID: payoutID, account: account, amount: amount, nowMs: 4)
      #expect(try transaction.parkedPayoutIDs() == [])
      let job = try transaction.claimJob(nowMs: 5, leaseMs: 10)
      #expect(job?.kind == .readPayout)
      #expect(job?.key == "acct_1/po_1")
      let paid = PayoutSnapshot(
        id: payoutID, amount: amount, status: .paid, destination: "ba_1", createdMs: 1)
      let change = try transaction.updatePayoutAttempt(paid, status: .paid, nowMs: 6)
      #expect(change?.before.status == .pending)
      #expect(change?.now.paidMs == 6)
      #expect(change?.now.destination == "ba_1")
      #expect(try transaction.unconfirmedDocumentIDs(after: nil, limit: 9) == [7])
      #expect(try transaction.payoutAttemptsUnderWay(paidSinceMs: 7, after: nil, limit: 9) == [])
      #expect(
        try transaction.payoutAttemptsUnderWay(paidSinceMs: 6, after: nil, limit: 9).count == 1)
      try transaction.setConfirmation(7, problem: nil, nowMs: 8)
      try transaction.setConfirmation(7, problem: "late", nowMs: 9)
      #expect(try transaction.document(7)?.confirmedMs == 8)
      #expect(try transaction.unconfirmedDocumentIDs(after: nil, limit: 9) == [])
    }
    #expect(throws: StoreError.self) {
      try store.write {
        try $0.addPayoutAttempt(
          invoice: 7, round: 1, payoutID: try PayoutID("po_2"), account: account, amount: amount,
          nowMs: 4)
      }
    }
  }

  @Test("documents with anything open are found, all of them, in pages and by shop (S7)")
  func open() throws {
    let store = try store()
    let final = try draft(.created, payoutID: "po_1")
    let leg = try TransferDraft.make(
      "9", status: .onHold, amount: 40_00, kind: .subscription)
    let held = PayoutDraft(invoiceID: 8, shopID: ShopID(2000), status: .onHold, reason: "x")
    try store.write { transaction in
      try transaction.savePayout(final, nowMs: 1)
      try transaction.saveUnreadableDocument(8, shop: nil, readMs: 1)
      try transaction.savePayout(held, nowMs: 1)
      try transaction.saveTransfer(leg, nowMs: 1)
      #expect(try transaction.openDocumentIDs(after: nil, limit: 1) == [8])
      #expect(try transaction.openDocumentIDs(after: 8, limit: 9) == [9])
      #expect(try transaction.openDocumentIDs(shop: ShopID(2000)) == [8, 9])
      #expect(try transaction.openDocumentIDs(shop: ShopID(1)) == [])
    }
  }

  @Test("what a shop owes from earlier documents comes first, per currency (R5)")
  func debt() throws {
    let store = try store()
    let leg = try TransferDraft.make("9", status: .failed, amount: 40_00, kind: .extraInvoices)
    try store.write { transaction in
      try transaction.saveTransfer(leg, nowMs: 1)
      let (shop, eur) = (ShopID(2000), try Currency("EUR"))
      #expect(
        try transaction.openDebtReason(shop: shop, currency: eur, before: 10)
          == "Waits for a debt of the shop: TRANSFER_EXTRA_INVOICES of 40.00 EUR of document 9 is "
          + "not made yet")
      #expect(try transaction.openDebtReason(shop: shop, currency: eur, before: 9) == nil)
      #expect(
        try transaction.openDebtReason(shop: shop, currency: try Currency("USD"), before: 10)
          == nil)
      #expect(try transaction.openDebtReason(shop: ShopID(1), currency: eur, before: 10) == nil)
    }
  }

  @Test("a flag of the mapping that changes wakes what waits for it, in the same transaction (Q5)")
  func wakes() throws {
    let store = try store()
    let held = try draft(.onHold)
    try store.write { transaction in
      try transaction.savePayout(held, nowMs: 1)
      var mapping = try transaction.insertMapping(
        shop: ShopID(1), account: try AccountID("acct_1"), nowMs: 2)
      #expect(try transaction.claimJob(nowMs: 3, leaseMs: 10)?.key == "7")
      #expect(try transaction.claimJob(nowMs: 3, leaseMs: 10) == nil)
      mapping.payinEnabled = true
      try transaction.updateMapping(mapping, nowMs: 3)
      #expect(try transaction.openJobCount() == 1)
      mapping.payoutEnabled = true
      try transaction.updateMapping(mapping, nowMs: 3)
      // Joined with the one that runs: it runs once more.
      #expect(try transaction.openJobCount() == 1)
    }
  }
}
