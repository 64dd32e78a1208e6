import Domain
import Engine
import Sandbox
import Store
import TestSupport

/// A shop with an account, money on it, and billing documents.
struct SettlementWorld {
  let world: World
  let account: String

  init(
    funds: Int64 = 1_000_00, currency: String = "eur", payoutEnabled: Bool = true,
    _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws {
    world = try World(seed: 1, adjust)
    account = try world.addShop(1)
    if payoutEnabled { try setPayoutEnabled(true) }
    if funds > 0 { world.stripe.addFunds(funds, currency: currency, to: account) }
    world.stripe.addFunds(1_000_00, currency: currency)
  }

  func setPayoutEnabled(_ isEnabled: Bool) throws {
    let nowMs = world.clock.nowMs
    try Store(world.database).write { transaction in
      guard var mapping = try transaction.mapping(shop: ShopID(1)) else { return }
      mapping.payoutEnabled = isEnabled
      try transaction.updateMapping(mapping, nowMs: nowMs)
    }
  }

  /// A document of shop 1 that pays 801.00 EUR.
  func addInvoice(
    _ id: Int64 = 7, amount: String = "801.00", _ adjust: (inout SandboxInvoice) -> Void = { _ in }
  ) {
    var invoice = SandboxInvoice(id: id, shopID: 1, amountTransferred: amount)
    adjust(&invoice)
    world.mirakl.addInvoice(invoice)
  }

  /// Webhooks, a settlement pass, and all that follows, in a new process.
  @discardableResult
  func run(
    shop: Int64? = nil, _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> PassReport {
    let process = try world.start(adjust)
    process.receiveAll()
    let report = try SettlementPass(process.engine, shop: shop.map { ShopID($0) }).run()
    try process.engine.drain()
    return report
  }

  /// Webhooks and what they cause, without a pass.
  func react() throws {
    let process = try world.start()
    process.receiveAll()
    try process.engine.drain()
  }

  func payout(_ id: Int64 = 7) throws -> PayoutRecord? {
    try Store(world.database).read { try $0.payout(invoice: id) }
  }

  func status(_ id: Int64 = 7) throws -> PayoutRecord.Status? { try payout(id)?.status }

  func leg(_ kind: TransferRecord.Kind, _ id: Int64 = 7) throws -> TransferRecord? {
    try Store(world.database).read { try $0.transfer(kind, .seller, miraklID: String(id)) }
  }

  func document(_ id: Int64 = 7) throws -> DocumentRecord? {
    try Store(world.database).read { try $0.document(id) }
  }

  func available(_ account: String, _ currency: String = "eur") -> Int64 {
    world.stripe.balances[account]?[currency]?.available ?? 0
  }

  var stripe: StripeSandbox { world.stripe }
  var payouts: [SandboxPayout] { world.stripe.payouts }
  var transfers: [SandboxTransfer] { world.stripe.transfers }
}
