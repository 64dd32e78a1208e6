import Testing

@testable import App

@Suite struct DemoMarketplaceTests {
  @Test("the same seed makes the same marketplace, another seed another one")
  func seeds() {
    func fingerprint(_ seed: UInt64) -> [String] {
      DemoMarketplace(orders: 60, seed: seed).baskets.map { basket in
        "\(basket.id) \(basket.currency.code) \(basket.payment) "
          + basket.orders.map { "\($0.id) \($0.shop) \($0.fate) \($0.gross) \($0.commission)" }
          .joined(separator: ";")
      }
    }
    #expect(fingerprint(1) == fingerprint(1))
    #expect(fingerprint(1) != fingerprint(2))
  }

  @Test(
    "it has as many orders as were asked for, each shop of a basket once", arguments: [1, 7, 200])
  func counts(_ orders: Int) {
    let marketplace = DemoMarketplace(orders: orders, seed: 9)
    #expect(marketplace.orderCount == orders)
    let ids = marketplace.baskets.flatMap { $0.orders.map(\.id) }
    #expect(Set(ids).count == orders)
    for basket in marketplace.baskets {
      #expect(Set(basket.orders.map(\.shop)).count == basket.orders.count)
      #expect(basket.orders.allSatisfy { $0.sellerShare > 0 })
      #expect(basket.total % basket.currency.step == 0)
      #expect(
        basket.payment == .failed
          || basket.captured == basket.stays + basket.disputed
            + basket.payable.reduce(0) { $0 + $1.sellerShare + $1.tax + $1.commission }
      )
    }
  }

  @Test("everything that a marketplace has is in the default one, for each of twenty seeds")
  func everything() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let baskets = DemoMarketplace(orders: 200, seed: seed).baskets
      let orders = baskets.flatMap(\.orders)
      for payment in [.captured, .lateCapture, .failed, .disputed] as [DemoMarketplace.PaymentFate]
      {
        #expect(baskets.contains { $0.payment == payment }, "seed \(seed): \(payment)")
      }
      for fate in DemoOrder.Fate.allCases {
        #expect(orders.contains { $0.fate == fate }, "seed \(seed): \(fate)")
      }
      #expect(baskets.contains { $0.operatorGoods > 0 && $0.orders.count > 1 }, "seed \(seed)")
      for isService in [true, false] {
        for isIncluded in [true, false] {
          #expect(
            orders.contains {
              $0.isService == isService && $0.includesTaxes == isIncluded && !$0.lines.isEmpty
                && $0.lines[0].tax > 0
            }, "seed \(seed): service \(isService), included \(isIncluded)")
        }
      }
    }
  }

  @Test(
    "minor units as decimals, by hand",
    arguments: [
      ("EUR", 1_999, "19.99"), ("EUR", 5, "0.05"), ("EUR", -5, "-0.05"), ("EUR", 0, "0.00"),
      ("JPY", 500, "500"), ("KWD", 1_230, "1.230"), ("KWD", 10, "0.010"),
    ] as [(String, Int64, String)])
  func text(_ code: String, _ minor: Int64, _ text: String) throws {
    let currency = try #require(DemoCurrency.all.first { $0.code == code })
    #expect(currency.text(minor) == text)
  }
}
