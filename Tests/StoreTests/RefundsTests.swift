import Domain
import Testing

@testable import Store

@Suite struct RefundsTests {
  private func store() throws -> Store { try Store.open(path: ":memory:", mode: .inline) }

  private func ask(_ id: String = "R-1", commission: String? = nil) throws -> RefundAsk {
    RefundAsk(
      kind: .productOrder, id: id, orderID: try OrderID("O-1-A"),
      commercialID: try CommercialOrderID("O-1"), currency: try Currency("EUR"),
      amount: try MajorAmount("29.94"), commission: try commission.map { try MajorAmount($0) })
  }

  private func made(_ id: String, _ stripe: String, _ store: Store) throws -> RefundRecord {
    let ask = try ask(id)
    return try store.write { transaction in
      var record = try transaction.saveRefundAsk(ask, seenMs: 1, nowMs: 1)
      record.charge = try ChargeID("ch_1")
      record.amount = Money(minorUnits: 29_94, currency: ask.currency)
      record.stripeRefund = try RefundID(stripe)
      (record.stripeStatus, record.status) = ("succeeded", .pending)
      return try transaction.saveRefund(record, nowMs: 2).record
    }
  }

  @Test("what is asked for is kept as Mirakl wrote it; what it says later is added (A1, R4)")
  func asks() throws {
    let store = try store()
    let (first, second) = (try ask(), try ask(commission: "3.00"))
    try store.write { transaction in
      let record = try transaction.saveRefundAsk(first, seenMs: 10, nowMs: 10)
      #expect(record.status == .onHold && record.ask == first)
      let later = try transaction.saveRefundAsk(second, seenMs: 20, nowMs: 20)
      #expect(later.ask == second)
      let again = try transaction.saveRefundAsk(first, seenMs: 15, nowMs: 30)
      #expect(again.ask == second && again.seenMs == 20 && again.id == record.id)
    }
  }

  @Test("a refund that Stripe made is never forgotten or aborted (R2)")
  func keepsWhatWasMade() throws {
    let store = try store()
    let record = try made("R-1", "re_1", store)
    var other = record
    other.stripeRefund = try RefundID("re_2")
    var none = record
    none.stripeRefund = nil
    var aborted = record
    (aborted.status, aborted.reason) = (.aborted, "x")
    for change in [other, none, aborted] {
      #expect(throws: StoreError.self) {
        try store.write { _ = try $0.saveRefund(change, nowMs: 3) }
      }
    }
    let id = try RefundID("re_1")
    #expect(try store.read { try $0.refund(stripe: id) } == record)
  }

  @Test("history grows with the status and reason only (V2)")
  func history() throws {
    let store = try store()
    let record = try made("R-1", "re_1", store)
    try store.write { transaction in
      var failed = record
      (failed.status, failed.reason) = (.failed, "no")
      let first = try transaction.saveRefund(failed, nowMs: 3)
      let second = try transaction.saveRefund(failed, nowMs: 4)
      #expect(first.changed && !second.changed)
    }
    let entries = try store.read { try $0.history(record: record.recordName) }
    #expect(entries.map(\.status) == ["REFUND_ON_HOLD", "REFUND_PENDING", "REFUND_FAILED"])
  }

  @Test("refunds that failed at Stripe are not ours to leave out of what went back (A6)")
  func ownRefunds() throws {
    let store = try store()
    _ = try made("R-1", "re_1", store)
    let failed = try made("R-2", "re_2", store)
    let charge = try ChargeID("ch_1")
    #expect(try store.read { try $0.ownRefunds(charge: charge) } == 59_88)
    try store.write { transaction in
      var record = failed
      record.stripeStatus = "failed"
      _ = try transaction.saveRefund(record, nowMs: 3)
    }
    #expect(try store.read { try $0.ownRefunds(charge: charge) } == 29_94)
  }

  @Test("a debt is open until its reversal was made (R5)")
  func debts() throws {
    let store = try store()
    let (shop, currency) = (ShopID(1), try Currency("EUR"))
    let amount = Money(minorUnits: 27_00, currency: currency)
    _ = try made("R-1", "re_1", store)
    try store.write { transaction in
      let reversal = try transaction.saveTransfer(
        TransferDraft(
          kind: .refund, miraklID: "R-1", shopID: shop, reversedTransfer: try TransferID("tr_1"),
          amount: amount, status: .onHold, reason: "short"), nowMs: 1
      ).record
      #expect(reversal.reversedTransfer?.rawValue == "tr_1")
      try transaction.recordDebt(reversal, shop: shop, amount: amount, cause: "a", nowMs: 1)
      try transaction.recordDebt(reversal, shop: shop, amount: amount, cause: "b", nowMs: 2)
      #expect(try transaction.openDebts(shop: shop, currency: currency).map(\.cause) == ["b"])
      #expect(try transaction.openDebts(shop: ShopID(2), currency: currency).isEmpty)
      #expect(try transaction.retryDebts(shop: shop, currency: currency, nowMs: 3) == 1)
      let job = try transaction.claimJob(nowMs: 3, leaseMs: 1)
      #expect(job?.key == "REFUND_PRODUCT_ORDER/R-1")
      try transaction.settleDebt(reversal, nowMs: 4)
      #expect(try transaction.openDebts(limit: 10).isEmpty)
    }
  }
}
