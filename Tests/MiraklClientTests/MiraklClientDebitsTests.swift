import Domain
import HTTPClient
import Testing

@testable import MiraklClient

@Suite("MiraklClient: debits")
struct MiraklClientDebitsTests {
  static let debit = #"""
    {"amount":65.760,"currency_iso_code":"EUR","customer_id":"CUST-5521",
    "debit_entity":{"id":"CMD-A","type":"ORDER"},"order_commercial_id":"CMD","order_id":"CMD-A",
    "shop_id":"2043"}
    """#

  private func debits(_ body: String) throws -> [PageElement<Debit>] {
    try client(ScriptedTransport(.answer(200, body))).debits(next: nil).value.elements
  }

  private func element(_ json: String) throws -> PageElement<Debit> {
    try #require(try debits(#"{"orders":{"order":[\#(json)]}}"#).first)
  }

  @Test("PA11 is read in full pages, and an element as Mirakl writes it (B1)")
  func debitPage() throws {
    let next = #"<https://x.mirakl.net/api/payment/debit?offset=100&max=100>; rel="next""#
    let transport = ScriptedTransport(
      .answer(200, #"{"orders":{"order":[\#(Self.debit)]},"total_count":1}"#, [("Link", next)]))
    let page = try client(transport).debits(next: nil).value
    #expect(transport.requests[0].url == "https://x.mirakl.net/api/payment/debit?max=100")
    #expect(page.next?.pathAndQuery == "/api/payment/debit?offset=100&max=100")
    let expected = Debit(
      kind: .product, orderID: try OrderID("CMD-A"), commercialID: try CommercialOrderID("CMD"),
      customerID: "CUST-5521", amount: try MajorAmount("65.76"), currency: try Currency("EUR"),
      shopID: ShopID(2_043), entity: Debit.Entity(id: "CMD-A", type: "ORDER"))
    #expect(page.elements == [.readable(expected)])
    #expect(expected.subject == "CMD-A")
  }

  @Test(
    "an empty PA11 may leave its lists out",
    arguments: [
      "{}", #"{"orders":{}}"#, #"{"orders":null}"#, #"{"orders":{"order":null}}"#,
      #"{"orders":{"order":[]},"total_count":0}"#,
    ])
  func emptyPage(body: String) throws {
    #expect(try debits(body).isEmpty)
  }

  @Test("numbers stand for ids, a currency may be missing, a shipment is a debit of its own")
  func variants() throws {
    guard
      case .readable(let debit) = try element(
        #"""
        {"amount":10,"customer_id":77,"order_commercial_id":"C","order_id":"C-1","shop_id":5,
        "debit_entity":{"id":"s-9","type":"SHIPMENT"}}
        """#)
    else {
      Issue.record("not readable")
      return
    }
    #expect(debit.customerID == "77")
    #expect(debit.currency == nil)
    #expect(debit.shopID == ShopID(5))
    #expect(debit.subject == "SHIPMENT/s-9")
  }

  @Test(
    "an element that cannot be read names its field and its order (Q7)",
    arguments: [
      (#"{"order_id":"A","order_commercial_id":"C","customer_id":"1"}"#, "amount"),
      (#"{"order_id":"A","order_commercial_id":"C","customer_id":"1","amount":"5"}"#, "amount"),
      (#"{"order_id":"A","customer_id":"1","amount":5}"#, "order_commercial_id"),
      (#"{"order_id":"A","order_commercial_id":"C","amount":5}"#, "customer_id"),
    ])
  func unreadable(json: String, field: String) throws {
    guard case .unreadable(let problem) = try element(json) else {
      Issue.record("readable")
      return
    }
    #expect(problem.id == "A")
    #expect(problem.field == field)
  }

  private func answer(
    _ verdict: DebitAnswer.Verdict = .confirmed, kind: Debit.Kind = .product
  ) throws -> DebitAnswer {
    DebitAnswer(
      debit: Debit(
        kind: kind, orderID: try OrderID("CMD-\"A"), commercialID: try CommercialOrderID("CMD"),
        debitID: kind == .service ? "d-1" : nil, customerID: "CUST-5521",
        amount: try MajorAmount("65.70"), currency: try Currency("EUR"),
        entity: kind == .product ? Debit.Entity(id: "CMD-A", type: "ORDER") : nil),
      verdict: verdict, transactionNumber: "ch_1", transactionMs: 1_768_471_471_512)
  }

  @Test("PA01 sends one order, its amount as a number, its currency and its entity (A4, C7, C8)")
  func productBody() throws {
    let transport = ScriptedTransport(.answer(204, ""))
    _ = try client(transport).answer(try answer())
    let request = transport.requests[0]
    #expect(request.method == "PUT")
    #expect(request.url == "https://x.mirakl.net/api/payment/debit")
    #expect(request.header("Content-Type") == "application/json")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self) == #"{"orders":[{"amount":65.7,"#
        + #""customer_id":"CUST-5521","order_id":"CMD-\"A","payment_status":"OK","#
        + #""currency_iso_code":"EUR","debit_entity":{"id":"CMD-A","type":"ORDER"},"#
        + #""transaction_date":"2026-01-15T10:04:31Z","transaction_number":"ch_1"}]}"#)
  }

  @Test("SPA01 sends a bare list of one debit (C9)")
  func serviceBody() throws {
    let transport = ScriptedTransport(.answer(200, #"{"errors":[]}"#))
    _ = try client(transport).answer(try answer(.refused, kind: .service))
    #expect(transport.requests[0].url == "https://x.mirakl.net/api/mms/debits")
    #expect(
      String(decoding: transport.requests[0].body ?? [], as: UTF8.self)
        == #"[{"amount":65.7,"id":"d-1","order_id":"CMD-\"A","state":"REFUSED","#
        + #""currency_code":"EUR","transaction_date":"2026-01-15T10:04:31Z","#
        + #""transaction_number":"ch_1"}]"#)
  }

  @Test(
    "SPA01's 200 is read to its end (C9)",
    arguments: [
      (#"{"errors":[],"success":{"debits":[{"id":"d-1"}]}}"#, "done"), ("", "done"),
      (#"{"success":{}}"#, "done"),
      (
        #"{"errors":[{"debit_id":"d-1","debit_errors":[{"code":"X","field":"f","message":"No"}]}]}"#,
        "No (X)"
      ),
      (#"{"errors":[{"debit_errors":[]}]}"#, "no message (HTTP 400)"),
      (#"{"success":{"debits":[{"id":"d-2"}]}}"#, "outcome unknown"),
      ("<html>", "outcome unknown"),
    ])
  func serviceResult(body: String, expected: String) throws {
    let transport = ScriptedTransport(.answer(200, body))
    let result: String
    do throws(CallFailure) {
      _ = try client(transport).answer(try! answer(kind: .service))
      result = "done"
    } catch {
      result = "\(error)"
    }
    #expect(result.contains(expected))
  }

  @Test("a write that is answered by 5xx is unknown, by 400 refused, by nobody not sent (B2, Q3)")
  func writeFailures() throws {
    let rows: [(ScriptedTransport.Outcome, String)] = [
      (.answer(503, "{}"), "outcome unknown"), (.failure(.unknown("reset")), "outcome unknown"),
      (.failure(.notSent("dns")), "not sent"),
      (.answer(400, #"{"message":"Cannot update the order"}"#), "Cannot update the order"),
      (.answer(401, "{}"), "credentials refused"),
      (.answer(429, "{}", [("Retry-After", "7")]), "wait 7000 ms"),
    ]
    for (outcome, expected) in rows {
      do throws(CallFailure) {
        _ = try client(ScriptedTransport(outcome)).answer(try! answer())
        Issue.record("no failure: \(expected)")
      } catch {
        #expect("\(error)".contains(expected))
      }
    }
  }

  @Test("SPA11 is read by token, for all orders or some, with the basket in the order's id (B1)")
  func serviceDebits() throws {
    let element =
      #"{"id":"d-1","order_id":"SRV-3301-A","customer_id":"C","amount":126.00,"#
      + #""currency_code":"EUR","state":"WAITING","transaction_number":null}"#
    let transport = ScriptedTransport(
      .answer(200, #"{"data":[\#(element)],"next_page_token":"a b"}"#), .answer(200, "{}"),
      .answer(200, #"{"data":[]}"#))
    let first = try client(transport).serviceDebits(orders: nil, next: nil).value
    let second = try client(transport).serviceDebits(orders: nil, next: first.next).value
    let ids = [try OrderID("S-1"), try OrderID("S&2")]
    _ = try client(transport).serviceDebits(orders: ids, next: nil)
    #expect(try client(transport).serviceDebits(orders: [], next: nil).value.elements.isEmpty)
    let base = "https://x.mirakl.net/api/mms/debits?limit=100"
    #expect(
      transport.requests.map(\.url) == [
        base, base + "&page_token=a%20b", base + "&order_id=S-1&order_id=S%262",
      ])
    #expect(second.next == nil)
    guard case .readable(let service) = first.elements[0] else {
      Issue.record("not readable")
      return
    }
    #expect(service.state == .waiting)
    #expect(service.debit.commercialID.rawValue == "SRV-3301")
    #expect(service.debit.subject == "d-1")
  }
}

@Suite("WireLineCharge")
struct WireLineChargeTests {
  private func charged(_ line: [String: String]) throws -> OrderSnapshot.Line.Charged? {
    let body = #"{"orders":[\#(orderJSON(["order_lines": "[\(lineJSON(line))]"]))]}"#
    let page = try client(ScriptedTransport(.answer(200, body))).orders(
      .ids([.init("A")]), next: nil)
    guard case .readable(let order) = page.value.elements[0] else { return nil }
    return order.lines[0].charged
  }

  @Test("what a line costs and what left it, shipping, fees and taxes included (C6)")
  func reads() throws {
    let cancelation =
      #"[{"id":"1","amount":10,"shipping_amount":2,"fees":[{"amount":0.5}],"#
      + #""taxes":[{"amount":2}],"shipping_taxes":[{"amount":0.4}]}]"#
    let charge = try charged(["total_price": "54.80", "cancelations": cancelation])
    #expect(charge?.price == (try MajorAmount("54.8")))
    #expect(charge?.canceledPrice == (try MajorAmount("12.5")))
    #expect(charge?.canceledTaxes == (try MajorAmount("2.4")))
    #expect(charge?.hasCancelations == true)
  }

  @Test("without a total, price and shipping; without both, nothing is guessed (C6, A7)")
  func prices() throws {
    #expect(try charged(["shipping_price": "4.9"])?.price == (try MajorAmount("54.8")))
    #expect(try charged([:])?.price == (try MajorAmount("49.9")))
    let none = try charged(["price": ""])
    #expect(none != nil)
    #expect(none?.price == nil)
    #expect(none?.hasCancelations == false)
  }

  @Test("cancelations that cannot be read make the line's charge unknown, not the order (Q7)")
  func unreadable() throws {
    let body =
      #"{"orders":[\#(orderJSON(["order_lines": "[\(lineJSON(["cancelations": "[{}]"]))]"]))]}"#
    let page = try client(ScriptedTransport(.answer(200, body))).orders(
      .ids([.init("A")]), next: nil)
    guard case .readable(let order) = page.value.elements[0] else {
      Issue.record("the order was not readable")
      return
    }
    #expect(order.lines[0].charged == nil)
  }
}
