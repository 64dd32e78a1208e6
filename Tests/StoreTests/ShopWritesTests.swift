import Domain
import Store
import Testing

private let shop = ShopID(1)

@Suite struct ShopWritesTests {
  @Test("a KYC status is wanted on change only, also while one waits (K2)")
  func onlyChanges() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      #expect(try transaction.wantKYC(shop: shop, .approved, nowMs: 1))
      #expect(try !transaction.wantKYC(shop: shop, .approved, nowMs: 2))
      let write = try #require(try transaction.shopWrite(shop: shop))
      try transaction.finishShopWrite(write, nowMs: 3)
      #expect(try transaction.openShopWrites(after: nil, limit: 9).isEmpty)
      #expect(try !transaction.wantKYC(shop: shop, .approved, nowMs: 4))
      #expect(try transaction.wantKYC(shop: shop, .refused, nowMs: 5))
      // Back again before it was written: nobody knows what Mirakl has.
      #expect(try transaction.wantKYC(shop: shop, .approved, nowMs: 6))
    }
  }

  @Test("a wish that comes during a call is not taken for written (K2)")
  func newerWish() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      try transaction.wantKYC(shop: shop, .approved, nowMs: 1)
      let sent = try #require(try transaction.shopWrite(shop: shop))
      try transaction.wantLink(shop: shop, .stable, nowMs: 2)
      try transaction.finishShopWrite(sent, nowMs: 3)
      let left = try #require(try transaction.shopWrite(shop: shop))
      #expect(left.linkWanted == .stable)
      #expect(left.kycWritten == .approved)
      try transaction.finishShopWrite(left, nowMs: 4)
      #expect(try transaction.openShopWrites(after: nil, limit: 9).isEmpty)
    }
  }

  @Test("the same link wished twice is one wish, and a failure is told once (Q9)")
  func links() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      try transaction.wantLink(shop: shop, .stable, nowMs: 1)
      let first = try #require(try transaction.shopWrite(shop: shop))
      try transaction.wantLink(shop: shop, .stable, nowMs: 2)
      #expect(try transaction.shopWrite(shop: shop)?.version == first.version)
      #expect(try transaction.failShopWrite(shop: shop, reason: "r", nowMs: 3))
      #expect(try !transaction.failShopWrite(shop: shop, reason: "r", nowMs: 4))
      #expect(try transaction.shopWrite(shop: shop)?.attempts == 2)
      try transaction.dropOnboardingLink(shop: shop, nowMs: 5)
      #expect(try transaction.openShopWrites(after: nil, limit: 9).isEmpty)
    }
  }

  @Test("every shop that waits is found, page by page, and one job writes them all (B1)")
  func pages() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      for number in Int64(1)...5 {
        try transaction.wantLink(shop: ShopID(number), .login, nowMs: 1)
      }
      let first = try transaction.openShopWrites(after: nil, limit: 3)
      let second = try transaction.openShopWrites(after: first.last?.shopID, limit: 3)
      #expect((first + second).map(\.shopID.rawValue) == [1, 2, 3, 4, 5])
      #expect(try transaction.openJobCount() == 1)
    }
  }

  @Test("the words of the schema are the words of the program")
  func words() throws {
    let store = try Store.inMemory()
    try store.write { transaction in
      for (number, link) in ShopLink.allCases.enumerated() {
        try transaction.wantLink(shop: ShopID(Int64(number)), link, nowMs: 1)
      }
      for (number, status) in KYCStatus.allCases.enumerated() {
        try transaction.wantKYC(shop: ShopID(Int64(100 + number)), status, nowMs: 1)
      }
      let count = ShopLink.allCases.count + KYCStatus.allCases.count
      #expect(try transaction.openShopWrites(after: nil, limit: 99).count == count)
    }
  }
}
