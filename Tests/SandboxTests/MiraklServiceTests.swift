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
}
