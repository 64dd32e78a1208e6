import Domain
import Testing

@testable import Store

@Suite struct ServiceOrdersTests {
  let store: Store
  init() throws { store = try .inMemory() }

  private func order(_ state: ServiceOrderSnapshot.State = .pending) throws -> ServiceOrderSnapshot
  {
    ServiceOrderSnapshot(
      id: try OrderID("S-1"), commercialID: try CommercialOrderID("S"), state: state,
      shopID: ShopID(1), currency: try Currency("EUR"),
      price: .init(unitAmount: try MajorAmount("0.000000000001"), quantity: 3),
      commission: nil, createdMs: 1, lastUpdatedMs: 2)
  }

  @Test("an order and its debits come back exactly (A1)")
  func roundTrip() throws {
    let order = try order(.other("NEW"))
    let debit = ServiceOrderDebit(
      id: "d", orderID: order.id, amount: try MajorAmount("12.345"), currency: order.currency,
      state: .other("NEW"), transactionNumber: "ch_1")
    try store.write { transaction in
      try transaction.saveServiceOrder(order, readMs: 5)
      try transaction.saveServiceDebits([debit], of: order.id, readMs: 6)
    }
    #expect(try store.read { try $0.serviceOrder(order.id)?.snapshot } == order)
    #expect(try store.read { try $0.serviceOrder(order.id)?.readMs } == 5)
    #expect(try store.read { try $0.serviceDebits(order.id)?.debits } == [debit])
    #expect(try store.read { try $0.serviceDebits(try OrderID("other")) } == nil)
  }

  @Test("an older reading changes nothing, unless the clock was set back (P3)")
  func readings() throws {
    let id = try order().id
    func save(_ state: ServiceOrderSnapshot.State, _ readMs: Int64) throws {
      let order = try order(state)
      try store.write { transaction in
        try transaction.saveServiceOrder(order, readMs: readMs)
        try transaction.saveServiceDebits([], of: order.id, readMs: readMs)
      }
    }
    func state() throws -> ServiceOrderSnapshot.State? {
      try store.read { try $0.serviceOrder(id)?.snapshot.state }
    }
    try save(.pending, 10_000_000)
    try save(.cancelled, 9_999_999)
    #expect(try state() == .pending)
    try save(.cancelled, 1_000)
    #expect(try state() == .cancelled)
    #expect(try store.read { try $0.serviceDebits(id)?.readMs } == 1_000)
  }

  @Test("a hint that is named again while it is read stays (Q5)")
  func hints() throws {
    try store.write { transaction in
      for id in ["a", "b", "a"] { try transaction.noteHint(.order, id: id, nowMs: 1) }
      try transaction.noteHint(.commercial, id: "a", nowMs: 1)
    }
    let taken = try store.read { try $0.hints(.order, limit: 10) }
    #expect(taken.map(\.id) == ["a", "b"])
    try store.write { transaction in
      try transaction.noteHint(.order, id: "a", nowMs: 2)
      try transaction.removeHints(taken)
    }
    #expect(try store.read { try $0.hints(.order, limit: 10) }.map(\.id) == ["a"])
    #expect(try store.read { try $0.hints(.commercial, limit: 10) }.count == 1)
    #expect(try store.read { try $0.hints(.order, limit: 0) }.isEmpty)
  }
}
