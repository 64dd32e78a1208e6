import Domain
import HTTPFormat
import Store
import TestSupport
import Testing
import Threading

@testable import WebhookAPI

@Suite struct MiraklWebhookRouteTests {
  private let store: Store
  private let clock = FakeClock()
  private let stored = Monitor(0)

  init() throws { store = try Store.open(path: ":memory:", mode: .inline) }

  private func post(
    _ body: [UInt8], _ headers: Headers = ["Authorization": "Bearer  old"],
    to values: [String] = ["new", "Bearer  old"]
  ) -> Response? {
    let route = MiraklWebhookRoute(
      store: store, clock: clock, authorizations: values.map { Secret($0) },
      onStored: { [stored] in stored.withLock { $0 += 1 } })
    let answer = Monitor(Response?.none)
    let request = Request(
      method: "POST", path: "/api/public/webhook/mirakl", headers: headers, body: body)
    route.receive(request) { reply in
      if case .response(let response) = reply { answer.withLock { $0 = response } }
    }
    return answer.withLock { $0 }
  }

  private func count() throws -> Int { try store.read { try $0.events(after: 0, limit: 99) }.count }

  @Test("404 while no value is configured, 401 for any other value")
  func authorization() throws {
    let body = Array(#"{"id":"A"}"#.utf8)
    #expect(post(body, to: [])?.status == 404)
    #expect(post(body, to: ["", " "])?.status == 404)
    #expect(post(body, [:])?.status == 401)
    #expect(post(body, ["Authorization": "old"])?.status == 401)
    #expect(post(body, ["Authorization": "new "])?.status == 401)
    let field = Headers.Field(name: "Authorization", value: "new")
    #expect(post(body, Headers([field, field]))?.status == 401)
    #expect(try count() == 0)
    #expect(post(body, ["Authorization": "new"])?.status == 200)
    #expect(post(Array("[]".utf8))?.status == 200)
    #expect(try count() == 2)
  }

  @Test(
    "400 for what is no JSON list or object, and nothing is stored",
    arguments: [
      "", "17", "\"A\"", "null", "{\"id\":", "\u{0}", "{\"id\":\"A\"} x",
    ])
  func noJSON(text: String) throws {
    #expect(post(Array(text.utf8))?.status == 400)
    #expect(post([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])?.status == 400)
    #expect(try count() == 0)
  }

  @Test("stored as received, once: equal bytes are one event, other bytes another (W1)")
  func storesOnce() throws {
    let body = Array(#"{"payload":[{"id":"A"}]}"#.utf8)
    #expect(post(body)?.status == 200)
    #expect(post(body)?.status == 200)
    #expect(post(body + [32])?.status == 200)
    #expect(try count() == 2)
    let event = try store.read { try $0.events(after: 0, limit: 1) }[0].event
    #expect(event.source == .mirakl)
    #expect(event.endpoint == "mirakl")
    #expect(event.payload == body)
    #expect(event.externalID.hasPrefix("sha256:"))
    #expect(stored.withLock { $0 } == 3)
  }

  @Test("the id of an envelope names the event; the id of an item is only that of its order")
  func envelopeID() throws {
    #expect(post(Array(#"{"id":"E-1","payload":[{"id":"A"}]}"#.utf8))?.status == 200)
    #expect(post(Array(#"{"id":"E-1","payload":[{"id":"A"}],"again":1}"#.utf8))?.status == 200)
    #expect(try count() == 1)
    #expect(post(Array(#"{"id":"A","state":"SHIPPING"}"#.utf8))?.status == 200)
    #expect(post(Array(#"{"id":"A","state":"RECEIVED"}"#.utf8))?.status == 200)
    #expect(try count() == 3)
  }

  @Test("503 with Retry-After when it cannot be stored (W1)")
  func unavailable() throws {
    store.close()
    let answer = post(Array("[]".utf8))
    #expect(answer?.status == 503)
    #expect(answer?.headers["Retry-After"] == "30")
    #expect(stored.withLock { $0 } == 0)
  }
}
