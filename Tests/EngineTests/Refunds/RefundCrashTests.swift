import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct RefundCrashTests {
  @Test("killed at any boundary: one refund, one confirmation, one reversal (Q2, R2, B2)")
  func killedAnywhere() throws {
    var boundary = 1
    while true {
      let world = try World.refunding()
      try world.paidOrder(try world.start())
      world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
      let doomed = try world.start()
      doomed.life.kill(atBoundary: boundary)
      do { try doomed.refundRun() } catch {}
      let survived = doomed.life.isAlive
      // The lease of the killed one expires.
      world.clock.advance(byMs: 200_000)
      let heir = try world.start()
      for _ in 0..<3 {
        try heir.refundRun()
        world.clock.advance(byMs: 10_000)
      }
      #expect(world.stripe.refunds.count == 1, "boundary \(boundary)")
      #expect(world.stripe.reversals.map(\.amount) == [27_00], "boundary \(boundary)")
      #expect(world.mirakl.orderRefunds[0].state == "REFUNDED", "boundary \(boundary)")
      #expect(try heir.refund()?.status == .created, "boundary \(boundary)")
      #expect(try heir.reversal()?.status == .created, "boundary \(boundary)")
      if survived { break }
      boundary += 1
      if boundary > 200 {
        Issue.record("more boundaries than a refund can have")
        break
      }
    }
    #expect(boundary > 10)
  }

  @Test("whatever is lost or refused in passing, every refund is made once (Q3, R2)")
  func faults() throws {
    for seed in UInt64(1)...25 {
      let (stripeFaults, miraklFaults) = (
        FaultPlan(seed: seed, percent: 25), FaultPlan(seed: seed &+ 99, percent: 25)
      )
      stripeFaults.setEnabled(false)
      miraklFaults.setEnabled(false)
      let world = try World.refunding(
        seed: seed, stripeFaults: stripeFaults, miraklFaults: miraklFaults)
      let process = try world.start()
      let (_, account) = try world.paidOrder(process)
      for number in 1...4 {
        world.mirakl.addRefund(
          "R-\(number)", order: "O-1-A", amount: "25.00", commission: "2.50")
      }
      stripeFaults.setEnabled(true)
      miraklFaults.setEnabled(true)
      for _ in 0..<6 {
        do { try process.refundRun() } catch is PassFailure {}
        world.clock.advance(byMs: 100_000)
      }
      stripeFaults.setEnabled(false)
      miraklFaults.setEnabled(false)
      for _ in 0..<3 {
        try process.refundRun()
        world.clock.advance(byMs: 400_000)
      }
      #expect(world.stripe.refunds.count == 4, "replay with seed \(seed)")
      #expect(world.stripe.refunds.map(\.amount).reduce(0, +) == 100_00, "seed \(seed)")
      #expect(world.stripe.reversals.count == 4, "replay with seed \(seed)")
      #expect(world.balance(account) == 0, "replay with seed \(seed)")
      #expect(world.mirakl.orderRefunds.allSatisfy { $0.state == "REFUNDED" }, "seed \(seed)")
    }
  }

  @Test("after refunds that end at the whole, every account is back to 0 (T2, T1, R4)")
  func backToZero() throws {
    for seed in UInt64(1)...24 {
      var random = SeededGenerator(seed)
      let splitsTaxes = seed % 2 == 0
      let isIncluded = seed % 4 < 2
      let world = try World.refunding(seed: seed)
      let taxAccount = world.stripe.createAccount()
      let process = try world.start {
        if splitsTaxes { $0.split.taxAccount = .of(taxAccount) }
      }
      let account = try world.addShop()
      let (price, shipping) = (Int64.random(in: 500...9_000, using: &random), Int64(490))
      let (tax, shippingTax) = (Int64.random(in: 1...400, using: &random), Int64(98))
      let commission = Int64.random(in: 0...400, using: &random)
      let gross = price + shipping + (isIncluded ? 0 : tax + shippingTax)
      world.pay(gross) { $0.isSettled = true }
      var order = SandboxOrder(
        id: "O-1-A", commercialID: "O-1", shopID: 1,
        taxMode: isIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED",
        lines: [
          .init(
            price: text(price), shippingPrice: text(shipping), taxes: [.init(text(tax))],
            shippingTaxes: [.init(text(shippingTax))], commissionFee: text(commission))
        ], customerDebitedMs: world.clock.nowMs)
      order.createdMs = world.clock.nowMs
      world.mirakl.addOrder(order)
      try process.run()
      #expect(world.balance(taxAccount) == (splitsTaxes ? tax + shippingTax : 0), "seed \(seed)")

      let count = Int.random(in: 1...7, using: &random)
      let parts = [price, shipping, tax, shippingTax, commission].map {
        cut($0, into: count, &random)
      }
      for index in 0..<count {
        world.mirakl.addRefund(
          "R-\(index)", order: "O-1-A", amount: text(parts[0][index]),
          shippingAmount: text(parts[1][index]), commission: text(parts[4][index]),
          taxes: [.init(text(parts[2][index]))], shippingTaxes: [.init(text(parts[3][index]))])
        if Bool.random(using: &random) { try process.refundRun() }
      }
      for _ in 0..<2 { try process.refundRun() }
      #expect(world.balance(account) == 0, "replay with seed \(seed)")
      #expect(world.balance(taxAccount) == 0, "replay with seed \(seed)")
      #expect(world.balance(world.stripe.platformID) == 0, "replay with seed \(seed)")
    }
  }

  private func text(_ cents: Int64) -> String { Money.of(cents).decimalText }

  /// Parts that add up to the whole; some are 0.
  private func cut(
    _ whole: Int64, into count: Int, _ random: inout SeededGenerator
  ) -> [Int64] {
    let cuts = (1..<max(1, count)).map { _ in Int64.random(in: 0...whole, using: &random) }.sorted()
    return zip([0] + cuts, cuts + [whole]).map { $1 - $0 }
  }
}
