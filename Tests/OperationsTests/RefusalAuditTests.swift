import Operations
import Store
import Testing

@Suite struct RefusalAuditTests {
  @Test("one row per address and minute, which counts what came in between (X1)")
  func bounded() throws {
    let store = try Store.open(path: ":memory:", mode: .inline)
    let audit = RefusalAudit()
    func note(_ address: String, _ nowMs: Int64) {
      audit.note(
        "wrong credentials", address: address, what: "GET /api/transfers", actor: "anonymous",
        store, nowMs: nowMs)
    }
    for second in 0..<60 { note("192.0.2.1", 1_000_000 + Int64(second) * 1_000) }
    note("192.0.2.1", 1_060_000)
    var rows = try store.read { try $0.audits(limit: 200, offset: 0) }
    #expect(rows.map(\.subject) == ["address/192.0.2.1", "address/192.0.2.1"])
    #expect(rows[0].detail?.hasSuffix("59 more since the last such row") == true)
    for number in 0..<500 { note("198.51.100.\(number)", 2_000_000) }
    rows = try store.read { try $0.audits(limit: 200, offset: 0) }
    #expect(rows.count == 2 + RefusalAudit.rowsMax)
  }
}
