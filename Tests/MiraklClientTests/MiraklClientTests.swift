import Domain
import HTTPClient
import Testing

@testable import MiraklClient

func client(_ transport: ScriptedTransport, base: String = "https://x.mirakl.net/") -> MiraklClient
{
  MiraklClient(
    transport: transport, baseURL: base, key: Secret("the-key"), timeoutMs: 7_000,
    budgets: .unlimited)
}

@Suite("MiraklClient")
struct MiraklClientTests {
  @Test(
    "what OR11 is asked, with full pages and encoded values (B1)",
    arguments: [
      (OrderQuery.updatedSince(nil), "/api/orders?max=100"),
      (
        .updatedSince(1_554_217_102_999),
        "/api/orders?max=100&start_update_date=2019-04-02T14%3A58%3A22Z"
      ),
      (
        .ids([try! OrderID("A-1"), try! OrderID("B&2+c,d")]),
        "/api/orders?max=100&order_ids=A-1,B%262%2Bc%2Cd"
      ),
      (.commercialIDs([try! CommercialOrderID("É")]), "/api/orders?max=100&commercial_ids=%C3%89"),
    ])
  func orderTarget(query: OrderQuery, expected: String) throws {
    let transport = ScriptedTransport(.answer(200, #"{"orders":[]}"#))
    _ = try client(transport).orders(query, next: nil)
    let request = transport.requests[0]
    #expect(request.method == "GET")
    #expect(request.url == "https://x.mirakl.net" + expected)
    #expect(request.header("Authorization") == "the-key")
    #expect(request.header("Accept") == "application/json")
    #expect(request.timeoutMs == 7_000)
  }

  @Test("no ids ask for nothing, not for everything")
  func nothing() throws {
    let transport = ScriptedTransport()
    #expect(try client(transport).orders(.ids([]), next: nil).value.elements.isEmpty)
    #expect(try client(transport).orders(.commercialIDs([]), next: nil).value.elements.isEmpty)
    #expect(try client(transport).shops([]).value.elements.isEmpty)
    #expect(transport.requests.isEmpty)
  }

  @Test("S20 names its shops and both domains")
  func shopTarget() throws {
    let transport = ScriptedTransport(.answer(200, #"{"shops":[]}"#))
    _ = try client(transport).shops([ShopID(1), ShopID(2)])
    #expect(
      transport.requests[0].url
        == "https://x.mirakl.net/api/shops?shop_ids=1,2&max=100&domains=PRODUCT,SERVICE")
  }

  @Test("the next page is asked for where the link says, and Mirakl's clock is kept (M3)")
  func paging() throws {
    let transport = ScriptedTransport(
      .answer(
        200, #"{"orders":[]}"#,
        [
          ("link", "<https://x.mirakl.net/api/orders?max=100&offset=100>; rel=\"next\""),
          ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ]), .answer(200, #"{"orders":[]}"#))
    let mirakl = client(transport)
    let page = try mirakl.orders(.updatedSince(nil), next: nil).value
    #expect(page.serverTimeMs == 784_111_777_000)
    let last = try mirakl.orders(.updatedSince(nil), next: page.next).value
    #expect(last.next == nil)
    #expect(last.serverTimeMs == nil)
    #expect(transport.requests[1].url == "https://x.mirakl.net/api/orders?max=100&offset=100")
  }

  @Test("a base URL with a path keeps it, whatever form the link has")
  func basePath() throws {
    for link in ["<https://gw.example/mkp/api/orders?p=2>", "</mkp/api/orders?p=2>", "<?p=2>"] {
      let transport = ScriptedTransport(
        .answer(200, #"{"orders":[]}"#, [("Link", link + "; rel=next")]),
        .answer(200, #"{"orders":[]}"#))
      let mirakl = client(transport, base: "https://gw.example/mkp")
      let next = try mirakl.orders(.updatedSince(nil), next: nil).value.next
      _ = try mirakl.orders(.updatedSince(nil), next: next)
      #expect(
        transport.requests.map(\.url) == [
          "https://gw.example/mkp/api/orders?max=100", "https://gw.example/mkp/api/orders?p=2",
        ])
    }
  }

  @Test("a link to another host spoils the page, and its tokens reach no error (O3)")
  func foreignLink() {
    let transport = ScriptedTransport(
      .answer(200, #"{"orders":[]}"#, [("Link", "<https://evil.example/a?token=s3cret>; rel=next")])
    )
    #expect(
      failure(transport)?.kind
        == .unreadable(
          reason: "Link header: the next page is on another host: https://evil.example/a"))
  }

  @Test(
    "a body that is no list of orders is unreadable, never empty",
    arguments: [
      "", "<html>", "{}", "[]", #"{"orders":null}"#, #"{"orders":{}}"#, #"{"orders":[{]}"#,
    ])
  func unreadableBody(body: String) {
    guard case .unreadable = failure(ScriptedTransport(.answer(200, body)))?.kind else {
      Issue.record("readable")
      return
    }
  }

  @Test("what the transport says about sending is kept, without the key (O3)")
  func transportFailures() {
    #expect(
      failure(ScriptedTransport(.failure(.notSent("no the-key here"))))?.kind
        == .notSent(reason: "no *** here"))
    #expect(
      failure(ScriptedTransport(.failure(.unknown("reset"))))?.kind == .unknown(reason: "reset"))
  }

  @Test("a failure names its operation and status (V2)")
  func trace() {
    let failure = failure(ScriptedTransport(.answer(500, "")))
    #expect(failure?.trace.operation == "GET /api/orders")
    #expect(failure?.trace.status == 500)
  }

  @Test("one unreadable order leaves the others of its page alone (Q7)")
  func mixedPage() throws {
    let body = """
      {"orders":[\(orderJSON()),null,{},\(orderJSON(["total_price": "\"54.80\""])),7,"x",\
      \(orderJSON(["order_id": "\"B\""]))],"total_count":7}
      """
    let page = try client(ScriptedTransport(.answer(200, body))).orders(
      .updatedSince(nil), next: nil
    ).value
    let kinds = page.elements.map { element in
      switch element {
      case .readable(let order): order.id.rawValue
      case .unreadable(let problem): "\(problem.id ?? "-") \(problem.field)"
      }
    }
    #expect(kinds == ["A", "- ", "- order_id", "A total_price", "- ", "- ", "B"])
  }

  private func failure(_ transport: ScriptedTransport) -> CallFailure? {
    do {
      _ = try client(transport).orders(.updatedSince(nil), next: nil)
      return nil
    } catch { return error }
  }
}
