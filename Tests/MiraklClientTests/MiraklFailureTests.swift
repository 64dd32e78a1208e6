import Domain
import HTTPClient
import Testing

@testable import MiraklClient

@Suite("MiraklFailure")
struct MiraklFailureTests {
  private let key = Secret("0123-key")

  @Test(
    "an answer becomes what the caller must do (Q3, Q8, Q9)",
    arguments: [
      (200, "", nil),
      (204, "", nil),
      (
        400, #"{"message":"bad date","status":400}"#,
        .refused(Refusal(status: 400, message: "bad date"))
      ),
      (
        400, #"{"errors":[{"code":"x","message":"one"},{"message":"two"},{}]}"#,
        .refused(Refusal(status: 400, message: "one; two"))
      ),
      (
        400, #"{"message":7,"errors":"none"}"#,
        .refused(Refusal(status: 400, message: #"{"message":7,"errors":"none"}"#))
      ),
      (401, #"{"message":"Unauthorized 0123-key"}"#, .unauthorized(message: "Unauthorized ***")),
      (403, "", .unauthorized(message: "no body")),
      (404, "<html>gone</html>", .refused(Refusal(status: 404, message: "<html>gone</html>"))),
      (410, "gone", .refused(Refusal(status: 410, message: "gone"))),
      (408, "late", .unknown(reason: "HTTP 408: late")),
      (409, "conflict", .unknown(reason: "HTTP 409: conflict")),
      (429, "", .throttled(retryAfterMs: nil)),
      (500, "", .unknown(reason: "HTTP 500: no body")),
      (503, "<html>\u{0}", .unknown(reason: "HTTP 503: <html>\u{0}")),
      (302, "", .unreadable(reason: "HTTP 302: no body")),
    ] as [(Int, String, CallFailure.Kind?)])
  func classification(status: Int, body: String, expected: CallFailure.Kind?) {
    let response = IncomingResponse(status: status, body: Array(body.utf8))
    #expect(MiraklFailure.kind(of: response, isWrite: false, key: key) == expected)
  }

  @Test("of a bearer token the token itself is the secret (O3)")
  func bearer() {
    let response = IncomingResponse(status: 401, body: Array("bad token ey.J0".utf8))
    #expect(
      MiraklFailure.kind(of: response, isWrite: false, key: Secret("Bearer ey.J0"))
        == .unauthorized(message: "bad token ***"))
  }

  @Test("a redirected write may have had its effect (Q3)")
  func redirectedWrite() {
    let response = IncomingResponse(status: 307)
    #expect(
      MiraklFailure.kind(of: response, isWrite: true, key: key)
        == .unknown(reason: "HTTP 307: no body"))
  }

  @Test("Mirakl's wish for a pause is kept (Q9)")
  func retryAfter() {
    let response = IncomingResponse(status: 429, headers: [("retry-after", "12")])
    #expect(
      MiraklFailure.kind(of: response, isWrite: false, key: key) == .throttled(retryAfterMs: 12_000)
    )
  }

  @Test("a long page of a gateway is cut short")
  func longBody() {
    let response = IncomingResponse(status: 502, body: [UInt8](repeating: 65, count: 100_000))
    #expect(
      MiraklFailure.kind(of: response, isWrite: false, key: key)
        == .unknown(reason: "HTTP 502: " + String(repeating: "A", count: 200)))
  }
}
