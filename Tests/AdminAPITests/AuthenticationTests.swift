import HTTPFormat
import TestSupport
import Testing

private let operations: [(method: String, path: String)] = [
  ("GET", "/api/mappings"), ("GET", "/api/mappings/1"), ("POST", "/api/mappings"),
  ("DELETE", "/api/mappings/1"), ("GET", "/api/transfers"), ("GET", "/api/transfers/1"),
  ("GET", "/api/payouts"), ("GET", "/api/payouts/1"), ("GET", "/api/refunds"),
  ("GET", "/api/refunds/1"),
]

@Suite struct AuthenticationTests {
  @Test(
    "every operation without a token: 401 in the contract's words (X1)",
    arguments: operations.indices)
  func noToken(_ index: Int) throws {
    let (method, path) = operations[index]
    let response = try AdminFixture().send(method, path, token: nil)
    #expect(response.status == 401)
    #expect(response.text == #"{"message":"Authentication Required"}"#)
    #expect(response.headers["Content-Type"] == "application/json")
  }

  @Test(
    "every operation with another token: 403 in the contract's words (X1)",
    arguments: operations.indices)
  func wrongToken(_ index: Int) throws {
    let (method, path) = operations[index]
    let fixture = try AdminFixture()
    for token in [
      "", "wrong", "correct hors", "correct horse ", "CORRECT HORSE", "[secret, 13 bytes]",
    ] {
      let response = fixture.send(method, path, token: token)
      #expect(response.status == 403)
      #expect(response.text == #"{"message":"Invalid credentials."}"#)
    }
  }

  @Test("the table names every operation, and each lets the right token in")
  func rightToken() throws {
    let fixture = try AdminFixture()
    let served = fixture.router.routes.filter { !$0.pattern.hasPrefix("/api/v2/") }
    #expect(
      Set(served.map { "\($0.method) \($0.pattern)" }).subtracting(["GET /openapi.yaml"])
        == Set(operations.map { "\($0.method) \($0.path.replacing("/1", with: "/{id}"))" }))
    for (method, path) in operations {
      #expect(![401, 403].contains(fixture.send(method, path).status))
    }
  }

  @Test("nothing is done for a caller that is refused")
  func noEffect() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    #expect(fixture.send("DELETE", "/api/mappings/1", token: "wrong").status == 403)
    #expect(fixture.get("/api/mappings/1").status == 200)
  }

  @Test("a password beyond ASCII is compared by its bytes")
  func unicodePassword() throws {
    let fixture = try AdminFixture(password: "p\u{E4}ss")
    #expect(fixture.send("GET", "/api/mappings", token: "p\u{E4}ss").status == 200)
    // Canonically equivalent for Swift's ==, but other bytes.
    #expect(fixture.send("GET", "/api/mappings", token: "pa\u{308}ss").status == 403)
  }
}
