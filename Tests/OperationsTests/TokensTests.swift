import Domain
import Operations
import Store
import TestSupport
import Testing

@Suite struct TokensTests {
  let store: Store
  let clock = FakeClock()

  init() throws { store = try Store.open(path: ":memory:", mode: .inline) }

  private func create(_ name: String, _ scope: AccessScope = .read) throws -> Tokens.Issued {
    let nowMs = clock.nowMs
    return try store.write {
      try Tokens.create(name: name, scope: scope, by: .shell, in: $0, nowMs: nowMs)
    }
  }

  private func owner(_ secret: String) throws -> Operator? {
    try Tokens.owner(of: secret, store, nowMs: clock.nowMs)
  }

  @Test("a token names its owner and its scope, and only its hash is stored (X1)")
  func hashed() throws {
    let issued = try create("reports", .operate)
    let secret = issued.secret.reveal { $0 }
    #expect(secret.utf8.count == Tokens.prefix.utf8.count + 64)
    #expect(try owner(secret) == Operator(name: "reports", scope: .operate))
    #expect(try owner(secret + "0") == nil)
    #expect(try owner(String(secret.dropLast())) == nil)
    #expect(try owner(issued.token.hash) == nil)
    #expect(try store.read { try $0.tokens(limit: 9) }.allSatisfy { $0.hash != secret })
    #expect(issued.token.hash.utf8.count == 64)
  }

  @Test("a revoked token is nobody's, and stays in the list; revoking again changes nothing (X1)")
  func revoked() throws {
    let issued = try create("old")
    let firstMs = clock.nowMs
    for _ in 1...2 {
      let nowMs = clock.nowMs
      _ = try store.write {
        try Tokens.revoke(id: issued.token.id, by: .shell, in: $0, nowMs: nowMs)
      }
      clock.advance(byMs: 1_000)
    }
    #expect(try owner(issued.secret.reveal { $0 }) == nil)
    #expect(try store.read { try $0.tokens(limit: 9) }.map(\.revokedMs) == [firstMs])
    #expect(try store.read { try $0.audits(limit: 9, offset: 0) }.count == 2)
    #expect(throws: Objection.self) {
      try store.write { try Tokens.revoke(id: 99, by: .shell, in: $0, nowMs: 1) }
    }
  }

  @Test("tokens are rotated without downtime: the new one is valid before the old one ends (X1)")
  func rotation() throws {
    let old = try create("ci-1")
    let new = try create("ci-2")
    for issued in [old, new] { #expect(try owner(issued.secret.reveal { $0 }) != nil) }
    #expect(throws: Objection.self) { try create("ci-1") }
    _ = try store.write { try Tokens.revoke(id: old.token.id, by: .shell, in: $0, nowMs: 1) }
    // The name is free again, and the audit's older rows still name a token by its number.
    #expect(try create("ci-1").token.id != old.token.id)
  }

  @Test(
    "a name that would hide who acts is refused (X1)",
    arguments: ["operator", "CLI", "engine", "", "a b", "a\n", String(repeating: "a", count: 101)])
  func names(_ name: String) throws {
    #expect(throws: Objection.self) { try create(name) }
    #expect(try store.read { try $0.tokens(limit: 9) }.isEmpty)
  }

  @Test("the last use is noted, about once an hour")
  func lastUse() throws {
    let issued = try create("a")
    func lastUsed() throws -> Int64? { try store.read { try $0.tokens(limit: 1)[0].lastUsedMs } }
    #expect(try lastUsed() == nil)
    let firstMs = clock.nowMs
    _ = try owner(issued.secret.reveal { $0 })
    #expect(try lastUsed() == firstMs)
    clock.advance(byMs: 3_599_999)
    _ = try owner(issued.secret.reveal { $0 })
    #expect(try lastUsed() == firstMs)
    clock.advance(byMs: 1)
    _ = try owner(issued.secret.reveal { $0 })
    #expect(try lastUsed() == clock.nowMs)
  }
}
