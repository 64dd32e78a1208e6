import Domain
import HTTPClient
import Testing

@testable import StripeClient

@Suite("StripeClient: captures")
struct StripeClientCapturesTests {
  private func request(_ intent: String?) throws -> CaptureRequest {
    CaptureRequest(
      charge: try ChargeID("ch_1"), paymentIntent: try intent.map { try PaymentIntentID($0) },
      amount: Money(minorUnits: 1_099, currency: try Currency("EUR")))
  }

  private func release(_ intent: String?) throws -> ReleaseRequest {
    ReleaseRequest(
      charge: try ChargeID("ch_1"), paymentIntent: try intent.map { try PaymentIntentID($0) },
      metadata: ["operation": "release/ch_1"])
  }

  private func body(_ request: OutgoingRequest) -> String {
    String(decoding: request.body ?? [], as: UTF8.self)
  }

  @Test("a payment intent is captured through itself, a bare charge by itself")
  func captures() throws {
    let transport = ScriptedTransport(
      .answer(200, #"{"id":"pi_1"}"#), .answer(200, #"{"id":"ch_1"}"#))
    let receipt = try client(transport).capture(try request("pi_1"), idempotencyKey: "k1").value
    _ = try client(transport).capture(try request(nil), idempotencyKey: "k2")
    #expect(receipt == "pi_1")
    let (first, second) = (transport.requests[0], transport.requests[1])
    #expect(first.url == "https://api.example.com/v1/payment_intents/pi_1/capture")
    #expect(body(first) == "amount_to_capture=1099")
    #expect(first.header("Idempotency-Key") == "k1")
    #expect(second.url == "https://api.example.com/v1/charges/ch_1/capture")
    #expect(body(second) == "amount=1099")
  }

  @Test("a payment intent is canceled, a bare charge refunded without an amount")
  func releases() throws {
    let transport = ScriptedTransport(
      .answer(200, #"{"id":"pi_1"}"#), .answer(200, #"{"id":"re_1"}"#))
    _ = try client(transport).release(try release("pi_1"), idempotencyKey: "k1")
    _ = try client(transport).release(try release(nil), idempotencyKey: "k2")
    let (first, second) = (transport.requests[0], transport.requests[1])
    #expect(first.url == "https://api.example.com/v1/payment_intents/pi_1/cancel")
    #expect(body(first).isEmpty)
    #expect(second.url == "https://api.example.com/v1/refunds")
    #expect(
      body(second) == "charge=ch_1&metadata[operation]=release%2Fch_1"
        + "&metadata[pluginName]=MiraklConnector&metadata[pluginVersion]=1.2.3")
  }

  @Test("an answer without an id may have had its effect (Q3)")
  func unreadable() throws {
    let transport = ScriptedTransport(.answer(200, "{}"))
    #expect {
      try client(transport).capture(try request(nil), idempotencyKey: "k")
    } throws: { error in
      guard let failure = error as? CallFailure, case .unknown = failure.kind else { return false }
      return true
    }
  }

  @Test("the end of an authorisation is read from whatever method tells it (C5)")
  func deadline() throws {
    func charge(_ details: String) throws -> Int64? {
      let transport = ScriptedTransport(
        .answer(
          200,
          #"{"id":"ch_1","amount":1,"currency":"eur","status":"succeeded","#
            + #""payment_method_details":\#(details)}"#))
      return try client(transport).charge(try ChargeID("ch_1")).value.captureBeforeMs
    }
    #expect(
      try charge(#"{"type":"card","card":{"capture_before":1764599801}}"#) == 1_764_599_801_000)
    #expect(try charge(#"{"type":"card","card":{"capture_before":null}}"#) == nil)
    #expect(try charge(#"{"type":"x","x":5}"#) == nil)
    #expect(try charge("null") == nil)
  }
}
