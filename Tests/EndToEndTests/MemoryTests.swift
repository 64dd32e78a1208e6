import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import App

/// In a process of its own: what other tests hold in memory meanwhile says nothing of the program.
@Suite struct MemoryTests {
  static let count = 10_000
  static let peakKBMax = 60 * 1_024
  static let callsMax = 110

  @Test("10,000 orders on hold: 60 MB, 100 ids a call; one unreadable, missing, 429 (B1, Q7)")
  func tenThousandOnHold() throws {
    let world = try World()
    // The newest order of all: the list of changed orders brings no other from here on.
    let nowMs = SystemClock().nowMs
    world.mirakl.addOrder(order("newest", updatedMs: nowMs))
    #expect(try world.run("run", "split").status == 0)
    let ids = (1...Self.count).map { "O-\(1_000_000 + $0)" }
    let (unreadable, missing) = (ids[4_320], ids[7_776])
    for id in ids where id != missing {
      world.mirakl.addOrder(order(id, updatedMs: nowMs - 86_400_000))
    }
    world.mirakl.setRawOrder(
      "{\"order_id\":\"\(unreadable)\",\"last_updated_date\":\"2020-01-01T00:00:00Z\"}",
      replacing: unreadable)
    try hold(ids, world)
    world.mirakl.faults.inject(.throttled, operation: "GET /api/orders")
    let before = world.mirakl.faults.requestCount

    let process = world.start(["run", "split", "--json"])
    let (status, peakKB) = process.exitStatusAndPeakKB(within: 300_000)

    #expect(status == 0, "\(process.output)")
    #expect((1...Self.peakKBMax).contains(peakKB), "\(peakKB) kB")
    let calls = world.mirakl.faults.requestCount - before
    #expect(calls <= Self.callsMax, "\(calls) calls")
    #expect(process.output.contains(#""read":9999,"#), "\(process.output)")
    #expect(process.output.contains(#""unreadable":1,"#))
    #expect(process.output.contains(#""missing":1,"#))
    #expect(try reason(missing, world)?.contains("no longer returns") == true)
    #expect(try reason(unreadable, world)?.contains("Field") == true)
    #expect(try reason(ids[0], world)?.contains("WAITING_ACCEPTANCE") == true)
    #expect(try reason(ids[Self.count - 1], world)?.contains("WAITING_ACCEPTANCE") == true)
  }

  private func order(_ id: String, updatedMs: Int64) -> SandboxOrder {
    SandboxOrder(
      id: id, commercialID: "B-\(id)", shopID: 1, state: "WAITING_ACCEPTANCE",
      lines: [.init(price: "100.00", commissionFee: "10.00")], createdMs: updatedMs,
      updatedMs: updatedMs)
  }

  /// Records as earlier passes left them.
  private func hold(_ ids: [String], _ world: World) throws {
    let nowMs = SystemClock().nowMs
    let store = try Store.open(path: world.folder.file("data.db"), mode: .inline)
    defer { store.close() }
    try store.write { transaction in
      _ = try transaction.insertMapping(
        shop: ShopID(1), account: AccountID("acct_1"), onboardingToken: nil, nowMs: nowMs)
      for id in ids {
        _ = try transaction.saveTransfer(
          TransferDraft(kind: .productOrder, miraklID: id, status: .onHold, reason: "waits"),
          nowMs: nowMs)
      }
    }
  }

  private func reason(_ id: String, _ world: World) throws -> String? {
    let store = try Store.open(path: world.folder.file("data.db"), mode: .inline)
    defer { store.close() }
    return try store.read { try $0.transfer(.productOrder, .seller, miraklID: id)?.reason }
  }
}
