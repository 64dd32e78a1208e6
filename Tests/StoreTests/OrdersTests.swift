import Domain
import Testing

@testable import Store

@Suite struct OrdersTests {
  let store: Store
  init() throws { store = try .inMemory() }

  private func save(_ order: OrderSnapshot, readMs: Int64) throws -> Bool {
    try store.write { try $0.saveOrder(order, readMs: readMs) }
  }

  @Test("an order comes back exactly, amounts to the last digit and unknown states included (A1)")
  func roundTrip() throws {
    let order = try OrderSnapshot.make()
    #expect(try save(order, readMs: 5))
    let read = try store.read { try $0.order(order.id) }
    #expect(read?.snapshot == order)
    #expect(read?.readMs == 5)
    #expect(read?.snapshot.totalCommission.description == "4.000000000001")
    #expect(try store.read { try $0.order(try OrderID("other")) } == nil)
  }

  @Test("only a changed order is reported, and an older reading never overwrites (P3)")
  func readings() throws {
    #expect(try save(try .make(), readMs: 10))
    #expect(try !save(try .make(), readMs: 11))
    let order = try OrderSnapshot.make(state: .canceled)
    #expect(try !save(order, readMs: 10))  // older than 11
    #expect(try store.read { try $0.order(order.id)?.snapshot.state } == .shipping)
    #expect(try save(order, readMs: 12))
    #expect(try store.read { try $0.order(order.id)?.snapshot.state } == .canceled)
  }

  @Test("the orders of a basket are found together")
  func basket() throws {
    for id in ["b", "a"] { _ = try save(try .make(id), readMs: 1) }
    _ = try save(try .make("c", commercialID: "other"), readMs: 1)
    let orders = try store.read { try $0.orders(commercialID: CommercialOrderID("basket")) }
    #expect(orders.map(\.id.rawValue) == ["a", "b"])
  }
}
