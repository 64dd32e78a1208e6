import Domain
import HTTPClient
import Testing

@testable import MiraklClient

@Suite struct WireServiceOrderTests {
  /// The sample of Mirakl's description, with another price.
  private func order(
    price: String = #"{"type":"FIXED_PRICE","amount":90.00,"quantity":1}"#,
    commission: String = #"{"amount_excluding_taxes":10.50,"amount_including_taxes":12.60}"#,
    extra: String = ""
  ) -> String {
    """
    {"id":"SRV-1-A","commercial_order_id":"SRV-1","state":"ORDER_PENDING","currency_code":"EUR",
     "date_created":"2026-02-02T08:15:22Z","date_updated":"2026-02-02T12:40:03.5Z",
     "shop":{"id":2051,"name":"Pose & Co"},\(extra)"price":\(price),"commission":\(commission)}
    """
  }

  private func read(_ elements: String...) throws -> [PageElement<ServiceOrderSnapshot>] {
    let transport = ScriptedTransport(
      .answer(200, #"{"data":["# + elements.joined(separator: ",") + "]}"))
    return try client(transport).serviceOrders(.createdSince(nil), next: nil).value.elements
  }

  private func snapshot(_ element: String) throws -> ServiceOrderSnapshot {
    guard case .readable(let order)? = try read(element).first else {
      throw Unreadable(text: "\(try read(element))")
    }
    return order
  }

  struct Unreadable: Error { let text: String }

  private func problem(_ element: String) throws -> UnreadableElement? {
    guard case .unreadable(let problem)? = try read(element).first else { return nil }
    return problem
  }

  @Test("the fields of a service order, amounts as written (A1)")
  func fields() throws {
    let price = #"""
      {"type":"FIXED_PRICE","amount":90.000000000001,"quantity":2,
       "taxes":[{"code":"A","amount":18.00},{"code":"B","amount":0.10}],
       "options":[
        {"code":"x","label":"X","type":"BOOLEAN","value":true,"amount":15.00,
         "taxes":[{"code":"A","amount":3.00}]},
        {"code":"y","label":"Y","type":"BOOLEAN","value":false,"amount":99.00,
         "taxes":[{"code":"A","amount":9.00}]},
        {"code":"z","label":"Z","type":"VALUE_LIST","values":[
         {"code":"1","label":"1","amount":1.00,"taxes":[{"code":"A","amount":0.20}]},
         {"code":"2","label":"2","amount":2.00}]},
        {"code":"t","label":"T","type":"TEXT"}]}
      """#
    let order = try snapshot(order(price: price))
    #expect(order.id.rawValue == "SRV-1-A")
    #expect(order.commercialID.rawValue == "SRV-1")
    #expect(order.state == .pending)
    #expect(order.shopID == ShopID(2051))
    #expect(order.commission == (try MajorAmount("12.60")))
    #expect(order.taxMode == .excluded)
    #expect(order.createdMs == 1_770_020_122_000)
    #expect(order.price?.unitAmount.description == "90.000000000001")
    #expect(order.price?.quantity == 2)
    #expect(order.price?.taxes.description == "18.1")
    #expect(order.price?.options.description == "18")
    #expect(order.price?.optionTaxes.description == "3.2")
  }

  @Test("units of several kinds: each amount times its quantity")
  func multi() throws {
    let order = try snapshot(
      order(
        price: #"""
          {"type":"ESTIMATED_PRICE_MULTI","ordered_service_units":[
           {"code":"h","label":"Hours","type":"VALUE_LIST","values":[
            {"amount":20.50,"code":"a","ordered_quantity":3},
            {"amount":5,"code":"b","ordered_quantity":0}]}]}
          """#))
    #expect(order.price?.unitAmount.description == "61.5")
    #expect(order.price?.quantity == 1)
  }

  @Test(
    "an estimate without an amount, and a commission not worked out, are missing and not zero (A7)")
  func missing() throws {
    let estimate = #"{"type":"ESTIMATED_PRICE","quantity":1}"#
    let order = try snapshot(order(price: estimate, commission: "null"))
    #expect(order.price == nil)
    #expect(order.commission == nil)
    let empty = try snapshot(self.order(price: estimate, commission: "{}"))
    #expect(empty.commission == nil)
  }

  @Test("taxes are included where the order says so, and a mode that nobody knows is no guess")
  func taxMode() throws {
    let taxed = #"{"type":"FIXED_PRICE","amount":9,"quantity":1,"taxes":[{"amount":1}]}"#
    func mode(_ text: String) -> String { "\"order_tax_mode\":\"\(text)\"," }
    #expect(try snapshot(order(price: taxed, extra: mode("TAX_INCLUDED"))).taxMode == .included)
    #expect(try problem(order(price: taxed, extra: mode("TAX_SOMEHOW")))?.field == "order_tax_mode")
    #expect(try snapshot(order(extra: mode("TAX_SOMEHOW"))).taxMode == .excluded)
  }

  @Test("an element that cannot be read names its field and order; the others are read (Q7)")
  func unreadable() throws {
    let bad = order(commission: #"{"amount_including_taxes":"12.60"}"#)
    let elements = try read(bad, order(), "17", "{}")
    #expect(elements.count == 4)
    guard case .unreadable(let first) = elements[0], case .readable = elements[1] else {
      Issue.record("\(elements)")
      return
    }
    #expect(first.id == "SRV-1-A")
    #expect(first.shopID == ShopID(2051))
    #expect(first.createdMs == 1_770_020_122_000)
    #expect(first.field == "commission.amount_including_taxes")
    #expect(try problem(order(price: #"{"amount":1,"quantity":0}"#))?.field == "price.quantity")
    #expect(try problem(order(price: #"{"amount":1,"quantity":1.5}"#))?.field == "price.quantity")
    let option = #"{"amount":1,"options":[{"type":"VALUE_LIST"}]}"#
    #expect(try problem(order(price: option))?.field.contains("values") == true)
  }

  @Test("every state is read back as it was written; an unknown one is kept (M4)")
  func states() {
    for state in ServiceOrderSnapshot.State.known {
      #expect(ServiceOrderSnapshot.State(rawValue: state.rawValue) == state)
    }
    #expect(ServiceOrderSnapshot.State(rawValue: "NEW") == .other("NEW"))
  }

  @Test("what SOR11 and SPA11 are asked: repeated ids, full pages, then the token alone (B1)")
  func targets() throws {
    let transport = ScriptedTransport(
      .answer(200, #"{"data":[],"next_page_token":"a&b=+"}"#), .answer(200, #"{"data":[]}"#),
      .answer(200, #"{"data":[]}"#), .answer(200, #"{"data":[],"next_page_token":null}"#),
      .answer(200, #"{"data":[]}"#))
    let client = client(transport)
    let ids = [try OrderID("A"), try OrderID("B&C")]
    let first = try client.serviceOrders(.ids(ids), next: nil).value
    _ = try client.serviceOrders(.ids(ids), next: first.next)
    _ = try client.serviceOrders(.createdSince(1_554_217_102_999), next: nil)
    let last = try client.serviceDebits(orderIDs: ids, next: nil).value
    #expect(last.next == nil)
    _ = try client.serviceOrders(.commercialIDs([try CommercialOrderID("X")]), next: nil)
    let base = "https://x.mirakl.net/api/mms/"
    #expect(
      transport.requests.map(\.url) == [
        base + "orders?limit=100&order_id=A&order_id=B%26C",
        base + "orders?page_token=a%26b%3D%2B",
        base + "orders?limit=100&date_created_start=2019-04-02T14%3A58%3A22Z",
        base + "debits?limit=100&order_id=A&order_id=B%26C",
        base + "orders?limit=100&commercial_order_id=X",
      ])
    #expect(try client.serviceOrders(.ids([]), next: nil).value.elements.isEmpty)
    #expect(try client.serviceDebits(orderIDs: [], next: nil).value.elements.isEmpty)
    #expect(transport.requests.count == 5)
  }

  @Test("the fields of a debit; one that cannot be read names its order (Q7)")
  func debits() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"""
        {"data":[{"id":"d1","order_id":"A","customer_id":"c","amount":126.00,"currency_code":"EUR",
          "state":"OK","transaction_number":"ch_1"},
         {"id":"d2","order_id":"B","amount":"1","currency_code":"EUR","state":"OK"}]}
        """#))
    let elements = try client(transport).serviceDebits(orderIDs: [try OrderID("A")], next: nil)
      .value.elements
    guard case .readable(let debit) = elements[0], case .unreadable(let problem) = elements[1]
    else {
      Issue.record("\(elements)")
      return
    }
    #expect(debit.state == .confirmed)
    #expect(debit.transactionNumber == "ch_1")
    #expect(debit.amount.description == "126")
    #expect(problem.id == "B")
    #expect(problem.field == "debit.amount")
  }
}
