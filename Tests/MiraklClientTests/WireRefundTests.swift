import Domain
import FoundationEssentials
import HTTPClient
import Testing

@testable import MiraklClient

@Suite struct WireRefundTests {
  private func decode<Wire: Decodable>(_ type: Wire.Type, _ json: String) throws -> Wire {
    try JSONDecoder().decode(type, from: Data(json.utf8))
  }

  @Test("PA12 is flattened to its refunds, each read by itself (R7, Q7)")
  func flattens() throws {
    let json = #"""
      {"orders":{"order":[{"order_id":"A","order_commercial_id":"C","currency_iso_code":"EUR",
      "shop_id":"2043","order_lines":{"order_line":[
      {"order_line_id":"A-1","refunds":{"refund":[{"id":"1","amount":29.94},{"id":2,"amount":10}]}},
      {"order_line_id":"A-2","refunds":{"refund":[{"id":"3","amount":"x"}]}}]}}]},"total_count":1}
      """#
    let elements = try decode(WireRefundPage.self, json).elements
    #expect(elements.count == 3)
    guard case .readable(let first) = elements[0], case .readable(let second) = elements[1],
      case .unreadable(let third) = elements[2]
    else {
      Issue.record("not as expected: \(elements)")
      return
    }
    #expect(first.id == "1" && first.lineID == "A-1" && first.shopID == ShopID(2043))
    #expect(first.amount.description == "29.94" && first.commission == nil)
    #expect(second.id == "2" && second.amount.description == "10")
    #expect(third.id == "3" && third.field.contains("amount"))
  }

  @Test("nothing due: orders may be missing, empty or null")
  func empty() throws {
    for json in ["{}", #"{"orders":null}"#, #"{"orders":{}}"#, #"{"orders":{"order":[]}}"#] {
      #expect(try decode(WireRefundPage.self, json).elements.isEmpty)
    }
  }

  @Test("SPA12 entries that no longer wait are left out; the basket is the id up to its last dash")
  func services() throws {
    let json = #"""
      {"data":[{"id":"a","order_id":"SRV-1-B","amount":24.00,"currency_code":"EUR","state":"WAITING",
      "commission":{"amount_including_taxes":2.4}},
      {"id":"b","order_id":"SRV-1-B","amount":1,"currency_code":"EUR","state":"OK"}],
      "next_page_token":"t"}
      """#
    let page = try decode(WireServiceRefundPage.self, json)
    #expect(page.nextToken == "t" && page.elements.count == 1)
    guard case .readable(let ask) = page.elements[0] else { return }
    #expect(ask.commercialID.rawValue == "SRV-1" && ask.commission?.description == "2.4")
  }

  @Test("a commission that is missing or null is not zero (R4, A7)")
  func missingCommission() throws {
    for field in ["", #","commission_total_amount":null"#] {
      let json = #"""
        {"orders":[{"order_id":"A","order_lines":[{"refunds":[{"id":"1","amount":1,
        "taxes":[{"amount":4.99,"code":"V"}],"shipping_taxes":[{"amount":0.01,"code":"V"}]\#(field)}]}]}]}
        """#
      guard
        case .readable(let order) = try decode(WireOrderRefundsPage.self, json).orders[0].element
      else {
        Issue.record("unreadable")
        return
      }
      #expect(order.refunds[0].commission == nil)
      #expect(order.refunds[0].taxes.description == "5")
    }
  }

  @Test("the taxes of a service's refund are those of its options too (T2)")
  func serviceTaxes() throws {
    let json = #"""
      {"data":[{"id":"S","shop":{"id":2051},"refunds":[{"id":"r","amount":20.00,
      "taxes":[{"amount":4.00,"code":"V"}],
      "options":[{"type":"BOOLEAN","amount":1,"taxes":[{"amount":0.20,"code":"V"}]},
      {"type":"VALUE_LIST","values":[{"amount":1,"taxes":[{"amount":0.30,"code":"V"}]}]}],
      "commission":{"amount_including_taxes":2.40}}]}]}
      """#
    guard
      case .readable(let order) = try decode(WireServiceOrderRefundsPage.self, json).elements[0]
    else {
      Issue.record("unreadable")
      return
    }
    #expect(order.shopID == ShopID(2051) && order.refunds[0].taxes.description == "4.5")
    #expect(order.refunds[0].commission?.description == "2.4")
  }
}
