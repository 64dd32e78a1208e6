import Domain
import HTTPClient
import Testing

@testable import MiraklClient

@Suite("MiraklClient, invoices")
struct MiraklClientInvoicesTests {
  @Test(
    "what IV01 is asked (S7, B1)",
    arguments: [
      (InvoiceQuery.createdSince(nil, shop: nil), "?max=100"),
      (
        .createdSince(1_554_217_102_999, shop: ShopID(3)),
        "?max=100&start_date=2019-04-02T14%3A58%3A22Z&shop=3"
      ),
      (.ids([7, 8]), "?max=100&invoice_id=7&invoice_id=8"),
    ])
  func target(_ query: InvoiceQuery, _ expected: String) throws {
    let transport = ScriptedTransport(.answer(200, #"{"invoices":[]}"#))
    _ = try client(transport).invoices(query, next: nil)
    #expect(transport.requests[0].url == "https://x.mirakl.net/api/invoices" + expected)
  }

  @Test("no numbers ask for nothing, not for everything (S7)")
  func noNumbers() throws {
    let transport = ScriptedTransport()
    #expect(try client(transport).invoices(.ids([]), next: nil).value.elements.isEmpty)
    #expect(try client(transport).billingCycles([]).value.elements.isEmpty)
    #expect(transport.requests.isEmpty)
  }

  private func confirmation(
    _ target: PayoutConfirmation.Target, _ amount: String
  ) throws -> PayoutConfirmation {
    PayoutConfirmation(
      target: target, amount: try MajorAmount(amount), currency: try Currency("EUR"),
      reference: "po_1", transactionMs: 1_770_012_000_000)
  }

  @Test("IV07 carries Mirakl's own figure, digit by digit (S6, A4)")
  func invoice() throws {
    let transport = ScriptedTransport(.answer(204, ""))
    #expect(try client(transport).confirmPayout(confirmation(.invoice(7), "4545.20")).value)
    let request = transport.requests[0]
    #expect(request.method == "PUT")
    #expect(request.url == "https://x.mirakl.net/api/invoices/confirm")
    #expect(request.header("Content-Type") == "application/json")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self) == """
        {"accounting_documents":[{"amount":4545.2,"confirm_linked_manual_documents":true,\
        "currency_iso_code":"EUR","invoice_id":7,"reference":"po_1",\
        "transaction_date":"2026-02-02T06:00:00Z"}]}
        """)
  }

  @Test("SBC07 names the cycle (S6)")
  func cycle() throws {
    let transport = ScriptedTransport(.answer(204, ""))
    _ = try client(transport).confirmPayout(
      confirmation(.billingCycle("f7a4"), "12345678901.01"))
    let request = transport.requests[0]
    #expect(request.url == "https://x.mirakl.net/api/seller-billing-cycles")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self) == """
        {"seller_billing_cycles":[{"amount_transferred_to_seller":12345678901.01,\
        "currency_iso_code":"EUR","id":"f7a4","reference":"po_1","state":"PAID",\
        "transaction_date":"2026-02-02T06:00:00Z"}]}
        """)
  }

  @Test(
    "a write that was not answered may have had its effect, a refusal had none (B2)",
    arguments: [(500, true), (502, true), (400, false)])
  func failures(_ status: Int, _ isUnknown: Bool) throws {
    let transport = ScriptedTransport(.answer(status, #"{"message":"amount"}"#))
    do {
      _ = try client(transport).confirmPayout(confirmation(.invoice(7), "1"))
      Issue.record("no failure")
    } catch let failure as CallFailure {
      if case .unknown = failure.kind { #expect(isUnknown) } else { #expect(!isUnknown) }
    }
  }
}
