import Decisions
import Domain
import Logging
import Store

/// Decides and pays one service order (interface.md §10, split): as a product order, but the
/// customer's debit (SPA11) says whether, how much and by which payment.
struct SplitServiceOrderHandler {
  let context: EngineContext
  let circuits: Circuits
  let transfers: OrderTransfers

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    transfers = OrderTransfers(context, circuits, .serviceOrder)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let orderID = try? OrderID(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    if let verdict = try transfers.settleOpenMovements(orderID, job) { return verdict }
    // Switched off meanwhile (Q6), or nothing left to do.
    guard context.settings.paysServiceOrders, try !transfers.isFinished(orderID) else {
      return .done
    }
    do {
      guard let order = try freshOrder(orderID) else { return .done }
      return try decideAndAct(order, job)
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
  }

  /// The order as last read, read again from Mirakl if that was too long ago (Q6).
  private func freshOrder(_ id: OrderID) throws -> ServiceOrderSnapshot? {
    if let known = try context.store.read({ try $0.serviceOrder(id) }), isFresh(known.readMs) {
      return known.snapshot
    }
    let askedMs = context.nowMs
    let page = try context.mirakl.serviceOrders(.ids([id]), next: nil).value
    let holds = OrderHolds(context, .serviceOrder)
    for element in page.elements {
      switch element {
      case .readable(let order) where order.id == id:
        try context.store.write { try $0.saveServiceOrder(order, readMs: askedMs) }
        return order
      case .unreadable(let problem) where problem.id == id.rawValue:
        try holds.hold(problem)
        return nil
      case .readable, .unreadable: continue
      }
    }
    try holds.holdMissing(id.rawValue)
    return nil
  }

  /// nil if one of them cannot be read: then the order is held.
  private func freshDebits(_ id: OrderID) throws -> [ServiceOrderDebit]? {
    if let known = try context.store.read({ try $0.serviceDebits(id) }), isFresh(known.readMs) {
      return known.debits
    }
    var debits: [ServiceOrderDebit] = []
    let askedMs = context.nowMs
    var next: PageLink?
    for _ in 0..<Self.pagesMax {
      let page = try context.mirakl.serviceDebits(orderIDs: [id], next: next).value
      for element in page.elements {
        switch element {
        case .readable(let debit): if debit.orderID == id { debits.append(debit) }
        case .unreadable(let problem):
          try OrderHolds(context, .serviceOrder).hold(problem)
          return nil
        }
      }
      next = page.next
      if next == nil { break }
    }
    let found = debits
    try context.store.write { try $0.saveServiceDebits(found, of: id, readMs: askedMs) }
    return found
  }

  /// Pages of one order's debits: there is one debit as a rule.
  private static let pagesMax = 10

  private func isFresh(_ readMs: Int64) -> Bool {
    abs(context.nowMs - readMs) <= context.settings.orderFreshMs
  }

  private func decideAndAct(_ order: ServiceOrderSnapshot, _ job: Job) throws -> Verdict {
    let (shopID, target) = (order.shopID, SplitTarget(order))
    let mapping = try context.store.read { try $0.mapping(shop: shopID) }
    let policy = try transfers.policy(order.id)
    let early = decideServiceSplitBeforeDebit(order, mapping: mapping, policy: policy)
    if let early {
      return try transfers.carryOut(early, target, mapping, { _ in true }, job)
    }
    guard let debits = try freshDebits(order.id) else { return .done }
    var decision = decideServiceSplitBeforePayment(
      order, debits: debits, mapping: mapping, policy: policy)
    if decision == nil {
      let source = try PaymentSourceFinder(context: context, circuits: circuits).source(
        transactionNumber: confirmedDebit(debits)?.transactionNumber,
        commercialID: order.commercialID)
      decision = decideServiceSplit(
        ServiceSplitFacts(
          order: order, debits: debits, mapping: mapping, source: source,
          committedGross: try transfers.committedGross(source, excluding: order.id),
          policy: policy))
    }
    return try transfers.carryOut(
      decision, target, mapping,
      {
        try $0.serviceOrder(order.id)?.snapshot == order
          && $0.serviceDebits(order.id)?.debits == debits
      }, job)
  }
}
