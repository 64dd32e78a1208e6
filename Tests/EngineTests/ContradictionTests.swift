import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// A 200 proves that something was made, and not that it is what was asked for.
@Suite struct ContradictionTests {
  private static func made(amount: Int64, currency: String, destination: String) -> String {
    """
    {"id":"tr_odd","object":"transfer","amount":\(amount),"amount_reversed":0,
    "currency":"\(currency)","destination":"\(destination)","created":1764000000,"metadata":{}}
    """
  }

  @Test(
    "a transfer over another amount, currency or account is held, and never made again (Q1, A4)",
    arguments: [(80_00, "eur", false), (90_00, "usd", false), (90_00, "eur", true)])
  func transfer(amount: Int64, currency: String, isElsewhere: Bool) throws {
    let world = try World.payable()
    let process = try world.start()
    let account = try #require(world.stripe.accounts.first?.id)
    process.transport.before { call in
      guard call == "POST /v1/transfers" else { return .goOn }
      return .answer(
        status: 200,
        json: Self.made(
          amount: amount, currency: currency, destination: isElsewhere ? "acct_x" : account))
    }
    try process.run()
    let record = try #require(try process.transfer("O-1-A"))
    #expect(record.status == .onHold)
    #expect(record.transferID == "tr_odd")
    #expect(record.reason?.contains("90.00 EUR") == true)
    #expect(
      try process.store.read { try $0.audits(limit: 9, offset: 0) }.map(\.action) == [
        "made otherwise than asked for"
      ])
    world.clock.advance(byMs: 86_400_000)
    process.transport.before(nil)
    try process.run()
    #expect(process.transport.count("POST /v1/transfers") == 1)
    #expect(try process.transfer("O-1-A") == record)
    #expect(try process.openJobs() == 0)
  }

  @Test("what it took of the charge stays taken: other orders do not get it too (A6)")
  func counts() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { call in
      guard call == "POST /v1/transfers" else { return .goOn }
      return .answer(
        status: 200, json: Self.made(amount: 1, currency: "eur", destination: "acct_x"))
    }
    try process.run()
    process.transport.before(nil)
    world.addOrder("O-1-B", price: "60.00")
    try process.run()
    #expect(try process.reason("O-1-B")?.contains("other orders use 100.00 EUR") == true)
    #expect(world.stripe.transfers.isEmpty)
  }

  @Test("a reversal over another amount is held likewise (R4)")
  func reversal() throws {
    let world = try World.refunding()
    let process = try world.start()
    try world.paidOrder(process)
    world.mirakl.addRefund("R-1", order: "O-1-A", amount: "30.00", commission: "3.00")
    process.transport.before { call in
      guard call.hasSuffix("/reversals"), call.hasPrefix("POST") else { return .goOn }
      return .answer(
        status: 200,
        json: #"{"id":"trr_odd","amount":2600,"currency":"eur","metadata":{},"created":1764000000}"#
      )
    }
    try process.refundRun()
    process.transport.before(nil)
    try process.refundRun()
    #expect(try process.reversal()?.status == .onHold)
    #expect(try process.reversal()?.reason?.contains("27.00 EUR") == true)
    #expect(world.stripe.reversals.isEmpty)
  }
}
