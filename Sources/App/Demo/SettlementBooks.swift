import Sandbox

/// The second half of the demonstration's books: what went back to customers, and what every seller
/// was paid out. Whole numbers of minor units, and no type of the product.
struct SettlementBooks {
  struct Refund {
    let id: String
    let order: String
    let currency: DemoCurrency
    let amount: Int64
    /// What of the commission the seller gets back.
    let commission: Int64
    /// What the seller gives back.
    var share: Int64 { amount - commission }
  }

  struct Document {
    let id: Int64
    let account: String
    let currency: DemoCurrency
    /// What the seller owes for the subscription.
    let subscription: Int64
    /// What is paid out.
    let payout: Int64
  }

  struct Row {
    var refunded: Int64 = 0
    var reversed: Int64 = 0
    var subscriptions: Int64 = 0
    var paidOut: Int64 = 0
    var left: Int64 = 0
  }

  private(set) var rows: [DemoCurrency: Row] = [:]
  private(set) var problems: [String] = []

  init(
    _ refunds: [Refund], _ documents: [Document], _ stripe: StripeSandbox, _ mirakl: MiraklSandbox
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

  private mutating func judge(_ refunds: [Refund], _ stripe: StripeSandbox) {
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
      rows[refund.currency, default: Row()].refunded += given.reduce(0, +)
      rows[refund.currency, default: Row()].reversed += taken.reduce(0, +)
    }
    if stripe.refunds.count != refunds.count || stripe.reversals.count != refunds.count {
      problems.append(
        "\(stripe.refunds.count) refunds and \(stripe.reversals.count) reversals were made for "
          + "\(refunds.count) asked for")
    }
  }

  private mutating func judge(
    _ documents: [Document], _ stripe: StripeSandbox, _ mirakl: MiraklSandbox
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
      rows[document.currency, default: Row()].paidOut += payouts.reduce(0, +)
    }
  }

  var isBalanced: Bool { problems.isEmpty }

  /// The table, one line per currency.
  func table() -> [String] {
    let head = ["", "refunded", "reversed", "subscriptions", "paid out", "left with sellers"]
    return TextTable.lines(
      [head]
        + rows.sorted { $0.key.code < $1.key.code }.map { currency, row in
          [
            currency.code, currency.text(row.refunded), currency.text(row.reversed),
            currency.text(row.subscriptions), currency.text(row.paidOut), currency.text(row.left),
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
