import Domain
import Store
import Testing

private func shop(_ id: Int64, updatedMs: Int64) -> ShopSnapshot {
  ShopSnapshot(
    id: ShopID(id), name: "Shop \(id)", state: "OPEN", additionalFields: ["a": "é"],
    isProfessional: true, contact: ShopSnapshot.Contact(email: "a@example.org"),
    kycStatus: "APPROVED", lastUpdatedMs: updatedMs)
}

@Suite struct ShopOnboardingTests {
  @Test("a shop is kept as it was read; the oldest open one is what holds the pass back (O1)")
  func oldest() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      try transaction.saveShop(shop(1, updatedMs: 10), reason: nil, readMs: 5, nowMs: 5)
      #expect(try transaction.oldestOpenShopMs() == nil)
      try transaction.saveShop(shop(2, updatedMs: 30), reason: "r", readMs: 5, nowMs: 5)
      try transaction.saveShop(shop(3, updatedMs: 20), reason: "r", readMs: 5, nowMs: 5)
      #expect(try transaction.oldestOpenShopMs() == 20)
      #expect(try transaction.openShops(after: nil, limit: 1) == [ShopID(2)])
      #expect(try transaction.openShops(after: ShopID(2), limit: 9) == [ShopID(3)])
      let record = try #require(try transaction.onboarding(shop: ShopID(3)))
      #expect(record.shop == shop(3, updatedMs: 20))
      #expect(record.isOpen && record.reason == "r" && record.readMs == 5)
      #expect(try transaction.setOnboarding(shop: ShopID(3), reason: nil, nowMs: 6))
      #expect(try !transaction.setOnboarding(shop: ShopID(3), reason: nil, nowMs: 6))
      #expect(try transaction.oldestOpenShopMs() == 30)
      #expect(try !transaction.setOnboarding(shop: ShopID(9), reason: "r", nowMs: 6))
    }
  }

  @Test("accounts that name a shop are found oldest first, without those that are mapped (Q11)")
  func directory() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      func account(_ name: String) throws -> AccountID { try AccountID("acct_\(name)") }
      for (name, createdMs) in [("new", 3), ("old", 1), ("mapped", 0), ("other", 2)] {
        try transaction.rememberAccount(
          account(name), shop: ShopID(name == "other" ? 2 : 1), createdMs: Int64(createdMs))
      }
      try transaction.insertMapping(shop: ShopID(9), account: account("mapped"), nowMs: 1)
      let found = try transaction.unmappedAccounts(shop: ShopID(1)).map(\.rawValue)
      #expect(found == ["acct_old", "acct_new"])
      try transaction.forgetAccount(account("old"))
      #expect(try transaction.unmappedAccounts(shop: ShopID(1)).count == 1)
    }
  }

  @Test("the operator's and the KYC pass's ignoring are two flags, and either one counts (M5)")
  func flags() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      var mapping = try transaction.insertMapping(
        shop: ShopID(1), account: AccountID("acct_1"), nowMs: 1)
      #expect(!mapping.isIgnored)
      mapping.isIgnoredForKYC = true
      mapping = try transaction.updateMapping(mapping, nowMs: 2)
      #expect(mapping.isIgnored && mapping.isIgnoredForKYC && !mapping.isIgnoredByOperator)
      mapping.isIgnoredForKYC = false
      mapping.isIgnored = true
      mapping = try transaction.updateMapping(mapping, nowMs: 3)
      #expect(mapping.isIgnored && !mapping.isIgnoredForKYC && mapping.isIgnoredByOperator)
    }
  }
}
