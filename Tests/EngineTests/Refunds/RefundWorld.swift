import Domain
import Sandbox
import Store
import TestSupport

@testable import Engine

/// What a test of refunds needs of the marketplace.
extension World {
  /// Product and service refunds switched on.
  static func refunding(
    seed: UInt64 = 1, pageSize: Int = 100, taxAccount: Bool = false,
    stripeFaults: FaultPlan = .none(), miraklFaults: FaultPlan = .none(),
    _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> World {
    try World(
      seed: seed, pageSize: pageSize, stripeFaults: stripeFaults, miraklFaults: miraklFaults
    ) { settings in
      settings.refundsProductOrders = true
      settings.refundsServiceOrders = true
      adjust(&settings)
    }
  }

  /// An order of 100.00 EUR with 10.00 commission, paid and split: 90.00 with the seller, available.
  @discardableResult
  func paidOrder(_ process: SimulatedProcess) throws -> (charge: String, account: String) {
    let account = try addShop()
    let charge = pay { $0.isSettled = true }.charge
    addOrder()
    try process.run()
    return (charge, account)
  }

  func balance(_ account: String, _ currency: String = "eur") -> Int64 {
    stripe.balances[account]?[currency]?.total ?? 0
  }
}

extension SimulatedProcess {
  /// Webhooks, a refund pass, and all that follows.
  @discardableResult
  func refundRun() throws -> PassReport {
    receiveAll()
    try engine.drain()
    let report = try RefundPass(engine).run()
    try engine.drain()
    receiveAll()
    try engine.drain()
    return report
  }

  func refund(
    _ id: String = "R-1", _ kind: RefundRecord.Kind = .productOrder
  ) throws -> RefundRecord? {
    try store.read { try $0.refund(kind, miraklID: id) }
  }

  func reversal(
    _ id: String = "R-1", _ part: TransferRecord.Part = .seller
  ) throws -> TransferRecord? {
    try store.read { try $0.transfer(.refund, part, miraklID: id) }
  }
}
