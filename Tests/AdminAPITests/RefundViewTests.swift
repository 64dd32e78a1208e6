import Domain
import HTTPFormat
import Store
import TestSupport
import Testing

@testable import AdminAPI

@Suite struct RefundViewTests {
  @Test("a refund shows the contract's fields")
  func fields() throws {
    let fixture = try AdminFixture()
    try fixture.store.write { transaction in
      var record = try transaction.saveRefundAsk(
        RefundAsk(
          kind: .productOrder, id: "31877", orderID: .of("O-1-A"), commercialID: .of("O-1"),
          lineID: "O-1-A-1", currency: .eur, amount: .of("29.94")), seenMs: 1, nowMs: 1)
      record.charge = .of("ch_1")
      record.amount = .of(29_94)
      record.stripeRefund = .of("re_1")
      (record.stripeStatus, record.status, record.confirmedMs) = ("succeeded", .created, 2_000)
      record.reason = nil
      _ = try transaction.saveRefund(record, nowMs: 2_000)
    }
    let response = fixture.get("/api/refunds/1")
    #expect(
      response.fieldNames == [
        "id", "type", "miraklRefundId", "miraklCommercialOrderId", "miraklOrderId",
        "miraklOrderLineId", "transactionId", "stripeRefundId", "amount", "currency", "status",
        "miraklValidationTime", "creationDatetime", "modificationDatetime",
      ])
    for part in [
      #""type":"REFUND_PRODUCT_ORDER""#, #""miraklRefundId":"31877""#,
      #""miraklOrderLineId":"O-1-A-1""#, #""transactionId":"ch_1""#, #""stripeRefundId":"re_1""#,
      #""amount":2994"#, #""currency":"eur""#, #""status":"REFUND_CREATED""#,
      #""miraklValidationTime":"1970-01-01T00:00:02Z""#,
    ] {
      #expect(response.text.contains(part))
    }
    #expect(fixture.get("/api/refunds/2").status == 404)
    #expect(fixture.get("/api/refunds?page=2").text == "[]")
  }
}
