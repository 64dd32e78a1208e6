import Sandbox

/// One order of the demonstration: its figures in whole minor units, and what Mirakl shows of it.
struct DemoOrder {
  /// What happens to an order.
  enum Fate: CaseIterable {
    /// Accepted from the start.
    case plain
    /// Waits for the seller, is accepted later.
    case lateAcceptance
    /// Refused by the seller.
    case refused
  }

  /// A line of goods, or a service with one option.
  struct Line {
    let price: Int64
    /// Of a service: its option.
    let shipping: Int64
    let tax: Int64
    let shippingTax: Int64
    let fee: Int64
  }

  let id: String
  let shop: Int64
  let isService: Bool
  let fate: Fate
  /// Whether prices hold the taxes already.
  let includesTaxes: Bool
  let lines: [Line]

  /// What the customer pays, taxes included.
  var gross: Int64 {
    lines.reduce(0) {
      $0 + $1.price + $1.shipping + (includesTaxes ? 0 : $1.tax + $1.shippingTax)
    }
  }
  var commission: Int64 { lines.reduce(0) { $0 + $1.fee } }
  /// What the tax account gets: every tax of goods; of services those on top of the price.
  var tax: Int64 {
    isService && includesTaxes ? 0 : lines.reduce(0) { $0 + $1.tax + $1.shippingTax }
  }
  var sellerShare: Int64 { gross - commission - tax }

  var taxMode: String { includesTaxes ? "TAX_INCLUDED" : "TAX_EXCLUDED" }

  /// As a product order of Mirakl's.
  func product(
    basket: String, currency: DemoCurrency, state: String, debitedMs: Int64?
  ) -> SandboxOrder {
    func taxes(_ amount: Int64) -> [SandboxOrder.Tax] {
      amount == 0 ? [] : [.init(currency.text(amount))]
    }
    return SandboxOrder(
      id: id, commercialID: basket, shopID: shop, state: state, currency: currency.code,
      taxMode: taxMode,
      lines: lines.map { line in
        SandboxOrder.Line(
          price: currency.text(line.price), shippingPrice: currency.text(line.shipping),
          taxes: taxes(line.tax), shippingTaxes: taxes(line.shippingTax),
          commissionFee: currency.text(line.fee))
      }, customerDebitedMs: debitedMs)
  }

  /// As a service order of Mirakl's.
  func service(basket: String, currency: DemoCurrency, state: String) -> SandboxServiceOrder {
    let line = lines[0]
    var order = SandboxServiceOrder(
      id: id, commercialID: basket, shopID: shop, state: state, currency: currency.code,
      price: currency.text(line.price), commission: currency.text(commission))
    order.taxes = [currency.text(line.tax)]
    order.options = [.init(currency.text(line.shipping), taxes: [currency.text(line.shippingTax)])]
    // Mirakl leaves the mode out where taxes are on top.
    order.taxMode = includesTaxes ? taxMode : nil
    return order
  }
}

/// A refund of the demonstration, and what must come of it.
struct DemoRefund {
  let id: String
  let order: String
  let currency: DemoCurrency
  /// What the customer gets back.
  let amount: Int64
  /// What of the commission the seller gets back.
  let commission: Int64
  /// What the tax account gives back.
  let tax: Int64
  /// What the seller gives back.
  var share: Int64 { amount - commission - tax }
}

extension DemoOrder {
  /// What part of a line goes back to the customer.
  enum RefundKind: CaseIterable {
    /// A quarter of the first line's price.
    case part
    /// Every line, shipping and all.
    case whole
    /// The shipping of the first line, with its taxes.
    case shipping
  }

  /// A part of a line.
  private func cut(_ line: Line, _ kind: RefundKind, step: Int64) -> Line {
    func quarter(_ amount: Int64) -> Int64 { amount / 4 / step * step }
    switch kind {
    case .whole: return line
    case .part:
      return Line(
        price: quarter(line.price), shipping: 0, tax: quarter(line.tax), shippingTax: 0,
        fee: quarter(line.fee))
    case .shipping:
      return Line(
        price: 0, shipping: line.shipping, tax: 0, shippingTax: line.shippingTax, fee: 0)
    }
  }

  /// Asks Mirakl for it.
  /// - Parameter id: Of the first refund; each line has its own.
  func ask(
    _ mirakl: MiraklSandbox, _ kind: RefundKind, id: Int, _ currency: DemoCurrency
  ) -> [DemoRefund] {
    let parts = kind == .whole ? Array(lines.enumerated()) : Array(lines.enumerated().prefix(1))
    return parts.compactMap { index, line in
      let part = cut(line, kind, step: currency.step)
      let one = DemoOrder(
        id: self.id, shop: shop, isService: isService, fate: fate, includesTaxes: includesTaxes,
        lines: [part])
      guard one.sellerShare > 0 else { return nil }
      let refund = DemoRefund(
        id: isService ? "S-\(id)" : "\(id + index)", order: self.id, currency: currency,
        amount: one.gross, commission: one.commission, tax: one.tax)
      if isService {
        var asked = SandboxServiceRefund(
          id: refund.id, orderID: self.id, amount: currency.text(refund.amount),
          currency: currency.code, taxes: [currency.text(part.tax + part.shippingTax)],
          commission: currency.text(refund.commission))
        asked.listsCommission = false
        mirakl.addServiceRefund(asked)
      } else {
        mirakl.addRefund(
          refund.id, order: self.id, line: index, amount: currency.text(part.price),
          shippingAmount: currency.text(part.shipping),
          commission: currency.text(refund.commission),
          taxes: part.tax == 0 ? [] : [.init(currency.text(part.tax))],
          shippingTaxes: part.shippingTax == 0 ? [] : [.init(currency.text(part.shippingTax))])
      }
      return refund
    }
  }
}
