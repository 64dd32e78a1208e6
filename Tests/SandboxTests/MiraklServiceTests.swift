import HTTPFormat
import Sandbox
import Testing

@Suite struct MiraklServiceTests {
  private func world(_ count: Int = 0) -> MiraklWorld {
    let world = MiraklWorld()
    for number in 0..<count {
      var order = SandboxServiceOrder(id: "S-\(number)", commercialID: "B-\(number)", shopID: 1)
      order.createdMs = MiraklWorld.start + Int64(number) * 1_000
      world.mirakl.addServiceOrder(order)
      world.mirakl.addServiceDebit(
        SandboxServiceDebit(id: "d-\(number)", orderID: "S-\(number)", amount: "10.00"))
    }
    return world
  }

  private func ids(_ answer: Answer) -> [String] {
    answer["data"]?.elements.compactMap { $0["id"]?.text } ?? []
  }

  @Test("a token continues the list with the filters of its first page, whatever else is sent")
  func paging() {
    let world = world(25)
    let first = world.get("/api/mms/orders?limit=10&date_created_start=2026-01-15T10:00:05Z")
    #expect(ids(first) == (5..<15).map { "S-\($0)" })
    guard let token = first["next_page_token"]?.text else {
      Issue.record("no token")
      return
    }
    let encoded = token.flatMap {
      $0 == "=" ? "%3D" : $0 == "&" ? "%26" : $0 == "%" ? "%25" : "\($0)"
    }
    let second = world.get("/api/mms/orders?page_token=\(String(encoded))&limit=1&order_id=S-1")
    #expect(ids(second) == (15..<25).map { "S-\($0)" })
    #expect(second["next_page_token"]?.text == nil)
  }

  @Test("ids are repeated, a hundred at most; debits come in every state")
  func filters() {
    let world = world(5)
    #expect(
      ids(world.get("/api/mms/orders?order_id=S-3&order_id=S-1&order_id=X")) == ["S-1", "S-3"])
    #expect(ids(world.get("/api/mms/orders?commercial_order_id=B-4")) == ["S-4"])
    #expect(ids(world.get("/api/mms/debits?order_id=S-2")) == ["d-2"])
    #expect(ids(world.get("/api/mms/debits")).count == 5)
    let many = (0...100).map { "order_id=S-\($0)" }.joined(separator: "&")
    #expect(world.get("/api/mms/orders?\(many)").status == 400)
    #expect(world.get("/api/mms/orders?order_ids=S-1").status == 400)
    #expect(world.get("/api/mms/orders?limit=101").status == 400)
    #expect(world.get("/api/mms/orders?page_token=rubbish").status == 400)
  }

  @Test("a callback holds its orders under payload, and the operator's authorization")
  func callback() {
    let callback = MiraklCallback(
      changes: [("A", "WAITING_DEBIT_PAYMENT", "SHIPPING")], authorization: "secret")
    #expect(callback.headers["Authorization"] == "secret")
    let text = String(decoding: callback.body, as: UTF8.self)
    #expect(text.contains(#""payload":[{"id":"A""#))
  }

  @Test("SOR11 shows a refund as Mirakl does: net of taxes on top, with its commission and state")
  func refunds() {
    let world = world(2)
    var refund = SandboxServiceRefund(
      id: "R-1", orderID: "S-1", amount: "24.00", taxes: ["4.00"], commission: "2.40")
    refund.listsCommission = false
    world.mirakl.addServiceRefund(refund)
    let listed = world.get("/api/mms/refunds")["data"]?.elements.first
    #expect(listed?["amount"]?.numberText == "24.00")
    #expect(listed?["commission"] == nil)
    func shown() -> JSONValue? {
      world.get("/api/mms/orders?order_id=S-1")["data"]?.elements.first?["refunds"]?.elements.first
    }
    #expect(shown()?["id"]?.text == "R-1")
    #expect(shown()?["amount"]?.numberText == "20.00")
    #expect(shown()?["taxes"]?.elements.map { $0["amount"]?.numberText } == ["4.00"])
    #expect(shown()?["commission"]?["amount_including_taxes"]?.numberText == "2.40")
    #expect(shown()?["state"]?.text == "WAITING")
    #expect(
      world.get("/api/mms/orders?order_id=S-0")["data"]?.elements.first?["refunds"]?.elements.count
        == 0)
    let answer = world.send(
      "PUT", "/api/mms/refunds",
      """
      [{"id":"R-1","order_id":"S-1","amount":24.00,"currency_code":"EUR","state":"OK",\
      "transaction_number":"re_1"},
      {"id":"R-9","order_id":"S-1","amount":1,"currency_code":"EUR","state":"OK"}]
      """)
    #expect(answer["errors"]?.elements.map { $0["refund_id"]?.text } == ["R-9"])
    #expect(shown()?["state"]?.text == "OK")
    #expect(shown()?["transaction_number"]?.text == "re_1")
  }

  @Test("a change of an order's state is told by a callback, once, and again when it was not taken")
  func callbacks() {
    let world = MiraklWorld()
    func order(_ id: String, _ state: String) -> SandboxOrder {
      SandboxOrder(
        id: id, commercialID: "B", shopID: 1, state: state, lines: [.init(price: "10.00")])
    }
    world.mirakl.addOrder(order("quiet", "SHIPPING"))
    world.mirakl.setCallbacks(
      MiraklCallback.Endpoint(url: "http://host/hook", authorization: "secret"))
    world.mirakl.addOrder(order("A", "WAITING_ACCEPTANCE"))
    world.mirakl.updateOrder("A") { $0.state = "SHIPPING" }
    world.mirakl.updateOrder("A") { $0.transactionNumber = "no change of state" }
    let taken = world.mirakl.takeCallbacks()
    #expect(taken.map(\.url) == ["http://host/hook"])
    #expect(taken.map { $0.headers["Authorization"] } == ["secret"])
    let body = taken.first.flatMap { try? JSONValue(parsing: $0.body) }
    let changes = body?["payload"]?.elements.map { item -> String in
      let change = item["details"]?["changes"]?.elements.first
      return "\(item["id"]?.text ?? ""): \(change?["from"]?.text ?? "") "
        + (change?["to"]?.text ?? "")
    }
    #expect(changes == ["A: STAGING WAITING_ACCEPTANCE", "A: WAITING_ACCEPTANCE SHIPPING"])
    #expect(world.mirakl.takeCallbacks().isEmpty)
    taken.first.map(world.mirakl.redeliver)
    #expect(world.mirakl.takeCallbacks() == taken)
  }
}
