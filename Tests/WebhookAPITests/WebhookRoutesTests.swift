import Domain
import HTTPFormat
import Store
import TestSupport
import Testing
import Threading
import WebhookAPI

private let sellersPath = "/api/public/webhook/sellers"
private let operatorPath = "/api/public/webhook/operator"

/// The routes over a real file, at a moment that stands still.
private struct Edge {
  let folder = TemporaryFolder()
  let clock = FakeClock()
  let store: Store
  let router: Router
  private let newEvents = Monitor(0)
  var wakeUps: Int { newEvents.withLock { $0 } }

  init(busyTimeoutMs: Int32 = 20) throws {
    var limits = SQLiteDatabase.Limits()
    limits.busyTimeoutMs = busyTimeoutMs
    store = try Store(
      SQLiteDatabase(path: folder.file("events.db"), mode: .threaded, limits: limits))
    let newEvents = newEvents
    router = Router(
      WebhookRoutes(
        store: store, clock: clock, sellersSecrets: [Secret("whsec_s"), Secret("whsec_s_old")],
        operatorSecrets: [Secret("whsec_o")], onStored: { newEvents.withLock { $0 += 1 } }
      ).routes)
  }

  func post(
    _ body: String, path: String = operatorPath, secret: String = "whsec_o",
    headers: Headers? = nil
  ) -> Response {
    let bytes = Array(body.utf8)
    let signature = StripeSignature.header(
      bytes, secrets: [secret], seconds: clock.nowMs / 1_000)
    return router.response(
      Request(
        method: "POST", path: path,
        headers: headers
          ?? ["Stripe-Signature": signature, "Content-Length": String(bytes.count)],
        body: bytes))
  }

  func events() throws -> [JournalEvent] { try store.read { try $0.events(after: 0, limit: 100) } }
}

private func event(_ id: String = "evt_1", type: String = "charge.succeeded") -> String {
  #"{"id":"\#(id)","object":"event","type":"\#(type)","data":{"object":{"id":"ch_1"}}}"#
}

@Suite struct WebhookRoutesTests {
  @Test("a delivery that says nothing of its length is answered 411 (RFC 9110 15.5.12)")
  func needsLength() throws {
    let edge = try Edge()
    #expect(edge.post("", headers: [:]).status == 411)
    #expect(edge.post("", headers: ["Content-Length": "0"]).status == 400)
    #expect(edge.post("", headers: ["Transfer-Encoding": "chunked"]).status == 400)
    #expect(try edge.events().isEmpty)
  }

  @Test("a signed event is on disk when it is answered 200, bytes as received (W1)")
  func storesEvent() throws {
    let edge = try Edge()
    let response = edge.post(event())
    #expect(response.status == 200)
    let stored = try edge.events()
    #expect(stored.count == 1)
    #expect(stored.first?.event.payload == Array(event().utf8))
    #expect(stored.first?.event.endpoint == "operator")
    #expect(stored.first?.receivedMs == edge.clock.nowMs)
    #expect(edge.wakeUps == 1)
    // Another process sees it: it was committed, not only remembered.
    let other = try Store.open(path: edge.folder.file("events.db"), mode: .inline)
    #expect(try other.read { try $0.lastEventID() } == 1)
  }

  @Test("a second delivery is answered 200 and stored once (W1)")
  func storesOnce() throws {
    let edge = try Edge()
    for _ in 1...3 { #expect(edge.post(event()).status == 200) }
    #expect(edge.post(event(), path: sellersPath, secret: "whsec_s").status == 200)
    #expect(try edge.events().count == 1)
  }

  @Test("events of any type are stored, known or not")
  func anyType() throws {
    let edge = try Edge()
    for (number, type) in ["plan.created", "x", "account.updated"].enumerated() {
      #expect(edge.post(event("evt_\(number)", type: type)).status == 200)
    }
    #expect(try edge.events().map(\.event.type) == ["plan.created", "x", "account.updated"])
  }

  @Test("the short path is the sellers' endpoint; each endpoint has its own secrets (W3)")
  func endpoints() throws {
    let edge = try Edge()
    for (number, (path, secret, status)) in [
      (operatorPath, "whsec_o", 200), (operatorPath, "whsec_s", 400),
      (sellersPath, "whsec_s", 200), (sellersPath, "whsec_s_old", 200),
      (sellersPath, "whsec_o", 400), ("/api/public/webhook", "whsec_s", 200),
      ("/api/public/webhook", "whsec_o", 400),
    ].enumerated() {
      let response = edge.post(event("evt_\(number)"), path: path, secret: secret)
      #expect(response.status == status, "\(path) signed with \(secret)")
    }
    #expect(
      try edge.events().map(\.event.endpoint) == ["operator", "sellers", "sellers", "sellers"])
  }

