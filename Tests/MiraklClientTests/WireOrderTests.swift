import Domain
import FoundationEssentials
import Testing

@testable import MiraklClient

@Suite("WireOrder")
struct WireOrderTests {
  private func element(_ json: String) throws -> PageElement<OrderSnapshot> {
    try JSONDecoder().decode(WireElement<WireOrder>.self, from: Data(json.utf8)).element
  }

  private func order(_ changes: [String: String] = [:]) throws -> OrderSnapshot {
    switch try element(orderJSON(changes)) {
    case .readable(let order): return order
    case .unreadable(let problem): throw Unreadable(problem: problem)
    }
  }

  @Test("a complete order")
  func complete() throws {
    #expect(
      try order()
        == OrderSnapshot(
          id: try OrderID("A"), commercialID: try CommercialOrderID("C"), state: .shipped,
          shopID: ShopID(2_043), currency: try Currency("EUR"), taxMode: .excluded,
          totalPrice: try MajorAmount("54.8"), totalCommission: try MajorAmount("6.58"),
          lines: [
            OrderSnapshot.Line(
              id: "A-1", state: .shipped, taxes: try MajorAmount("9.98"),
              shippingTaxes: try MajorAmount("0.98"),
              charged: OrderSnapshot.Line.Charged(price: try MajorAmount("49.9")))
          ],
          transactionNumber: "ch_1", customerDebitedMs: 1_768_471_473_040,
          payOutProvider: "NOT_SPECIFIED", createdMs: 1_768_470_067_000,
          lastUpdatedMs: 1_768_926_165_000))
  }

  @Test("Mirakl's published sample can be read")
  func sample() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/OR11.json")
    let page = try JSONDecoder().decode(WireOrderPage.self, from: Data(contentsOf: url))
    #expect(page.orders.count == 1)
    guard case .readable(let order) = page.orders.first?.element else {
      Issue.record("\(page.orders.map(\.element))")
      return
    }
    #expect(order.id.rawValue == "Order_00010-A")
    #expect(order.totalPrice.description == "173")
    #expect(order.totalCommission.description == "21.3")
    #expect(order.lines.map(\.taxes.description) == ["20"])
    #expect(order.lines.map(\.shippingTaxes.description) == ["20"])
    #expect(order.transactionNumber == "TR_MIR-PHHV83UB")
    #expect(order.customerDebitedMs == 1_554_217_102_460)
  }

  @Test(
    "a field that cannot be used is named, with what is wrong with it (A7, Q7)",
    arguments: [
      ("order_id", "", "missing"), ("order_id", "\"\"", "\"\" is not the id of a Mirakl order"),
      ("order_id", "7", "expected a string, found a number"), ("order_id", "null", "null"),
      ("commercial_id", "", "missing"), ("order_state", "", "missing"),
      ("shop_id", "", "missing"), ("shop_id", "null", "null"),
      ("shop_id", "\"x\"", "\"x\" is not a number"),
      ("shop_id", "1.5", "not a number that can be used"),
      ("currency_iso_code", "", "missing"),
      ("currency_iso_code", "\"XXX\"", "unknown currency \"XXX\""),
      ("order_tax_mode", "", "missing"), ("order_tax_mode", "null", "missing"),
      ("order_tax_mode", "\"TAX_MAYBE\"", "unknown mode \"TAX_MAYBE\""),
      ("total_price", "", "missing"), ("total_price", "null", "null"),
      ("total_price", "\"54.80\"", "expected a number, found a string"),
      ("total_price", "true", "expected a number, found true or false"),
      ("total_price", "[1]", "expected a number, found a list"),
      ("total_price", "{}", "expected a number, found an object"),
      ("total_price", "0.0000000000001", "more than 12 digits after the decimal point"),
      ("total_price", "1e16", "too large to be an amount of money"),
      ("total_price", "1e400", "not a number that can be used"),
      ("total_commission", "", "missing"), ("total_commission", "null", "null"),
      ("order_lines", "", "missing"), ("order_lines", "{}", "expected a list, found an object"),
      ("created_date", "", "missing"), ("created_date", "null", "missing"),
      ("created_date", "\"\"", "missing"),
      ("created_date", "\"yesterday\"", "\"yesterday\" is not a date with time and zone"),
      ("last_updated_date", "\"2026-01-20\"", "\"2026-01-20\" is not a date with time and zone"),
      ("customer_debited_date", "17", "expected a string, found a number"),
      ("customer_directly_pays_seller", "\"maybe\"", "\"maybe\" is neither true nor false"),
      ("transaction_number", "17", "expected a string, found a number"),
    ])
  func badField(field: String, json: String, reason: String) throws {
    guard case .unreadable(let problem) = try element(orderJSON([field: json])) else {
      Issue.record("readable")
      return
    }
    #expect(problem.field == field)
    #expect(problem.reason == reason)
    if field != "order_id" { #expect(problem.id == "A") }
    if field != "commercial_id" { #expect(problem.commercialID == "C") }
    if field != "shop_id" { #expect(problem.shopID == ShopID(2_043)) }
    if field != "created_date" { #expect(problem.createdMs == 1_768_470_067_000) }
  }

  @Test(
    "in a line too, by its path (A7, Q7)",
    arguments: [
      ("order_line_state", "", "order_lines[0].order_line_state", "missing"),
      ("taxes", #"[{"amount":1},{"code":"v"}]"#, "order_lines[0].taxes[1].amount", "missing"),
      (
        "taxes", #"[{"amount":"1"}]"#, "order_lines[0].taxes[0].amount",
        "expected a number, found a string"
      ),
      ("taxes", "{}", "order_lines[0].taxes", "expected a list, found an object"),
      ("shipping_taxes", #"[{"amount":null}]"#, "order_lines[0].shipping_taxes[0].amount", "null"),
      (
        "taxes", #"[{"amount":1,"amount_breakdown":{"parts":[{"payable_to_shop":false}]}}]"#,
        "order_lines[0].taxes[0].amount_breakdown.parts[0].amount", "missing"
      ),
      (
        "price_amount_breakdown", #"{"parts":[{"amount":1,"payable_to_shop":7}]}"#,
        "order_lines[0].price_amount_breakdown.parts[0].payable_to_shop",
        "expected true or false, found a number"
      ),
    ])
  func badLine(name: String, json: String, field: String, reason: String) throws {
    let lines = "[\(lineJSON([name: json]))]"
    guard case .unreadable(let problem) = try element(orderJSON(["order_lines": lines])) else {
      Issue.record("readable")
      return
    }
    #expect(problem.field == field)
    #expect(problem.reason == reason)
  }

  @Test("what may be missing is missing without harm")
  func optional() throws {
    let names = [
      "transaction_number", "customer_debited_date", "customer_directly_pays_seller",
      "pay_out_psp_code", "last_updated_date",
    ]
    for absence in ["", "null"] {
      let order = try order(Dictionary(uniqueKeysWithValues: names.map { ($0, absence) }))
      #expect(order.transactionNumber == nil && order.customerDebitedMs == nil)
      #expect(!order.customerPaysSellerDirectly && order.payOutProvider == nil)
      #expect(order.lastUpdatedMs == order.createdMs)
    }
    #expect(try order(["transaction_number": "\"\""]).transactionNumber == nil)
    #expect(try order(["customer_directly_pays_seller": "\"true\""]).customerPaysSellerDirectly)
    #expect(try order(["shop_id": "\"2043\""]).shopID == ShopID(2_043))
  }

  @Test("a state that Mirakl adds later is kept by its name (M4)")
  func unknownState() throws {
    #expect(try order(["order_state": "\"ON_THE_MOON\""]).state == .other("ON_THE_MOON"))
  }

  @Test("a missing or null list of taxes is none; then the tax mode does not matter (A7)")
  func withoutTaxes() throws {
    for absence in ["", "null", "[]", #"[{"amount":0}]"#] {
      let lines = "[\(lineJSON(["taxes": absence, "shipping_taxes": absence]))]"
      let order = try order(["order_lines": lines, "order_tax_mode": ""])
      #expect(order.taxMode == .excluded)
      #expect(order.lines[0].taxes.isZero)
    }
    #expect(try order(["order_lines": "[]", "order_tax_mode": "\"NEW\""]).taxMode == .excluded)
    #expect(try order(["order_tax_mode": "\"TAX_INCLUDED\""]).taxMode == .included)
  }

  @Test("what is not payable to the shop is summed, part by part (M8)")
  func notPayable() throws {
    let breakdown = #"""
      {"parts":[{"amount":1.25,"payable_to_shop":false},{"amount":8,"payable_to_shop":true},
                {"amount":0.5},{"amount":0.25,"payable_to_shop":"false"}]}
      """#
    let line = lineJSON([
      "taxes":
        "[{\"amount\":10,\"amount_breakdown\":\(breakdown)},{\"amount\":1,\"amount_breakdown\":null}]",
      "shipping_taxes": "[{\"amount\":10,\"amount_breakdown\":\(breakdown)}]",
      "price_amount_breakdown": breakdown, "shipping_price_amount_breakdown": breakdown,
    ])
    let canceled = lineJSON([
      "order_line_state": "\"CANCELED\"", "price_amount_breakdown": breakdown,
    ])
    let lines = try order(["order_lines": "[\(line),\(canceled)]"]).lines
    #expect(lines[0].taxes.description == "11")
    #expect(lines[0].taxesNotPayableToShop.description == "3")
    #expect(lines[0].priceNotPayableToShop.description == "3")
    #expect(lines[1].priceNotPayableToShop.description == "1.5")
    #expect(lines[1].taxesNotPayableToShop.isZero)
  }

  @Test("a line without an id is called by its place")
  func lineWithoutID() throws {
    let lines = "[\(lineJSON()),\(lineJSON(["order_line_id": ""]))]"
    #expect(try order(["order_lines": lines]).lines.map(\.id) == ["A-1", "#2"])
  }

  @Test("every amount with up to 12 decimals is read exactly as it is written (A1)")
  func exactAmounts() throws {
    var generator = SplitMix(state: 20_261_124)
    for round in 1...2_000 {
      let whole = generator.next() % [10, 1_000, 1_000_000, 900_000_000_000_000][round % 4]
      let digits = Int(generator.next() % 13)
      let fraction = (0..<digits).map { _ in String(generator.next() % 10) }.joined()
      let sign = generator.next() % 4 == 0 ? "-" : ""
      let text = sign + String(whole) + (fraction.isEmpty ? "" : "." + fraction)
      let read = try order(["total_price": text]).totalPrice
      #expect(read == (try MajorAmount(text)), "\(text) was read as \(read)")
      #expect(read.description == canonical(text), "\(text) was read as \(read)")
    }
  }

  /// Without trailing zeros and without a negative zero, by text alone.
  private func canonical(_ text: String) -> String {
    var rest = text
    if rest.contains(".") {
      while rest.hasSuffix("0") { rest.removeLast() }
      if rest.hasSuffix(".") { rest.removeLast() }
    }
    return rest == "-0" ? "0" : rest
  }

  @Test("amounts that decisions must hold, not the decoder", arguments: ["-1", "999999999999999"])
  func strangeAmounts(text: String) throws {
    #expect(try order(["total_commission": text]).totalCommission.description == text)
  }
}

private struct Unreadable: Error { let problem: UnreadableElement }

/// A seeded generator (SplitMix64), so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
