import Domain
import FoundationEssentials
import Testing

@testable import MiraklClient

@Suite("WireShop")
struct WireShopTests {
  private func element(_ json: String) throws -> PageElement<ShopSnapshot> {
    try JSONDecoder().decode(WireElement<WireShop>.self, from: Data(json.utf8)).element
  }

  @Test("a shop with custom fields of every type")
  func complete() throws {
    let json = """
      {"shop_id":2043,"shop_name":"Atelier Boréal","shop_state":"OPEN","kyc":{"status":"X"},
       "shop_additional_fields":[
        {"code":"stripe-url","type":"LINK","value":"https://c.example/a"},
        {"code":"stripe-ignored","type":"BOOLEAN","value":"false"},
        {"code":"tags","type":"MULTIPLE_VALUES_LIST","value":["HANDMADE","LOCAL"]},
        {"code":"flag","value":true},{"code":"number","value":12.5},
        {"code":"unset","value":null},{"code":"absent"},{"code":"empty","value":""}]}
      """
    #expect(
      try element(json)
        == .readable(
          ShopSnapshot(
            id: ShopID(2_043), name: "Atelier Boréal", state: "OPEN",
            additionalFields: [
              "stripe-url": "https://c.example/a", "stripe-ignored": "false",
              "tags": "HANDMADE,LOCAL", "flag": "true", "number": "12.5", "empty": "",
            ], kycStatus: "X")))
  }

  @Test("a shop with its number alone, as text")
  func least() throws {
    #expect(
      try element(#"{"shop_id":"7","shop_additional_fields":null}"#)
        == .readable(ShopSnapshot(id: ShopID(7), name: "", state: "", additionalFields: [:])))
  }

  @Test("what cannot be read is named (Q7)")
  func unreadable() throws {
    #expect(
      try element(#"{"shop_name":"x"}"#)
        == .unreadable(UnreadableElement(id: nil, field: "shop_id", reason: "missing")))
    #expect(
      try element(#"{"shop_id":7,"shop_additional_fields":[{"value":"x"}]}"#)
        == .unreadable(
          UnreadableElement(
            id: "7", shopID: ShopID(7), field: "shop_additional_fields[0].code", reason: "missing"))
    )
  }
}
