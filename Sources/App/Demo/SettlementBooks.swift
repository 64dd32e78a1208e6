import Sandbox

/// The second half of the demonstration's books: what went back to customers, and what every seller
/// was paid out. Whole numbers of minor units, and no type of the product.
struct SettlementBooks {
  struct Row {
    var refunded: Int64 = 0
    var reversed: Int64 = 0
    var taxesReversed: Int64 = 0
    var commission: Int64 = 0
    var drift: Int64 { refunded - reversed - taxesReversed - commission }
    var subscriptions: Int64 = 0
    var paidOut: Int64 = 0
    var owed: Int64 = 0
    var left: Int64 = 0
  }

  private(set) var rows: [DemoCurrency: Row] = [:]
  private(set) var problems: [String] = []

  init(
    _ refunds: [DemoRefund], _ documents: [DemoDocument], _ stripe: StripeSandbox,
    _ mirakl: MiraklSandbox
  ) {
    judge(refunds, stripe)
    judge(documents, stripe, mirakl)
    for document in documents {
      let code = document.currency.code.lowercased()
      let left = stripe.balances[document.account]?[code]?.total ?? 0
      rows[document.currency, default: Row()].left += left
      if left != 0 {
        problems.append("\(document.account) still has \(document.currency.text(left)) \(code)")
      }
    }
  }

  private mutating func judge(_ refunds: [DemoRefund], _ stripe: StripeSandbox) {
    let made = Dictionary(grouping: stripe.refunds) { $0.metadata["miraklRefundId"] ?? "?" }
    let reversed = Dictionary(grouping: stripe.reversals) { $0.metadata["miraklId"] ?? "?" }
    for refund in refunds {
      let given = made[refund.id]?.map(\.amount) ?? []
      if given != [refund.amount] {
        problems.append("refund \(refund.id): given back \(given), due [\(refund.amount)]")
      }
      let taken = reversed[refund.id]?.map(\.amount) ?? []
      if taken != [refund.share] {
        problems.append("refund \(refund.id): reversed \(taken), due [\(refund.share)]")
      }
      let taxes = reversed[refund.id + "_TAX"]?.map(\.amount) ?? []
      if taxes != (refund.tax > 0 ? [refund.tax] : []) {
        problems.append("refund \(refund.id): taxes reversed \(taxes), due [\(refund.tax)]")
      }
      rows[refund.currency, default: Row()].taxesReversed += taxes.reduce(0, +)
      rows[refund.currency, default: Row()].commission += refund.commission
      rows[refund.currency, default: Row()].refunded += given.reduce(0, +)
      rows[refund.currency, default: Row()].reversed += taken.reduce(0, +)
    }
    let reversals = refunds.reduce(0) { $0 + ($1.tax > 0 ? 2 : 1) }
    if stripe.refunds.count != refunds.count || stripe.reversals.count != reversals {
      problems.append(
        "\(stripe.refunds.count) refunds and \(stripe.reversals.count) reversals were made, due "
          + "\(refunds.count) and \(reversals)")
    }
    for (currency, row) in rows where row.drift != 0 {
      problems.append("refunds in \(currency.code) drift by \(currency.text(row.drift))")
    }
  }

  private mutating func judge(
    _ documents: [DemoDocument], _ stripe: StripeSandbox, _ mirakl: MiraklSandbox
  ) {
    let paid = Dictionary(grouping: stripe.payouts) { $0.metadata["invoiceId"] ?? "?" }
    let debits = Dictionary(grouping: stripe.transfers.filter { $0.owner != stripe.platformID }) {
      $0.metadata["miraklId"] ?? "?"
    }
    let states = Dictionary(uniqueKeysWithValues: mirakl.invoices.map { ($0.id, $0.paymentState) })
    for document in documents {
      let payouts = paid["\(document.id)"]?.map(\.amount) ?? []
      let due = document.payout > 0 ? [document.payout] : []
      if payouts != due {
        problems.append("document \(document.id): paid out \(payouts), due \(due)")
      }
      let taken = debits["\(document.id)"]?.map(\.amount) ?? []
      let owed = document.subscription > 0 ? [document.subscription] : []
      if taken != owed {
        problems.append("document \(document.id): subscription \(taken), due \(owed)")
      }
      if document.payout > 0, states[document.id] != "PAID" {
        problems.append("document \(document.id) is not PAID in Mirakl")
      }
      rows[document.currency, default: Row()].subscriptions += taken.reduce(0, +)
      rows[document.currency, default: Row()].owed += document.owed
      rows[document.currency, default: Row()].paidOut += payouts.reduce(0, +)
    }
  }

  var isBalanced: Bool { problems.isEmpty }

  /// The table, one line per currency.
  func table() -> [String] {
    let head = [
      "", "refunded", "by sellers", "taxes", "commission", "subscriptions", "paid out", "owed",
      "left with sellers", "drift",
    ]
    return TextTable.lines(
      [head]
        + rows.sorted { $0.key.code < $1.key.code }.map { currency, row in
          [
            currency.code, currency.text(row.refunded), currency.text(row.reversed),
            currency.text(row.taxesReversed), currency.text(row.commission),
            currency.text(row.subscriptions), currency.text(row.paidOut), currency.text(row.owed),
            currency.text(row.left), currency.text(row.drift),
          ]
        })
  }
}

/// Columns of text, aligned to the right.
enum TextTable {
  static func lines(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { cells in
      zip(cells, widths).map { cell, width in
        String(repeating: " ", count: width - cell.count) + cell
      }.joined(separator: "  ")
    }
  }
}
