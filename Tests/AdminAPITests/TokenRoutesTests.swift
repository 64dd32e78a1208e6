import Domain
import FoundationEssentials
import HTTPFormat
import Store
import TestSupport
import Testing

@testable import AdminAPI

private struct Made: Decodable {
  let id: Int64
  let token: String?
}

extension AdminFixture {
  /// As a bearer.
  func sendAs(
    _ token: String, _ method: String, _ path: String, _ body: String = "",
    headers: Headers = Headers()
  ) -> Response {
    var headers = headers
    headers.append("Authorization", "Bearer \(token)")
    return send(method, path, body, token: nil, headers: headers)
  }

  func token(_ name: String, _ scope: String) throws -> String {
    let response = send("POST", "/api/v2/tokens", #"{"name":"\#(name)","scope":"\#(scope)"}"#)
    return try #require(
      try JSONDecoder().decode(Made.self, from: Data(response.body)).token, "\(response.text)")
  }

  func audits() throws -> [AuditEntry] { try store.read { try $0.audits(limit: 500, offset: 0) } }
}

@Suite struct TokenRoutesTests {
  @Test("a token opens what its scope allows, at the compatible routes too (X1)")
  func scopes() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    let tokens = try ["read", "operate", "admin"].map { try fixture.token($0 + "er", $0) }
    #expect(tokens.map { fixture.sendAs($0, "GET", "/api/mappings").status } == [200, 200, 200])
    #expect(tokens.map { fixture.sendAs($0, "GET", "/api/v2/tokens").status } == [403, 403, 200])
    #expect(
      tokens.map { fixture.sendAs($0, "DELETE", "/api/mappings/9").status } == [403, 404, 404])
    #expect(fixture.send("GET", "/api/mappings", token: tokens[0]).status == 200)
    let refused = fixture.sendAs(tokens[0], "GET", "/api/v2/tokens")
    #expect(refused.headers["Content-Type"] == "application/problem+json")
    #expect(refused.text.contains(#""code":"insufficient-scope""#))
  }

  @Test("what a token does is audited under its name (X1)")
  func actor() throws {
    let fixture = try AdminFixture()
    let mapping = try fixture.addMapping(shop: 1, account: "acct_1")
    let token = try fixture.token("anna", "operate")
    #expect(fixture.sendAs(token, "DELETE", "/api/mappings/\(mapping.id)").status == 204)
    #expect(try fixture.audits().map(\.actor) == ["anna", "operator"])
  }

  @Test("a revoked token is refused at once, and the list never shows a token (X1)")
  func revocation() throws {
    let fixture = try AdminFixture()
    let token = try fixture.token("short-lived", "admin")
    let list = fixture.get("/api/v2/tokens").text
    #expect(list.contains(#""name":"short-lived""#) && !list.contains(token))
    #expect(fixture.sendAs(token, "DELETE", "/api/v2/tokens/1").status == 200)
    #expect(fixture.sendAs(token, "GET", "/api/v2/tokens").status == 403)
    #expect(fixture.send("DELETE", "/api/v2/tokens/77").status == 404)
    #expect(fixture.send("DELETE", "/api/v2/tokens/x").status == 404)
  }

  @Test("wrong credentials are slowed down, right ones of others are not (X1)")
  func backOff() throws {
    let fixture = try AdminFixture()
    for _ in 1...11 {
      #expect(fixture.send("GET", "/api/mappings", token: "no", address: "192.0.2.1").status == 403)
    }
    let slowed = fixture.send("GET", "/api/mappings", address: "192.0.2.1")
    #expect(slowed.status == 429)
    #expect(slowed.headers["Retry-After"] == "1")
    #expect(fixture.send("GET", "/api/mappings", address: "192.0.2.2").status == 200)
    fixture.clock.advance(byMs: 1_000)
    #expect(fixture.send("GET", "/api/mappings", address: "192.0.2.1").status == 200)
    #expect(
      try fixture.audits().map(\.subject) == ["address/192.0.2.1"], "one row for the minute")
  }

  @Test("a request without credentials is no guess: 401 with a challenge, never slowed down")
  func missing() throws {
    let fixture = try AdminFixture()
    for _ in 1...30 {
      let response = fixture.send("GET", "/api/v2/tokens", token: nil)
      #expect(response.status == 401)
      #expect(response.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
      #expect(response.headers["Content-Type"] == "application/problem+json")
    }
    #expect(fixture.get("/api/v2/tokens").status == 200)
  }

  @Test("an Idempotency-Key: one token, whatever is repeated, and its secret is shown once")
  func idempotency() throws {
    let fixture = try AdminFixture()
    let headers: Headers = ["Idempotency-Key": "k-1"]
    let body = #"{"name":"a","scope":"read"}"#
    let first = fixture.send("POST", "/api/v2/tokens", body, headers: headers)
    #expect(first.status == 201 && first.text.contains("smk_"))
    let again = fixture.send("POST", "/api/v2/tokens", body, headers: headers)
    #expect(again.status == 201 && !again.text.contains("smk_"))
    #expect(again.headers["Idempotency-Replayed"] == "true")
    #expect(try fixture.store.read { try $0.tokens(limit: 9) }.count == 1)
    let other = fixture.send(
      "POST", "/api/v2/tokens", #"{"name":"b","scope":"read"}"#, headers: headers)
    #expect(other.status == 409 && other.text.contains("key-used"))
    // A refusal is not kept: the same key may try again.
    let retry: Headers = ["Idempotency-Key": "k-2"]
    #expect(fixture.send("POST", "/api/v2/tokens", body, headers: retry).status == 409)
    #expect(fixture.send("DELETE", "/api/v2/tokens/1").status == 200)
    #expect(fixture.send("POST", "/api/v2/tokens", body, headers: retry).status == 201)
    // After a day the key is forgotten.
    fixture.clock.advance(byMs: OperatorRoutes.answersKeptMs + 1)
    let later = fixture.send(
      "POST", "/api/v2/tokens", #"{"name":"c","scope":"read"}"#, headers: headers)
    #expect(later.status == 201)
  }

  @Test(
    "a body that is not understood is refused with a reason",
    arguments: [
      "", "[]", "{", #"{"name":"a"}"#, #"{"name":1,"scope":"read"}"#,
      #"{"name":"a","scope":"root"}"#, #"{"name":"a","scope":"read","extra":1}"#,
      #"{"name":"a\u0000","scope":"read"}"#, #"{"name":"operator","scope":"read"}"#,
    ])
  func badBody(_ body: String) throws {
    let fixture = try AdminFixture()
    let response = fixture.send("POST", "/api/v2/tokens", body)
    #expect(response.status == 400)
    #expect(response.headers["Content-Type"] == "application/problem+json")
    #expect(try fixture.store.read { try $0.tokens(limit: 9) }.isEmpty)
  }

  @Test("a key that is no visible ASCII is refused")
  func badKey() throws {
    let response = try AdminFixture().send(
      "POST", "/api/v2/tokens", "{}", headers: ["Idempotency-Key": "a b"])
    #expect(response.status == 400 && response.text.contains("invalid-key"))
  }

  @Test("no answer may be kept, framed, sniffed, or read by another origin (X1)")
  func headers() throws {
    let fixture = try AdminFixture()
    for path in ["/api/mappings", "/api/v2/tokens", "/api/mappings/99"] {
      for token in ["correct horse", "wrong", nil] {
        let response = fixture.send(
          "GET", path, token: token, headers: ["Origin": "https://example.org"])
        #expect(response.headers["Cache-Control"] == "no-store")
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["X-Frame-Options"] == "DENY")
        #expect(
          response.headers["Content-Security-Policy"]
            == "default-src 'none'; frame-ancestors 'none'")
        #expect(!response.headers.fields.contains { $0.name.hasPrefix("Access-Control") })
      }
    }
  }

  @Test("the description of the API is a part of the program")
  func document() throws {
    let response = try AdminFixture().send("GET", "/openapi.yaml", token: nil)
    #expect(response.status == 200)
    #expect(response.headers["Content-Type"] == "application/yaml")
    #expect(response.text.hasPrefix("openapi: 3.1"))
  }
}
