import Sandbox

/// Compares what Stripe's books say with what the marketplace asked for, to the minor unit.
struct Reconciliation {
  /// The sums of one currency, in minor units.
  struct Row {
    var charges = 0
    var captured: Int64 = 0
    var transfers = 0
    var transferred: Int64 = 0
    var taxes: Int64 = 0
    var commission: Int64 = 0
    var stays: Int64 = 0
    var disputed: Int64 = 0
    var drift: Int64 { captured - transferred - taxes - commission - stays - disputed }
  }

  private(set) var rows: [DemoCurrency: Row] = [:]
  /// Each a sentence; empty when everything is as it must be.
  private(set) var problems: [String] = []

  /// - Parameters:
  ///   - chargeOfBasket: The charge that was made for each basket.
  ///   - accountOfShop: Who must be paid for each shop.
  ///   - taxAccount: Who must get the taxes.
  init(
    _ marketplace: DemoMarketplace, _ stripe: StripeSandbox, chargeOfBasket: [String: String],
    accountOfShop: [Int64: String], taxAccount: String
  ) {
    let charges = Dictionary(uniqueKeysWithValues: stripe.charges.map { ($0.id, $0) })
    let transfers = Dictionary(grouping: stripe.transfers) { $0.sourceTransaction ?? "none" }
    for basket in marketplace.baskets {
      guard let id = chargeOfBasket[basket.id], let charge = charges[id] else {
        problems.append("basket \(basket.id) has no charge")
        continue
      }
      let made = transfers[id] ?? []
      judge(basket, made, accountOfShop, taxAccount)
      if charge.amountCaptured != basket.captured {
        problems.append(
          "basket \(basket.id): captured \(charge.amountCaptured), due \(basket.captured)")
      }
      var row = rows[basket.currency] ?? Row()
      row.charges += charge.amountCaptured > 0 ? 1 : 0
      row.captured += charge.amountCaptured
      row.transfers += made.count
      for transfer in made {
        if transfer.destination == taxAccount {
          row.taxes += transfer.amount
        } else {
          row.transferred += transfer.amount
        }
      }
      row.commission += basket.payable.reduce(0) { $0 + $1.commission }
      row.stays += basket.stays
      row.disputed += basket.disputed
      rows[basket.currency] = row
    }
    for transfer in stripe.transfers
    where transfer.sourceTransaction == nil && transfer.owner == stripe.platformID {
      problems.append("transfer \(transfer.id) draws on the platform's balance")
    }
    for (currency, row) in rows where row.drift != 0 {
      problems.append("\(currency.code) drifts by \(currency.text(row.drift))")
    }
  }

  private mutating func judge(
    _ basket: DemoMarketplace.Basket, _ made: [SandboxTransfer], _ accounts: [Int64: String],
    _ taxAccount: String
  ) {
    var expected: [String: (amount: Int64, account: String?)] = [:]
    for order in basket.payable {
      expected[order.id] = (order.sellerShare, accounts[order.shop])
      if order.tax > 0 { expected[order.id + "_TAX"] = (order.tax, taxAccount) }
    }
    for transfer in made {
      let id = transfer.metadata["miraklId"] ?? "?"
      guard let order = expected.removeValue(forKey: id) else {
        problems.append("order \(id) was paid twice, or must not be paid: \(transfer.id)")
        continue
      }
      if transfer.amount != order.amount {
        problems.append("order \(id): paid \(transfer.amount), due \(order.amount)")
      }
      if transfer.destination != order.account {
        problems.append("order \(id): paid to \(transfer.destination)")
      }
    }
    for id in expected.keys.sorted() { problems.append("order \(id) was not paid") }
  }

  var isBalanced: Bool { problems.isEmpty }

  /// The table, one line per currency.
  func table() -> [String] {
    let head = [
      "", "charges", "captured", "transfers", "to sellers", "taxes", "commission", "operator",
      "disputed", "drift",
    ]
    var lines = [head]
    for (currency, row) in rows.sorted(by: { $0.key.code < $1.key.code }) {
      lines.append([
        currency.code, "\(row.charges)", currency.text(row.captured), "\(row.transfers)",
        currency.text(row.transferred), currency.text(row.taxes), currency.text(row.commission),
        currency.text(row.stays), currency.text(row.disputed), currency.text(row.drift),
      ])
    }
    return TextTable.lines(lines)
  }
}
