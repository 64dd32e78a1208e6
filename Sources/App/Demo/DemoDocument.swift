import Sandbox

/// A billing document of the demonstration, and what must come of it. Whole minor units.
struct DemoDocument {
  let id: Int64
  let shop: Int64
  let account: String
  let currency: DemoCurrency
  /// What the seller pays for the subscription.
  let subscription: Int64
  /// What is paid out.
  let payout: Int64
  /// What the seller cannot pay: a subscription without anything to pay it from.
  let owed: Int64

  var invoice: SandboxInvoice {
    var invoice = SandboxInvoice(
      id: id, shopID: shop, amountTransferred: currency.text(payout - owed))
    invoice.currency = currency.code
    invoice.subscription = currency.text(-(subscription + owed))
    return invoice
  }

  /// A document per seller and currency that pays out what is there, less a subscription for every
  /// second seller. Of those who have nothing left, the first owes its subscription.
  static func close(_ stage: DemoStage, _ refunds: [DemoRefund]) -> [DemoDocument] {
    var earned: [Int64: [DemoCurrency: Int64]] = [:]
    let given = refunds.reduce(into: [String: Int64]()) { $0[$1.order, default: 0] += $1.share }
    for basket in stage.marketplace.baskets {
      for order in basket.payable {
        earned[order.shop, default: [:]][basket.currency, default: 0] +=
          order.sellerShare - (given[order.id] ?? 0)
      }
    }
    let idle = stage.marketplace.shops.first { earned[$0]?[DemoCurrency.all[0]] ?? 0 == 0 }
    if let idle { earned[idle, default: [:]][DemoCurrency.all[0]] = 0 }
    var documents: [DemoDocument] = []
    for (shop, currencies) in earned.sorted(by: { $0.key < $1.key }) {
      for (currency, amount) in currencies.sorted(by: { $0.key.code < $1.key.code }) {
        let fee = 99 * currency.step
        let subscription = shop.isMultiple(of: 2) ? min(amount, fee) : 0
        let owes = shop == idle && currency == DemoCurrency.all[0]
        documents.append(
          DemoDocument(
            id: Int64(documents.count + 70_001), shop: shop,
            account: stage.accountOfShop[shop] ?? "", currency: currency,
            subscription: subscription, payout: amount - subscription, owed: owes ? fee : 0))
      }
    }
    return documents
  }
}
