import Domain
import HTTPFormat
import Store
import TestSupport
import Testing

@Suite struct MappingDeletionTests {
  @Test(
    "a shop with a transfer that is not final keeps its mapping, and the answer says why (V1)",
    arguments: [TransferRecord.Status.onHold, .failed, .pending, .ignored])
  func openTransfers(_ status: TransferRecord.Status) throws {
    let fixture = try AdminFixture()
    let mapping = try fixture.addMapping(shop: 1, account: "acct_1")
    try fixture.addTransfer(
      TransferDraft(
        kind: .productOrder, miraklID: "O-1", shopID: ShopID(1), amount: .of(1), status: status,
        reason: "r"))
    let response = fixture.send("DELETE", "/api/mappings/\(mapping.id)")
    #expect(response.status == 409)
    #expect(response.text.contains("Shop 1 has 1 transfer"))
    #expect(try fixture.store.read { try $0.mapping(id: mapping.id) } == mapping)
    #expect(try fixture.store.read { try $0.audits(limit: 9, offset: 0) } == [])
  }

  @Test("an account that holds a balance keeps its mapping (V1)")
  func balance() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    fixture.stripe.setHoldsFunds(true)
    let response = fixture.send("DELETE", "/api/mappings/1")
    #expect(response.status == 409)
    #expect(response.text.contains("balance"))
    fixture.stripe.setHoldsFunds(false)
    #expect(fixture.send("DELETE", "/api/mappings/1").status == 204)
    #expect(fixture.stripe.calls == ["balance acct_1", "balance acct_1"])
  }

  @Test("an account that Stripe no longer shows does not keep its mapping")
  func goneAccount() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    fixture.stripe.refuse("balance acct_1", status: 403)
    #expect(fixture.send("DELETE", "/api/mappings/1").status == 204)
    let audits = try fixture.store.read { try $0.audits(limit: 9, offset: 0) }
    #expect(audits.map(\.detail) == ["shop 1, account acct_1"])
  }

  @Test("while Stripe cannot be asked nothing is deleted (Q8)")
  func stripeDown() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    fixture.stripe.fail(with: .unknown(reason: "time-out"))
    #expect(fixture.send("DELETE", "/api/mappings/1").status == 503)
    #expect(try fixture.store.read { try $0.mapping(id: 1) } != nil)
  }

  @Test("refunds, reversals, payouts and debts keep the mapping too, each by its name (V1)")
  func otherWork() throws {
    let fixture = try AdminFixture()
    let mapping = try fixture.addMapping(shop: 1, account: "acct_1")
    func refusal() -> String { fixture.send("DELETE", "/api/mappings/\(mapping.id)").text }
    try fixture.addPayout(
      PayoutDraft(invoiceID: 7, shopID: ShopID(1), status: .failed, reason: "r"))
    #expect(refusal().contains("Shop 1 has 1 payout not finished"))
    try fixture.addTransfer(
      TransferDraft(
        kind: .refund, miraklID: "R-1", shopID: ShopID(1), amount: .of(1), status: .onHold,
        reason: "r"))
    #expect(refusal().contains("1 reversal, 1 payout"))
    try fixture.store.write { transaction in
      _ = try transaction.saveRefundAsk(
        RefundAsk(
          kind: .productOrder, id: "R-1", orderID: try OrderID("O-1"),
          commercialID: try CommercialOrderID("O"), shopID: ShopID(1), currency: .eur,
          amount: try MajorAmount("1.00")), seenMs: 1, nowMs: 1)
      let reversal = try #require(
        try transaction.transfer(.refund, .seller, miraklID: "R-1"))
      try transaction.recordDebt(
        reversal, shop: ShopID(1), amount: .of(1), cause: "c", nowMs: 1)
    }
    #expect(refusal().contains("1 reversal, 1 refund, 1 payout, 1 debt"))
    #expect(fixture.send("DELETE", "/api/mappings/\(mapping.id)").status == 409)
  }
}
