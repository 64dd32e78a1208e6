import Domain
import HTTPClient
import Testing

@testable import StripeClient

/// One answer and what it means, for a read and for a write.
struct FailureCase: Sendable, CustomTestStringConvertible {
  var name: String
  var status: Int
  var body = ""
  var headers: [(name: String, value: String)] = []
  var read: String
  /// The same as for a read unless given.
  var write: String?
  var testDescription: String { name }
}

private func error(_ fields: String) -> String { "{\"error\":{\(fields)}}" }

@Suite("StripeFailure")
struct StripeFailureTests {
  static let table: [FailureCase] = [
    .init(name: "created", status: 200, read: "ok"),
    .init(
      name: "500 is indeterminate", status: 500,
      body: error(#""type":"api_error","message":"An error occurred""#),
      read: "unknown: HTTP 500: An error occurred"),
    .init(
      name: "a gateway's 502", status: 502, body: "<html>bad gateway</html>",
      read: "unknown: HTTP 502: <html>bad gateway</html>"),
    .init(name: "an empty 503", status: 503, read: "unknown: HTTP 503: no body"),
    .init(
      name: "409: the key is in use", status: 409,
      body: error(
        #""type":"invalid_request_error","code":"idempotency_key_in_use","message":"busy""#),
      read: "unknown: HTTP 409: busy (idempotency_key_in_use)"),
    .init(
      name: "424", status: 424, body: error(#""message":"elsewhere""#),
      read: "unknown: HTTP 424: elsewhere"),
    .init(
      name: "408", status: 408, body: error(#""message":"late""#), read: "unknown: HTTP 408: late"),
    .init(
      name: "429 without a wish", status: 429, body: error(#""code":"rate_limit""#),
      read: "throttled: nil"),
    .init(
      name: "429 with seconds", status: 429, headers: [("retry-after", "3")],
      read: "throttled: 3000"),
    .init(
      name: "429 with a date", status: 429,
      headers: [
        ("Retry-After", "Sun, 06 Nov 1994 08:49:42 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
      ],
      read: "throttled: 5000"),
    .init(
      name: "429 with nonsense", status: 429, headers: [("Retry-After", "soon")],
      read: "throttled: nil"),
    .init(
      name: "429 for a lock", status: 429,
      body: error(#""code":"lock_timeout","message":"locked""#),
      read: "unknown: HTTP 429: locked (lock_timeout)"),
    .init(
      name: "400 with code rate_limit", status: 400,
      body: error(#""code":"rate_limit","message":"slow""#), read: "throttled: nil"),
    .init(
      name: "401: our key", status: 401,
      body: error(#""message":"Invalid API Key provided: sk_test_abc""#),
      read: "unauthorized: Invalid API Key provided: sk_***"),
    .init(
      name: "403: a permission is missing", status: 403,
      body: error(#""code":"more_permissions_required","message":"rk_live_x lacks""#),
      read: "unauthorized: rk_*** lacks"),
    .init(
      name: "403 about one account concerns that item alone (Q8)", status: 403,
      body: error(#""code":"account_invalid","message":"no access to account 'acct_1'""#),
      read: "refused 403: no access to account 'acct_1' (account_invalid)"),
    .init(
      name: "403 of a proxy", status: 403, body: "Forbidden", read: "unauthorized: Forbidden"),
    .init(
      name: "400 is a refusal", status: 400,
      body: error(
        #""type":"invalid_request_error","code":"resource_missing","param":"destination","message":"No such destination: 'acct_1'""#
      ),
      read: "refused 400 param destination: No such destination: 'acct_1' (resource_missing)"),
    .init(
      name: "400 without a code", status: 400,
      body: error(#""type":"invalid_request_error","message":"must not exceed""#),
      read: "refused 400: must not exceed (HTTP 400)"),
    .init(
      name: "402", status: 402, body: error(#""type":"card_error","code":"card_declined""#),
      read: "refused 402: card_declined (card_declined)"),
    .init(
      name: "404", status: 404,
      body: error(#""code":"resource_missing","message":"No such charge""#),
      read: "refused 404: No such charge (resource_missing)"),
    .init(
      name: "404 that is no JSON keeps its status", status: 404, body: "<h1>Not Found</h1>",
      read: "refused 404: <h1>Not Found</h1> (HTTP 404)"),
    .init(
      name: "a key with other parameters: the first use stands, so it is no refusal (Q1)",
      status: 400, body: error(#""type":"idempotency_error","message":"Keys for idempotent""#),
      read: "unknown: HTTP 400: Keys for idempotent"),
    .init(
      name: "Stripe-Should-Retry wins over a 4xx", status: 400,
      body: error(#""message":"again""#), headers: [("Stripe-Should-Retry", "true")],
      read: "unknown: HTTP 400: again"),
    .init(
      name: "Stripe-Should-Retry: false changes nothing", status: 400,
      body: error(#""message":"no""#), headers: [("Stripe-Should-Retry", "false")],
      read: "refused 400: no (HTTP 400)"),
    .init(
      name: "OAuth writes a name", status: 400,
      body: #"{"error":"invalid_grant","error_description":"expired"}"#,
      read: "refused 400: expired (invalid_grant)"),
    .init(
      name: "a redirect", status: 302, body: "moved", read: "unreadable: HTTP 302: moved",
      write: "unknown: HTTP 302: moved"),
  ]

  @Test("an answer becomes what the caller must do (Q3, Q8, Q9)", arguments: table)
  func classification(row: FailureCase) {
    let response = IncomingResponse(
      status: row.status, headers: row.headers, body: Array(row.body.utf8))
    #expect(text(StripeFailure.kind(of: response, isWrite: false)) == row.read)
    #expect(text(StripeFailure.kind(of: response, isWrite: true)) == row.write ?? row.read)
  }

  private func text(_ kind: CallFailure.Kind?) -> String {
    switch kind {
    case nil: "ok"
    case .notSent(let reason): "notSent: \(reason)"
    case .unknown(let reason): "unknown: \(reason)"
    case .throttled(let ms): "throttled: \(ms.map { "\($0)" } ?? "nil")"
    case .unauthorized(let message): "unauthorized: \(message)"
    case .refused(let refusal):
      "refused \(refusal.status)" + (refusal.parameter.map { " param \($0)" } ?? "")
        + ": \(refusal)"
    case .unreadable(let reason): "unreadable: \(reason)"
    }
  }
}
