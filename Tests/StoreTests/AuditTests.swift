import Testing

@testable import Store

@Suite struct AuditTests {
  @Test("what operators did is listed, the newest first (X1)")
  func newestFirst() throws {
    let store = try Store.inMemory()
    for number in 1...3 {
      try store.write {
        try $0.audit(
          actor: "ops", action: "retry", subject: "transfer/\(number)", detail: nil,
          nowMs: Int64(number))
      }
    }
    let audits = try store.read { try $0.audits(limit: 2, offset: 0) }
    #expect(audits.map(\.subject) == ["transfer/3", "transfer/2"])
    #expect(
      audits[0]
        == AuditEntry(
          id: 3, atMs: 3, actor: "ops", action: "retry", subject: "transfer/3", detail: nil))
  }
}
