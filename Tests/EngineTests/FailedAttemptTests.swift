import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// interface.md §10, split step 5: unfinished waits; failed and canceled end.
@Suite struct FailedAttemptTests {
  @Test("a failed attempt waits while its payment intent is unfinished, and ends with it (C3, P1)")
  func intent() throws {
    for isNamed in [true, false] {
      let world = try World()
      try world.addShop()
      let ids = world.pay(outcome: .failed)
      let intent = try #require(ids.paymentIntent)
      world.addOrder(transaction: isNamed ? intent : nil)
      let process = try world.start()
      try process.run()
      #expect(try process.transfer("O-1-A")?.status == .onHold)
      #expect(try process.reason()?.contains("requires_payment_method") == true)
      world.stripe.cancelIntent(intent)
      world.clock.advance(byMs: 600_000)
      try process.run()
      #expect(try process.transfer("O-1-A")?.status == .aborted, "named: \(isNamed)")
    }
  }

  @Test("the attempt after it pays (P1)")
  func nextAttempt() throws {
    let world = try World()
    try world.addShop()
    let intent = try #require(world.pay(outcome: .failed).paymentIntent)
    world.addOrder(transaction: intent)
    let process = try world.start()
    try process.run()
    world.pay { $0.paymentIntent = intent }
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
  }

  @Test("a bare charge that failed, or a failed one that the order names, ends it (P1)")
  func charge() throws {
    for isBare in [true, false] {
      let world = try World()
      try world.addShop()
      let charge = world.pay(outcome: .failed) { $0.hasPaymentIntent = !isBare }.charge
      world.addOrder(transaction: isBare ? nil : charge)
      let process = try world.start()
      try process.run()
      #expect(try process.transfer("O-1-A")?.status == .aborted, "bare: \(isBare)")
      #expect(try process.reason()?.contains("failed") == true)
    }
  }
}
