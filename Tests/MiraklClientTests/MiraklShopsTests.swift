import Domain
import HTTPClient
import Testing

@testable import MiraklClient

private let link = "https://pay.test/api/public/onboarding/refresh?token=abc"

@Suite("MiraklClient+Shops")
struct MiraklShopsTests {
  private func update(
    _ shop: Int64, kyc: KYCStatus? = nil, fields: [String: String] = ["stripe-url": link]
  ) -> ShopUpdate {
    ShopUpdate(shopID: ShopID(shop), kyc: kyc, fields: fields)
  }

  @Test("S20 by its change asks for full pages of both domains, from whole seconds (B1)")
  func changedShops() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"""
        {"shops":[{"shop_id":7,"shop_name":"S","shop_state":"OPEN","is_professional":false,
        "last_updated_date":"2019-04-02T14:58:22.460Z","kyc":{"status":"APPROVED"},
        "contact_informations":{"email":"a@b.c","phone":null,"web_site":"https://s"}}]}
        """#, [("Link", #"<https://x.mirakl.net/api/shops?offset=100>; rel="next""#)]),
      .answer(200, #"{"shops":[]}"#))
    let page = try client(transport).shops(updatedSince: 1_554_217_102_999, next: nil).value
    #expect(
      transport.requests[0].url
        == "https://x.mirakl.net/api/shops?max=100&domains=PRODUCT,SERVICE"
        + "&updated_since=2019-04-02T14%3A58%3A22Z")
    #expect(
      page.elements == [
        .readable(
          ShopSnapshot(
            id: ShopID(7), name: "S", state: "OPEN", additionalFields: [:], isProfessional: false,
            contact: ShopSnapshot.Contact(email: "a@b.c", webSite: "https://s"),
            kycStatus: "APPROVED", lastUpdatedMs: 1_554_217_102_460))
      ])
    _ = try client(transport).shops(updatedSince: 1, next: page.next)
    #expect(transport.requests[1].url == "https://x.mirakl.net/api/shops?offset=100")
  }

  @Test("S07 sends only what changes, in one call")
  func body() throws {
    let transport = ScriptedTransport(
      .answer(
        200, #"{"shop_returns":[{"shop_updated":{"shop_id":7}},{"shop_updated":{"shop_id":"8"}}]}"#)
    )
    let result = try client(transport).updateShops([
      update(7, kyc: .refused), update(8, kyc: .approved, fields: [:]),
    ]).value
    #expect(result == ShopUpdateResult(updated: [ShopID(7), ShopID(8)], refused: [:]))
    let request = transport.requests[0]
    #expect(request.method == "PUT" && request.url == "https://x.mirakl.net/api/shops")
    #expect(request.header("Content-Type") == "application/json")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self)
        == #"{"shops":[{"kyc":{"status":"REFUSED"},"shop_additional_fields":"#
        + #"[{"code":"stripe-url","value":"\#(link)"}],"shop_id":7},"#
        + #"{"kyc":{"status":"APPROVED"},"shop_id":8}]}"#)
  }

  @Test(
    "the errors of single shops inside a 200 are read, without the links that they repeat (K2, O3)")
  func refusedShops() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"""
        {"shop_returns":[{"shop_updated":{"shop_id":7}},{"shop_error":{"errors":[
        {"code":"X","field":"kyc.status","message":"no '\#(link)'"},{"code":"Y"}],
        "input":{"shop_id":8}}},{"shop_updated":{"shop_id":99}}]}
        """#))
    let result = try client(transport).updateShops([update(7), update(8), update(9)]).value
    #expect(result.updated == [ShopID(7)])
    #expect(result.refused[ShopID(8)] == "kyc.status: no '***'; Y")
    #expect(result.refused[ShopID(9)] == "Mirakl's answer does not mention the shop")
    #expect(result.refused.count == 2)
  }

  @Test("an error that names no shop concerns every shop not named otherwise (K2)")
  func namelessError() throws {
    let transport = ScriptedTransport(
      .answer(200, #"{"shop_returns":[{"shop_error":{"errors":[{"message":"bad"}]}}]}"#))
    let result = try client(transport).updateShops([update(7)]).value
    #expect(result.refused == [ShopID(7): "bad"])
  }

  @Test("a 2xx without a list of shops says no more than its status", arguments: ["", "{}"])
  func bareAnswer(body: String) throws {
    let transport = ScriptedTransport(.answer(200, body))
    #expect(try client(transport).updateShops([update(7)]).value.updated == [ShopID(7)])
  }

  @Test("a refused call does not repeat the links (O3)")
  func refusedCall() throws {
    let transport = ScriptedTransport(.answer(400, #"{"message":"bad value \#(link) here"}"#))
    let failure = #expect(throws: CallFailure.self) {
      try client(transport).updateShops([update(7)])
    }
    guard case .refused(let refusal) = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
    let open = "https://pay.test/api/public/onboarding/refresh?token="
    #expect(refusal.message == "bad value \(open)*** here")
  }

  @Test("a write that was answered unintelligibly may have had its effect (B2)")
  func unreadable() throws {
    let transport = ScriptedTransport(.answer(200, "<html>"), .answer(502, ""))
    for _ in 1...2 {
      let failure = #expect(throws: CallFailure.self) {
        try client(transport).updateShops([update(7)])
      }
      guard case .unknown = failure?.kind else {
        Issue.record("\(String(describing: failure))")
        return
      }
    }
    #expect(try client(transport).updateShops([]).value.updated.isEmpty)
    #expect(transport.requests.count == 2)
  }
}
