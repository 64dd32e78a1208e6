import Domain
import Testing

@testable import Store

@Suite struct TransferQueriesTests {
  let store: Store
  let charge: ChargeID

  init() throws {
    store = try .inMemory()
    charge = try ChargeID("ch_1")
  }

  private func save(_ draft: TransferDraft) throws {
    _ = try store.write { try $0.saveTransfer(draft, nowMs: 1) }
  }

  @Test("every order with an open transfer is found, once, page by page")
  func openOrders() throws {
    let statuses: [(String, TransferRecord.Status)] = [
      ("a", .onHold), ("b", .created), ("c", .failed), ("d", .aborted), ("e", .pending),
      ("f", .ignored), ("Z", .onHold),
    ]
    for (id, status) in statuses {
      try save(try .make(id, status: status))
      try save(try .make(id, part: .tax, status: status))
    }
    try save(try .make("service", status: .onHold, kind: .serviceOrder))
    var pages: [[String]] = []
    var after: String?
    repeat {
      let page = try store.read {
        try $0.openTransferOrderIDs(.productOrder, after: after, limit: 2)
      }
      pages.append(page)
      after = page.last
    } while after != nil
    #expect(pages == [["Z", "a"], ["c", "e"], ["f"], []])
    let basket = try store.read {
      try $0.openTransferOrderIDs(.productOrder, commercialID: "basket")
    }
    #expect(basket == ["Z", "a", "c", "e", "f"])
    #expect(
      try store.read { try $0.openTransferOrderIDs(.productOrder, shopID: ShopID(2000)) } == basket)
    #expect(try store.read { try $0.openTransferOrderIDs(.productOrder, shopID: ShopID(1)) } == [])
  }

  @Test("an order counts once against its charge, with its seller and its tax part (A6)")
  func committedGross() throws {
    try save(try .make("a", amount: 50_00, gross: 60_00, charge: "ch_1"))
    try save(try .make("a", part: .tax, amount: 5_00, gross: 60_00, charge: "ch_1"))
    try save(try .make("b", status: .created, amount: 10_00, gross: 20_00, charge: "ch_1"))
    try save(try .make("c", status: .failed, gross: 1, charge: "ch_1"))
    try save(try .make("d", status: .onHold, gross: 1, charge: "ch_1"))
    try save(try .make("e", gross: 1, charge: "ch_2"))
    func sum(_ excluded: String) throws -> Int64 {
      try store.read { try $0.committedGross(charge: charge, excluding: excluded) }
    }
    #expect(try sum("none") == 80_00)
    #expect(try sum("a") == 20_00)
    #expect(try sum("b") == 60_00)
    #expect(
      try store.read { try $0.committedGross(charge: ChargeID("ch_3"), excluding: "") } == 0)
  }

  @Test("sums are exact beyond what a Double holds, and an overflow is an error (A1)")
  func exact() throws {
    let big: Int64 = 9_007_199_254_740_993  // 2⁵³ + 1
    try save(try .make("a", amount: big, gross: big, charge: "ch_1"))
    try save(try .make("b", amount: big, gross: big, charge: "ch_1"))
    try save(try .make("c", amount: 1, gross: 1, charge: "ch_1"))
    let sum = try store.read { try $0.committedGross(charge: charge, excluding: "") }
    #expect(sum == 18_014_398_509_481_987)
    try save(try .make("d", gross: .max, charge: "ch_1"))
    #expect(throws: StoreError.self) {
      try store.read { try $0.committedGross(charge: charge, excluding: "") }
    }
    #expect(
      try store.read { try $0.committedGross(charge: charge, excluding: "d") } == sum)
  }

  @Test("counts and money at stake, by status and currency (V1)")
  func counts() throws {
    try save(try .make("a", amount: 10_00))
    try save(try .make("b", amount: 20_00))
    try save(try .make("c", amount: 500, currency: "JPY"))
    try save(try .make("d", status: .onHold, amount: nil))
    let counts = try store.read {
      try $0.transferCounts().map {
        "\($0.status.rawValue) \($0.currency?.code ?? "-") \($0.count) \($0.minorUnits)"
      }
    }
    #expect(
      counts == [
        "TRANSFER_ON_HOLD - 1 0", "TRANSFER_PENDING EUR 2 3000", "TRANSFER_PENDING JPY 1 500",
      ])
  }
}
