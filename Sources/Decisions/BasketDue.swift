import Domain

/// What Mirakl wants for one basket, in major units: nothing rounded.
public struct BasketDue: Hashable, Sendable {
  /// For every order that is neither refused nor canceled.
  public var total: MajorAmount
  /// The part of it that Mirakl was not told OK for yet.
  public var open: MajorAmount

  public init(total: MajorAmount, open: MajorAmount) {
    self.total = total
    self.open = open
  }
}

/// Σ of all Mirakl orders of a basket (C1).
///
/// For a debit that Mirakl waits for counts Mirakl's own figure; for an order before or after that
/// counts what OR11 says of it. An order that the customer pays to the seller counts for nothing.
/// - Parameters:
///   - orders: Every product order of the basket (OR11).
///   - waiting: The debits of the basket that Mirakl waits for (PA11, SPA11).
///   - confirmedServices: The service debits of the basket that Mirakl was told OK for.
public func basketDue(
  orders: [OrderSnapshot], waiting: [Debit], confirmedServices: [Debit]
) -> BasketDue {
  let debits = Dictionary(grouping: waiting.filter { $0.kind == .product }, by: \.orderID)
  var due = BasketDue(total: .zero, open: .zero)
  for order in orders where order.countsForBasket {
    let waitingHere = debits[order.id] ?? []
    let isWhole = waitingHere.contains { $0.subject == order.id.rawValue }
    let asked = waitingHere.map(\.amount).total()
    // Shipments are asked for one by one: the order is the larger figure until the last of them.
    let total = isWhole ? asked : max(asked, splitAmounts(order, hasTaxAccount: false).gross)
    due.total = due.total + total
    due.open = due.open + (order.customerDebitedMs == nil ? total : asked)
  }
  let known = Set(orders.map(\.id))
  for debit in waiting where debit.kind == .service || !known.contains(debit.orderID) {
    due.total = due.total + debit.amount
    due.open = due.open + debit.amount
  }
  due.total = due.total + confirmedServices.map(\.amount).total()
  return due
}

extension OrderSnapshot {
  /// Whether the customer pays for it through the operator.
  var countsForBasket: Bool {
    state != .refused && state != .canceled && !customerPaysSellerDirectly
  }
}
