import Domain
import Engine
import Sandbox
import Store
import Threading

extension World {
  /// A service order of 100.00 EUR less 10.00 commission, and its debit.
  /// - Parameters:
  ///   - debit: What the customer was debited; nil for no debit yet.
  ///   - state: Of the debit.
  public func addService(
    _ id: String = "S-1-A", basket: String = "S-1", shop: Int64 = 1,
    debit: String? = "100.00", state: String = "OK", transaction: String? = nil,
    _ adjust: (inout SandboxServiceOrder) -> Void = { _ in }
  ) {
    var order = SandboxServiceOrder(id: id, commercialID: basket, shopID: shop)
    order.createdMs = clock.nowMs
    adjust(&order)
    mirakl.addServiceOrder(order)
    guard let debit else { return }
    mirakl.addServiceDebit(
      SandboxServiceDebit(
        id: "debit-\(id)", orderID: id, amount: debit, currency: order.currency, state: state,
        transactionNumber: transaction))
  }

  /// A shop, a service order and its captured payment: 90.00 EUR for the seller.
  public static func service(
    _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> World {
    let world = try World { settings in
      settings.paysServiceOrders = true
      adjust(&settings)
    }
    try world.addShop()
    world.addService()
    world.pay(basket: "S-1")
    return world
  }
}

extension SimulatedProcess {
  public func service(
    _ order: String = "S-1-A", _ part: TransferRecord.Part = .seller
  ) throws -> TransferRecord? {
    try store.read { try $0.transfer(.serviceOrder, part, miraklID: order) }
  }
}

extension World {
  /// True the first time it is asked, and never again.
  public final class Once: Sendable {
    private let isTaken = Monitor(false)
    public init() {}
    public func take() -> Bool {
      isTaken.withLock { isTaken in
        defer { isTaken = true }
        return !isTaken
      }
    }
  }
}
