import HTTPFormat
import Sandbox
import Testing

@Suite struct MiraklDebitTests {
  let world = MiraklWorld()

  private func put(_ path: String, _ body: String) -> Answer {
    let request = Request(
      method: "PUT", path: path,
      headers: ["Host": "mirakl.test", "Authorization": MiraklWorld.key], body: Array(body.utf8))
    guard case .response(let response) = world.mirakl.handle(request) else { return .hangUp }
    return Answer(response)
  }

  private func waiting(_ id: String, taxMode: String = "TAX_EXCLUDED") {
    world.mirakl.addOrder(
      SandboxOrder(
        id: id, commercialID: "C", shopID: 7, state: "WAITING_DEBIT_PAYMENT", taxMode: taxMode,
        lines: [
          .init(
            price: "49.90", shippingPrice: "4.90", taxes: [.init("9.98")],
            shippingTaxes: [.init("0.98")]),
          .init(price: "10.00", state: "REFUSED"),
        ]))
  }

  private func order(_ id: String, _ amount: String = "65.76", status: String = "OK") -> String {
    #"{"orders":[{"order_id":"\#(id)","customer_id":"CUST-1","payment_status":"\#(status)","#
      + #""amount":\#(amount),"currency_iso_code":"EUR","transaction_number":"ch_1"}]}"#
  }

  @Test("PA11 lists what waits, with taxes, in pages")
  func list() {
    for number in 1...3 { waiting("C-\(number)") }
    waiting("C-4", taxMode: "TAX_INCLUDED")
    world.mirakl.addOrder(.make("D-1"))
    let page = world.get("/api/payment/debit?max=2")
    #expect(page["total_count"]?.integer == 4)
    #expect(page["orders.order.0.amount"]?.numberText == "65.76")
    #expect(page["orders.order.0.shop_id"]?.text == "7")
    #expect(page["orders.order.0.debit_entity.type"]?.text == "ORDER")
    #expect(page.link("next")?.contains("offset=2&max=2") == true)
    let last = world.get("/api/payment/debit?max=2&offset=2")
    #expect(last["orders.order.1.amount"]?.numberText == "54.80")
    #expect(last.link("next") == nil)
  }

  @Test("PA01 OK debits an order once; another amount, customer or state is refused")
  func confirm() {
    waiting("C-1")
    #expect(put("/api/payment/debit", order("C-1", "65.75")).status == 400)
    #expect(put("/api/payment/debit", order("C-1", "65.760")).status == 204)
    #expect(world.mirakl.order("C-1")?.state == "SHIPPING")
    #expect(world.mirakl.order("C-1")?.transactionNumber == "ch_1")
    #expect(world.mirakl.order("C-1")?.customerDebitedMs == MiraklWorld.start)
    let again = put("/api/payment/debit", order("C-1"))
    #expect(again.status == 400)
    #expect(again["message"]?.text?.contains("'WAITING_DEBIT_PAYMENT'") == true)
    #expect(world.get("/api/payment/debit")["total_count"]?.integer == 0)
  }

  @Test("PA01 REFUSED cancels an order, and one bad order fails the whole call")
  func refuse() {
    waiting("C-1")
    waiting("C-2")
    let both = order("C-1").dropLast(2) + "," + order("C-9").dropFirst(11)
    #expect(put("/api/payment/debit", String(both)).status == 400)
    #expect(world.mirakl.order("C-1")?.state == "WAITING_DEBIT_PAYMENT")
    #expect(put("/api/payment/debit", order("C-1", status: "REFUSED")).status == 204)
    #expect(world.mirakl.order("C-1")?.state == "CANCELED")
    let line = world.get("/api/orders?order_ids=C-1")["orders.0.order_lines.0"]
    #expect(line?["cancelations"]?[0]?["amount"]?.numberText == "49.90")
  }

  @Test("SPA11 lists by token in every state; SPA01 answers 200 with errors inside")
  func services() {
    for number in 1...5 {
      world.mirakl.addServiceDebit(
        SandboxServiceDebit(id: "d-\(number)", orderID: "S-\(number)", amount: "10.00"))
    }
    let first = world.get("/api/mms/debits?limit=2")
    let token = first["next_page_token"]?.text ?? ""
    let second = world.get("/api/mms/debits?page_token=\(token)")
    #expect(second["data.0.id"]?.text == "d-3")
    let one = world.get("/api/mms/debits?order_id=S-4&order_id=S-5")
    #expect(one["data"]?.elements.count == 2)
    let item = { (id: String, amount: String) in
      #"{"id":"\#(id)","order_id":"S-\#(id.dropFirst(2))","amount":\#(amount),"#
        + #""currency_code":"EUR","state":"OK","transaction_number":"ch_1"}"#
    }
    let answer = put("/api/mms/debits", "[\(item("d-1", "10")),\(item("d-2", "9"))]")
    #expect(answer.status == 200)
    #expect(answer["success.debits.0.id"]?.text == "d-1")
    #expect(answer["errors.0.debit_id"]?.text == "d-2")
    #expect(answer["errors.0.debit_errors.0.code"]?.text == "INVALID_AMOUNT")
    #expect(world.mirakl.serviceDebits.map(\.state).prefix(2) == ["OK", "WAITING"])
  }
}
