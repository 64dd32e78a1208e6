import Domain
import Testing

@testable import Store

@Suite struct MappingsTests {
  let store: Store
  let one: AccountID
  let two: AccountID

  init() throws {
    store = try .inMemory()
    one = try AccountID("acct_1")
    two = try AccountID("acct_2")
  }

  private func insert(_ shop: Int64, _ account: AccountID) throws -> AccountMapping {
    try store.write {
      try $0.insertMapping(
        shop: ShopID(shop), account: account, onboardingToken: "token-\(shop)", nowMs: 5)
    }
  }

  @Test("one account per shop and one shop per account (Q11)")
  func unique() throws {
    let mapping = try insert(1, one)
    for (shop, account) in [(Int64(1), two), (2, one)] {
      let error = #expect(throws: StoreError.self) { _ = try insert(shop, account) }
      guard case .constraint = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(try store.read { try $0.mappings(limit: 9, offset: 0) } == [mapping])
  }

  @Test("a mapping is found by shop, number, account and token, and every flag is kept (M5)")
  func roundTrip() throws {
    var mapping = try insert(1, one)
    #expect(!mapping.payoutEnabled && !mapping.payinEnabled && mapping.transfersActive == nil)
    for active in [true, false, nil] {
      mapping.payoutEnabled.toggle()
      mapping.isIgnored.toggle()
      mapping.transfersActive = active
      mapping.disabledReason = active.map { "reason \($0)" }
      let updated = try store.write { [mapping] in try $0.updateMapping(mapping, nowMs: 9) }
      mapping.modifiedMs = 9
      #expect(updated == mapping)
    }
    let expected = mapping
    #expect(try store.read { try $0.mapping(shop: ShopID(1)) } == expected)
    #expect(try store.read { try $0.mapping(id: expected.id) } == expected)
    #expect(try store.read { try $0.mapping(account: one) } == expected)
    #expect(try store.read { try $0.mapping(onboardingToken: "token-1") } == expected)
    #expect(try store.read { try $0.mapping(account: two) } == nil)
  }

  @Test("a deleted mapping is gone, and its number is not used again")
  func deletion() throws {
    let mapping = try insert(1, one)
    #expect(try store.write { try $0.deleteMapping(id: mapping.id) })
    #expect(try !store.write { try $0.deleteMapping(id: mapping.id) })
    #expect(throws: StoreError.notFound("mapping \(mapping.id)")) {
      _ = try store.write { try $0.updateMapping(mapping, nowMs: 9) }
    }
    #expect(try insert(1, one).id > mapping.id)
  }

  @Test("lists come by ascending number, page by page")
  func paging() throws {
    for shop in 1...3 { _ = try insert(Int64(shop), try AccountID("acct_\(shop)")) }
    let page = try store.read { try $0.mappings(limit: 2, offset: 2) }
    #expect(page.map(\.shopID) == [ShopID(3)])
  }
}
