import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

/// One cell of the matrix, with its own arithmetic: every figure is a whole number of tenths of the
/// smallest amount that Stripe takes in the currency, so that each has a digit too many, and no
/// type of the product is used to work out what must come of it.
struct TaxMatrixCell: CustomStringConvertible, Sendable {
  enum Refund: CaseIterable { case none, part, whole }

  /// A line of goods with its shipping, or a service with an option.
  struct Line {
    var price: Int64
    var shipping: Int64
    var tax: Int64
    var shippingTax: Int64
    var fee: Int64
  }

  let currency: String
  /// Decimals of a tenth.
  let digits: Int
  /// Minor units of Stripe's smallest amount.
  let step: Int64
  let isService: Bool
  let isIncluded: Bool
  let taxesShipping: Bool
  let isSplit: Bool
  let refund: Refund

  static let all: [TaxMatrixCell] = {
    let currencies: [(code: String, digits: Int, step: Int64)] = [
      ("JPY", 1, 1), ("EUR", 3, 1), ("KWD", 3, 10),
    ]
    var cells: [TaxMatrixCell] = []
    for currency in currencies {
      for switches in 0..<16 {
        for refund in Refund.allCases {
          cells.append(
            TaxMatrixCell(
              currency: currency.code, digits: currency.digits, step: currency.step,
              isService: switches & 1 != 0, isIncluded: switches & 2 != 0,
              taxesShipping: switches & 4 != 0, isSplit: switches & 8 != 0, refund: refund))
        }
      }
    }
    return cells
  }()

  var description: String {
    [
      currency, isService ? "service" : "product", isIncluded ? "included" : "excluded",
      taxesShipping ? "shipping tax" : "no shipping tax", isSplit ? "split" : "no split",
      "refund \(refund)",
    ].joined(separator: ", ")
  }

  var lines: [Line] {
    let first = Line(
      price: 100_033, shipping: 7_504, tax: 20_007, shippingTax: taxesShipping ? 1_501 : 0,
      fee: 10_005)
    let second = Line(price: 50_001, shipping: 0, tax: 10_004, shippingTax: 0, fee: 5_000)
    return isService ? [first] : [first, second]
  }

  /// What is refunded: a line each. A service has two refunds of its one price.
  var refunded: [Line] {
    switch refund {
    case .none: []
    case .whole: lines
    case .part:
      [
        Line(
          price: 25_003, shipping: 1_502, tax: 5_001, shippingTax: taxesShipping ? 302 : 0,
          fee: 2_502),
        Line(price: 10_001, shipping: 0, tax: 2_002, shippingTax: 0, fee: 1_000),
      ]
    }
  }

  func gross(_ line: Line) -> Int64 {
    line.price + line.shipping + (isIncluded ? 0 : line.tax + line.shippingTax)
  }

  /// What goes to the tax account: every tax of goods; of a service those on top of the price.
  func tax(_ line: Line) -> Int64 {
    isSplit && !(isService && isIncluded) ? line.tax + line.shippingTax : 0
  }

  func seller(_ line: Line) -> Int64 { gross(line) - tax(line) - line.fee }

  /// A sum of tenths in minor units: half away from zero, once.
  func rounded(_ tenths: Int64) -> Int64 { (tenths + 5) / 10 * step }

  func sum(_ lines: [Line], _ part: (Line) -> Int64) -> Int64 {
    lines.reduce(0) { $0 + part($1) }
  }

  func text(_ tenths: Int64) -> String {
    let all = String(tenths)
    let padded = String(repeating: "0", count: max(0, digits + 1 - all.count)) + all
    return padded.dropLast(digits) + "." + padded.suffix(digits)
  }
}

@Suite struct TaxMatrixTests {
  private static let topUp: Int64 = 10_000_000
  private static let operatorGoods: Int64 = 1_230

