import Sandbox

/// The books of the demonstration, made of independent views: order by order, refund by refund and
/// document by document, the balances that Stripe holds at the end, and what Mirakl was told.
struct DemoBooks {
  /// What the operator keeps at Stripe in each currency for refunds, in minor units.
  static let topUp: Int64 = 100_000_000

  let split: Reconciliation
  let settled: SettlementBooks
  let balances: BalanceBooks
  let problems: [String]

  init(
    _ stage: DemoStage, refunds: [DemoRefund], documents: [DemoDocument], rows: [DemoServer.Row],
    isDone: Bool
  ) {
    split = Reconciliation(
      stage.marketplace, stage.stripe, chargeOfBasket: stage.chargeOfBasket,
      accountOfShop: stage.accountOfShop, taxAccount: stage.taxAccount)
    settled = SettlementBooks(refunds, documents, stage.stripe, stage.mirakl)
    balances = BalanceBooks(stage, refunds, documents, topUp: Self.topUp)
    problems =
      (isDone ? [] : ["not everything was settled in time"])
      + split.problems + settled.problems + balances.problems
      + MiraklBooks.problems(stage) + Self.unreported(documents, rows)
  }

  /// What a seller owes must be shown to the operator, with its reason.
  private static func unreported(
    _ documents: [DemoDocument], _ rows: [DemoServer.Row]
  ) -> [String] {
    documents.filter { $0.owed > 0 }.compactMap { document in
      let row = rows.first {
        $0.type == "TRANSFER_SUBSCRIPTION" && $0.miraklId == "\(document.id)"
      }
      guard let row, row.isOpen, row.amount == document.owed, row.statusReason != nil else {
        return "document \(document.id): the debt is not reported"
      }
      return nil
    }
  }

  func tables() -> [[String]] { [split.table(), settled.table(), balances.table()] }
}

/// What Mirakl was told must be what Stripe did.
enum MiraklBooks {
  static func problems(_ stage: DemoStage) -> [String] {
    var problems: [String] = []
    let debits = Dictionary(
      uniqueKeysWithValues: stage.mirakl.serviceDebits.map { ($0.orderID, $0) })
    for basket in stage.marketplace.baskets {
      let charge = stage.chargeOfBasket[basket.id]
      for order in basket.payable {
        if order.isService {
          let debit = debits[order.id]
          if debit?.state != "OK" || debit?.transactionNumber != charge {
            problems.append("service \(order.id): its debit was not confirmed with its charge")
          }
        } else if order.fate == .lateAcceptance || basket.payment == .lateCapture {
          let known = stage.mirakl.order(order.id)
          if known?.state != "SHIPPING" || known?.transactionNumber != charge {
            problems.append("order \(order.id): its debit was not confirmed with its charge")
          }
        }
      }
    }
    let made = stage.stripe.refunds.reduce(into: [String: String]()) {
      $0[$1.metadata["miraklRefundId"] ?? "?"] = $1.id
    }
    let told =
      stage.mirakl.orderRefunds.map { ($0.id, $0.transactionNumber) }
      + stage.mirakl.serviceRefunds.map { ($0.id, $0.transactionNumber) }
    for (id, number) in told where number == nil || number != made[id] {
      problems.append("refund \(id): Mirakl was told \(number ?? "nothing")")
    }
    return problems
  }
}

/// What Stripe holds in the end, against what must be there.
struct BalanceBooks {
  struct Row {
    var platform: Int64 = 0
    var operatorDue: Int64 = 0
    var taxes: Int64 = 0
    var taxesDue: Int64 = 0
    var drift: Int64 { platform - operatorDue + taxes - taxesDue }
  }

  private(set) var rows: [DemoCurrency: Row] = [:]
  private(set) var problems: [String] = []

  init(
    _ stage: DemoStage, _ refunds: [DemoRefund], _ documents: [DemoDocument], topUp: Int64
  ) {
    for basket in stage.marketplace.baskets {
      var row = rows[basket.currency] ?? Row()
      row.operatorDue += basket.stays + basket.payable.reduce(0) { $0 + $1.commission }
      row.taxesDue += basket.payable.reduce(0) { $0 + $1.tax }
      rows[basket.currency] = row
    }
    for refund in refunds {
      rows[refund.currency, default: Row()].operatorDue -= refund.commission
      rows[refund.currency, default: Row()].taxesDue -= refund.tax
    }
    for document in documents {
      rows[document.currency, default: Row()].operatorDue += document.subscription
    }
    let held = stage.stripe.balances
    for currency in rows.keys {
      let code = currency.code.lowercased()
      let platform = (held[stage.stripe.platformID]?[code]?.total ?? 0) - topUp
      let taxes = held[stage.taxAccount]?[code]?.total ?? 0
      rows[currency]?.platform = platform
      rows[currency]?.taxes = taxes
      guard let row = rows[currency] else { continue }
      if platform != row.operatorDue {
        problems.append(
          "\(code): the platform holds \(currency.text(platform)), due "
            + currency.text(row.operatorDue))
      }
      if taxes != row.taxesDue {
        problems.append(
          "\(code): the tax account holds \(currency.text(taxes)), due "
            + currency.text(row.taxesDue))
      }
    }
  }

  /// The table, one line per currency.
  func table() -> [String] {
    let head = ["", "platform holds", "due to it", "tax account holds", "due to it", "drift"]
    return TextTable.lines(
      [head]
        + rows.sorted { $0.key.code < $1.key.code }.map { currency, row in
          [
            currency.code, currency.text(row.platform), currency.text(row.operatorDue),
            currency.text(row.taxes), currency.text(row.taxesDue), currency.text(row.drift),
          ]
        })
  }
}
