import HTTPFormat
import Sandbox
import Testing

@Suite struct MiraklInvoiceTests {
  private let world = MiraklWorld()

  private func add(
    _ id: Int64, shop: Int64 = 1, _ adjust: (inout SandboxInvoice) -> Void = { _ in }
  ) {
    var invoice = SandboxInvoice(id: id, shopID: shop, amountTransferred: "801.00")
    adjust(&invoice)
    world.mirakl.addInvoice(invoice)
  }

  private func ids(_ query: String) -> [Int64] {
    world.get("/api/invoices?\(query)")["invoices"]?.elements.compactMap {
      $0["invoice_id"]?.integer
    } ?? []
  }

  private func put(_ path: String, _ body: String) -> Answer {
    let headers: Headers = ["Authorization": MiraklWorld.key, "Host": "mirakl.test"]
    let request = Request(method: "PUT", path: path, headers: headers, body: Array(body.utf8))
    guard case .response(let response) = world.mirakl.handle(request) else { return .hangUp }
    return Answer(response)
  }

  @Test("IV01 lists complete and generated automatic documents, oldest first, in pages")
  func list() {
    for id in 1...12 { add(Int64(id)) }
    add(20) { $0.createdMs = MiraklWorld.start - 1_000 }
    add(21) { $0.state = "DRAFT" }
    add(22) { $0.type = "MANUAL_CREDIT" }
    #expect(ids("max=3") == [20, 1, 2])
    let page = world.get("/api/invoices?max=10")
    #expect(page.link("next")?.contains("offset=10") == true)
    #expect(ids("max=100").count == 13)
    #expect(ids("max=100&type=ALL&states=DRAFT,COMPLETE").count == 15)
    #expect(page["invoices.1.summary.amount_transferred"]?.numberText == "801.00")
  }

  @Test("IV01's filters: numbers, shop, creation")
  func filters() {
    for id in 1...3 { add(Int64(id), shop: Int64(id)) }
    world.pass(ms: 60_000)
    add(4)
    #expect(ids("invoice_id=1&invoice_id=3") == [1, 3])
    #expect(ids("shop=1") == [1, 4])
    #expect(ids("start_date=2026-01-15T10:00:01Z") == [4])
    #expect(world.get("/api/invoices?nope=1").status == 400)
    let many = (1...101).map { "invoice_id=\($0)" }.joined(separator: "&")
    #expect(world.get("/api/invoices?\(many)").status == 400)
  }

  @Test("IV07 wants Mirakl's own amount, and pays once (S6, A4)")
  func confirm() {
    add(7)
    func body(_ amount: String) -> String {
      """
      {"accounting_documents":[{"invoice_id":7,"amount":\(amount),"reference":"po_1",
       "transaction_date":"2026-02-02T06:00:00Z"}]}
      """
    }
    let wrong = put("/api/invoices/confirm", body("800.00"))
    #expect(wrong.status == 400)
    #expect(
      wrong["message"]?.text
        == "The amount is incorrect for the accounting document with number '7', actual: "
        + "'800.00', expected: '801.00'")
    #expect(put("/api/invoices/confirm", body("801")).status == 204)
    #expect(world.mirakl.invoices[0].paymentState == "PAID")
    #expect(put("/api/invoices/confirm", body("801")).status == 400)
    #expect(put("/api/invoices/confirm", "{}").status == 400)
  }

  @Test("SBC07 pays a cycle, SBC11 shows it (S6)")
  func cycles() {
    add(7)
    let path = "/api/seller-billing-cycles"
    #expect(world.get("\(path)?id=cycle-7")["data.0.pay_out.state"]?.text == "TO_PAY")
    let body = """
      {"seller_billing_cycles":[{"id":"cycle-7","amount_transferred_to_seller":801.0,
       "state":"PAID","reference":"po_1"}]}
      """
    #expect(put(path, body).status == 204)
    #expect(world.get("\(path)?id=cycle-7")["data.0.pay_out.state"]?.text == "PAID")
    #expect(world.get("\(path)?id=cycle-7")["data.0.pay_out.reference"]?.text == "po_1")
    #expect(put(path, body).status == 400)
  }
}