  @Test("without a good signature: 400, the contract's words, and nothing is stored")
  func refusesSignature() throws {
    let edge = try Edge()
    let (bytes, nowS) = (Array(event().utf8), edge.clock.nowMs / 1_000)
    let good = StripeSignature.header(bytes, secrets: ["whsec_o"], seconds: nowS)
    let stale = StripeSignature.header(bytes, secrets: ["whsec_o"], seconds: nowS - 301)
    let early = StripeSignature.header(bytes, secrets: ["whsec_o"], seconds: nowS + 301)
    var twice = Headers()
    twice.append("Stripe-Signature", good)
    twice.append("stripe-signature", good)
    for headers in [
      [:], ["Stripe-Signature": ""], ["Stripe-Signature": stale], ["Stripe-Signature": early],
      ["Stripe-Signature": good + "0"], ["X-Signature": good], twice,
    ] as [Headers] {
      let response = edge.post(event(), headers: headers)
      #expect(response.status == 400)
      #expect(response.text == "Invalid signature.")
    }
    #expect(try edge.events().isEmpty)
    #expect(edge.wakeUps == 0)
    #expect(edge.post(event(), headers: ["stripe-signature": good]).status == 200)
  }

  @Test("the signature is checked before the body is looked at")
  func signatureFirst() throws {
    #expect(try Edge().post("no JSON", secret: "whsec_x").text == "Invalid signature.")
  }

  @Test("signed, but no event: 400, the contract's words, and nothing is stored")
  func refusesPayload() throws {
    let edge = try Edge()
    for body in ["", "[]", "null", #"{"id":"evt_1"}"#, #"{"type":"a"}"#, #"{"id":1,"type":"a"}"#] {
      let response = edge.post(body)
      #expect(response.status == 400)
      #expect(response.text == "Invalid payload.")
    }
    #expect(try edge.events().isEmpty)
    #expect(edge.wakeUps == 0)
  }

  @Test("while the store cannot write: 503 with Retry-After; the retry is stored (W1)")
  func unavailableAndBack() throws {
    let edge = try Edge()
    let blocker = try SQLiteDatabase(path: edge.folder.file("events.db"), mode: .inline)
    let refused = Monitor<Response?>(nil)
    let deliver: @Sendable () -> Response = { edge.post(event()) }
    try blocker.write { _ in
      let response = deliver()
      refused.withLock { $0 = response }
    }
    let response = try #require(refused.withLock { $0 })
    #expect(response.status == 503)
    #expect(Int(response.headers["Retry-After"] ?? "") ?? 0 > 0)
    #expect(edge.wakeUps == 0)
    #expect(try edge.events().isEmpty)
    #expect(deliver().status == 200)
    #expect(try edge.events().count == 1)
  }

  @Test("a closed store is answered 503, never 200 (W1)")
  func closedStore() throws {
    let edge = try Edge()
    edge.store.close()
    let response = edge.post(event())
    #expect(response.status == 503)
    #expect(response.headers["Retry-After"] != nil)
  }

  @Test("many deliveries at once, each event several times: all 200, each stored once (W1)")
  func concurrentDeliveries() throws {
    let edge = try Edge(busyTimeoutMs: 5_000)
    let statuses = Monitor<[Int: Int]>([:])
    let threads = (0..<8).map { thread in
      WorkerThread(name: "delivery-\(thread)") {
        for number in 0..<25 {
          let status = edge.post(event("evt_\(number)")).status
          statuses.withLock { $0[status, default: 0] += 1 }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(statuses.withLock { $0 } == [200: 200])
    #expect(try edge.events().count == 25)
  }
}
