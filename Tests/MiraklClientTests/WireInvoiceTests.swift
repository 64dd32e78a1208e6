import Domain
import Foundation
import Testing

@testable import MiraklClient

@Suite("WireInvoice")
struct WireInvoiceTests {
  private func element(_ json: String) throws -> PageElement<InvoiceSnapshot> {
    try JSONDecoder().decode(WireElement<WireInvoice>.self, from: Data(json.utf8)).element
  }

  private func sample(_ name: String) throws -> Data {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/\(name).json")
    return try Data(contentsOf: url)
  }

  private let least = """
    {"invoice_id":7,"shop_id":1,"currency_iso_code":"EUR","date_created":"2026-02-01T02:10:44Z",
     "summary":{"amount_transferred":801.00,"total_subscription_incl_tax":-40,
       "total_other_credits_incl_tax":10.5,"total_other_invoices_incl_tax":0}}
    """

  @Test("Mirakl's published sample of IV01, every document of it (Q7, S4)")
  func published() throws {
    let page = try JSONDecoder().decode(WireInvoicePage.self, from: sample("IV01"))
    let documents = page.invoices.compactMap { wire -> InvoiceSnapshot? in
      if case .readable(let document) = wire.element { document } else { nil }
    }
    #expect(documents.map(\.id) == [2, 6, 7])
    #expect(documents.map(\.type) == ["AUTO_INVOICE", "MANUAL_INVOICE", "MANUAL_INVOICE"])
    #expect(documents.map(\.isManual) == [false, true, true])
    #expect(documents.map(\.paymentState) == ["PENDING", "PENDING", "FAILED"])
    #expect(documents[0].shopID == ShopID(1))
    #expect(documents[0].state == "COMPLETE")
    #expect(documents[0].payOutProvider == "NOT_SPECIFIED")
    #expect(documents[0].billingCycleID == "f212a4b3-b2fe-4df9-aae9-7e644ff23f5f")
    #expect(
      documents[0].summary
        == InvoiceSnapshot.Summary(
          amountTransferred: .zero, subscription: try MajorAmount("-10"), otherCredits: .zero,
          otherInvoices: .zero))
    #expect(documents[1].summary == nil)
  }

  @Test("Mirakl's published sample of SBC11, every cycle of it (Q7, S6)")
  func publishedCycles() throws {
    let page = try JSONDecoder().decode(WireBillingCyclePage.self, from: sample("SBC11"))
    let cycles = page.data.compactMap { wire -> BillingCycleSnapshot? in
      if case .readable(let cycle) = wire.element { cycle } else { nil }
    }
    #expect(cycles.map(\.payOutState) == ["PAID", "TO_PAY", "TO_PAY"])
    #expect(cycles.map(\.reference) == ["bank-ref", nil, nil])
    #expect(cycles.map(\.amountTransferred.description) == ["4545.2", "4545.2", "0"])
    #expect(cycles.map(\.currency.code) == ["EUR", "NGN", "EUR"])
    #expect(cycles.map(\.shopID) == [ShopID(12), ShopID(3_432), ShopID(2)])
  }

  @Test("a document of an older instance, with what is needed alone")
  func old() throws {
    let document = InvoiceSnapshot(
      id: 7, type: "AUTO_INVOICE", shopID: ShopID(1), currency: try Currency("EUR"),
      createdMs: 1_769_911_844_000,
      summary: InvoiceSnapshot.Summary(
        amountTransferred: try MajorAmount("801"), subscription: try MajorAmount("-40"),
        otherCredits: try MajorAmount("10.5"), otherInvoices: .zero))
    #expect(try element(least) == .readable(document))
  }

  @Test(
    "missing data is never zero: the field is named, the document still recognised (A7, Q7)",
    arguments: [
      (#""amount_transferred":801.00,"#, "", "summary.amount_transferred"),
      (#""total_subscription_incl_tax":-40,"#, "", "summary.total_subscription_incl_tax"),
      (#""total_other_credits_incl_tax":10.5,"#, "", "summary.total_other_credits_incl_tax"),
      (#"801.00"#, #""801.00""#, "summary.amount_transferred"),
      (#""EUR""#, #""XXX""#, "currency_iso_code"),
      (#""currency_iso_code":"EUR","#, "", "currency_iso_code"),
      (#""summary""#, #""sum""#, "summary"),
      (#""shop_id":1"#, #""shop_id":"one""#, "shop_id"),
      (#""date_created":"2026-02-01T02:10:44Z","#, "", "date_created"),
    ])
  func broken(_ part: String, _ replacement: String, _ field: String) throws {
    let json = least.replacingOccurrences(of: part, with: replacement)
    guard case .unreadable(let problem) = try element(json) else {
      Issue.record("readable: \(json)")
      return
    }
    #expect(problem.id == "7")
    #expect(problem.field == field)
  }

  @Test("no shop is a fact, not a mistake (S4)", arguments: [#""shop_id":null"#, #""x":1"#])
  func withoutShop(_ replacement: String) throws {
    let json = least.replacingOccurrences(of: #""shop_id":1"#, with: replacement)
    guard case .readable(let document) = try element(json) else {
      Issue.record("unreadable: \(json)")
      return
    }
    #expect(document.shopID == nil)
  }
}
