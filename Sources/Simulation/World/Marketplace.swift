import Domain
import Sandbox
import Store

/// What a test needs of the marketplace in one line each.
extension World {
  /// An open shop, with an account that is mapped to it.
  /// - Returns: the account's id.
  @discardableResult
  public func addShop(_ id: Int64 = 1, mapped: Bool = true) throws -> String {
    mirakl.addShop(SandboxShop(id: id, name: "Shop \(id)"))
    let account = stripe.createAccount(metadata: ["miraklShopId": String(id)])
    if mapped { try map(shop: id, to: account) }
    return account
  }

  public func map(shop: Int64, to account: String) throws {
    let nowMs = clock.nowMs
    _ = try Store(database).write {
      try $0.insertMapping(shop: ShopID(shop), account: try AccountID(account), nowMs: nowMs)
    }
  }

  public func setIgnored(shop: Int64, _ isIgnored: Bool) throws {
    let nowMs = clock.nowMs
    try Store(database).write { transaction in
      guard var mapping = try transaction.mapping(shop: ShopID(shop)) else { return }
      mapping.isIgnored = isIgnored
      try transaction.updateMapping(mapping, nowMs: nowMs)
    }
  }

  /// An order of 100.00 EUR, tax included, less 10.00 commission: 90.00 for the seller.
  public func addOrder(
    _ id: String = "O-1-A", basket: String = "O-1", shop: Int64 = 1, state: String = "SHIPPING",
    price: String = "100.00", commission: String = "10.00", taxes: [SandboxOrder.Tax] = [],
    taxMode: String = "TAX_INCLUDED", currency: String = "EUR", transaction: String? = nil,
    debited: Bool = true
  ) {
    var order = SandboxOrder(
      id: id, commercialID: basket, shopID: shop, state: state, currency: currency,
      taxMode: taxMode,
      lines: [SandboxOrder.Line(price: price, taxes: taxes, commissionFee: commission)],
      transactionNumber: transaction, customerDebitedMs: debited ? clock.nowMs : nil)
    order.createdMs = clock.nowMs
    mirakl.addOrder(order)
  }

  /// A payment for a basket.
  @discardableResult
  public func pay(
    _ amount: Int64 = 100_00, basket: String? = "O-1", currency: String = "eur",
    outcome: NewCharge.Outcome = .captured, _ adjust: (inout NewCharge) -> Void = { _ in }
  ) -> ChargeIDs {
    var charge = NewCharge(amount: amount, currency: currency, outcome: outcome)
    if let basket { charge.metadata = ["mirakl_order_id": basket] }
    adjust(&charge)
    return stripe.createCharge(charge)
  }
}
