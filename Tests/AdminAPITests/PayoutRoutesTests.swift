import Domain
import HTTPFormat
import Store
import TestSupport
import Testing

@testable import AdminAPI

@Suite struct PayoutRoutesTests {
  @Test("a payout has the contract's fields; the document's id is a number (A8, S5)")
  func fields() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    try fixture.addPayout(
      PayoutDraft(
        invoiceID: 48_213, shopID: ShopID(1), mappingID: 1, accountID: .of("acct_1"),
        payoutID: .of("po_1"), amount: .of(801_00), status: .created,
        miraklCreatedMs: 1_763_999_999_000))
    let response = fixture.get("/api/payouts/1")
    #expect(
      response.fieldNames == [
        "id", "miraklInvoiceId", "accountMapping", "payoutId", "amount", "currency", "status",
        "miraklCreatedDate", "creationDatetime", "modificationDatetime",
      ])
    for part in [
      #""miraklInvoiceId":48213"#, #""accountMapping":"/api/mappings/1""#, #""payoutId":"po_1""#,
      #""amount":80100"#, #""currency":"eur""#, #""status":"PAYOUT_CREATED""#,
      #""miraklCreatedDate":"2025-11-24T15:59:59Z""#,
    ] {
      #expect(response.text.contains(part), "\(part) in \(response.text)")
    }
  }

  @Test("payouts are listed by thirty, by ascending id, and only to the operator (X1)")
  func list() throws {
    let fixture = try AdminFixture()
    for id in 1...31 {
      try fixture.addPayout(
        PayoutDraft(invoiceID: Int64(100 - id), status: .onHold, reason: "because"))
    }
    #expect(fixture.get("/api/payouts").numbers("id") == Array(1...30))
    #expect(fixture.get("/api/payouts?page=2").numbers("miraklInvoiceId") == [69])
    #expect(fixture.get("/api/payouts?page=3").text == "[]")
    #expect(fixture.get("/api/payouts/31").text.contains(#""statusReason":"because""#))
    #expect(fixture.get("/api/payouts/32").status == 404)
    #expect(fixture.send("GET", "/api/payouts", token: nil).status == 401)
  }
}