  @Test(
    "every account holds what it must, to the minor unit; after a full refund nothing (T1, T2, R4)",
    arguments: TaxMatrixCell.all)
  func matrix(_ cell: TaxMatrixCell) throws {
    let world = try World.refunding { $0.paysServiceOrders = true }
    let seller = try world.addShop()
    let tax = world.stripe.createAccount()
    let code = cell.currency.lowercased()
    world.stripe.addFunds(Self.topUp, currency: code)
    let charged =
      cell.rounded(cell.sum(cell.lines, cell.gross) + 9) + Self.operatorGoods * cell.step
    sell(cell, world, charged)
    let process = try world.start { $0.split.taxAccount = cell.isSplit ? .of(tax) : nil }
    try process.run()
    try process.run()

    let sellerPaid = cell.rounded(cell.sum(cell.lines, cell.seller))
    let taxPaid = cell.rounded(cell.sum(cell.lines, cell.tax))
    #expect(world.balance(seller, code) == sellerPaid)
    #expect(world.balance(tax, code) == taxPaid)

    askForRefunds(cell, world)
    for _ in 1...2 {
      try process.refundRun()
      world.clock.advance(byMs: 600_000)
    }
    let sellerLeft = sellerPaid - cell.rounded(cell.sum(cell.refunded, cell.seller))
    let taxLeft = taxPaid - cell.rounded(cell.sum(cell.refunded, cell.tax))
    let givenBack = cell.refunded.reduce(0) { $0 + cell.rounded(cell.gross($1)) }
    #expect(world.stripe.refunds.reduce(0) { $0 + $1.amount } == givenBack)
    #expect(world.balance(seller, code) == sellerLeft)
    #expect(world.balance(tax, code) == taxLeft)
    #expect(
      world.balance(world.stripe.platformID, code)
        == Self.topUp + charged - givenBack - sellerLeft - taxLeft)
    if cell.refund == .whole { #expect(sellerLeft == 0 && taxLeft == 0) }
    #expect(
      world.mirakl.orderRefunds.allSatisfy { $0.state == "REFUNDED" }
        && world.mirakl.serviceRefunds.allSatisfy { $0.state == "OK" })
    #expect(try process.openJobs() == 0)
  }

  private func sell(_ cell: TaxMatrixCell, _ world: World, _ charged: Int64) {
    world.pay(charged, basket: "S-1", currency: cell.currency.lowercased()) { $0.isSettled = true }
    if cell.isService {
      let line = cell.lines[0]
      world.addService(debit: nil) { order in
        order.currency = cell.currency
        order.price = cell.text(line.price)
        order.taxes = [cell.text(line.tax)]
        order.options = [
          .init(
            cell.text(line.shipping),
            taxes: line.shippingTax > 0 ? [cell.text(line.shippingTax)] : [])
        ]
        order.commission = cell.text(line.fee)
        order.taxMode = cell.isIncluded ? "TAX_INCLUDED" : nil
      }
      world.mirakl.addServiceDebit(
        SandboxServiceDebit(
          id: "D-1", orderID: "S-1-A", amount: cell.text(cell.gross(line)),
          currency: cell.currency, state: "OK"))
    } else {
      var order = SandboxOrder(
        id: "S-1-A", commercialID: "S-1", shopID: 1, currency: cell.currency,
        taxMode: cell.isIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED",
        lines: cell.lines.map { line in
          SandboxOrder.Line(
            price: cell.text(line.price), shippingPrice: cell.text(line.shipping),
            taxes: [.init(cell.text(line.tax))], shippingTaxes: taxes(cell, line.shippingTax),
            commissionFee: cell.text(line.fee))
        }, customerDebitedMs: world.clock.nowMs)
      order.createdMs = world.clock.nowMs
      world.mirakl.addOrder(order)
    }
  }

  private func taxes(_ cell: TaxMatrixCell, _ amount: Int64) -> [SandboxOrder.Tax] {
    amount > 0 ? [.init(cell.text(amount))] : []
  }

  private func askForRefunds(_ cell: TaxMatrixCell, _ world: World) {
    for (index, line) in cell.refunded.enumerated() {
      if cell.isService {
        var refund = SandboxServiceRefund(
          id: "R-\(index)", orderID: "S-1-A", amount: cell.text(cell.gross(line)),
          currency: cell.currency, taxes: [cell.text(line.tax + line.shippingTax)],
          commission: cell.text(line.fee))
        // Only SOR11 knows the commission and the taxes.
        refund.listsCommission = false
        world.mirakl.addServiceRefund(refund)
      } else {
        world.mirakl.addRefund(
          "R-\(index)", order: "S-1-A", line: index, amount: cell.text(line.price),
          shippingAmount: cell.text(line.shipping), commission: cell.text(line.fee),
          taxes: [.init(cell.text(line.tax))], shippingTaxes: taxes(cell, line.shippingTax))
      }
    }
  }
}
