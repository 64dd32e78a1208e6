import Decisions
import Domain
import Logging
import Store

/// Decides and pays one product order (interface.md §10, split).
///
/// Facts first (the order, the shop, the payment, what is under way), then the pure decision, then
/// at most one movement per part. A movement that was sent before is settled before anything is
/// decided anew.
struct SplitOrderHandler {
  let context: EngineContext
  let circuits: Circuits
  let transfers: OrderTransfers

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    transfers = OrderTransfers(context, circuits, .productOrder)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let orderID = try? OrderID(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    if let verdict = try transfers.settleOpenMovements(orderID, job) { return verdict }
    // Switched off meanwhile (Q6), or nothing left to do.
    guard context.settings.paysProductOrders, try !transfers.isFinished(orderID) else {
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
  private func freshOrder(_ id: OrderID) throws -> OrderSnapshot? {
    let known = try context.store.read { try $0.order(id) }
    if let known, abs(context.nowMs - known.readMs) <= context.settings.orderFreshMs {
      return known.snapshot
    }
    let readMs = context.nowMs
    let page = try context.mirakl.orders(.ids([id]), next: nil).value
    let holds = OrderHolds(context, .productOrder)
    for element in page.elements {
      switch element {
      case .readable(let order) where order.id == id:
        _ = try context.store.write { try $0.saveOrder(order, readMs: readMs) }
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

  private func decideAndAct(_ order: OrderSnapshot, _ job: Job) throws -> Verdict {
    let shopID = order.shopID
    let mapping = try context.store.read { try $0.mapping(shop: shopID) }
    let policy = try transfers.policy(order.id)
    var decision = decideSplitBeforePayment(order, mapping: mapping, policy: policy)
    if decision == nil {
      let source = try PaymentSourceFinder(context: context, circuits: circuits).source(
        transactionNumber: order.transactionNumber, commercialID: order.commercialID)
      decision = decideSplit(
        SplitFacts(
          order: order, mapping: mapping, source: source,
          committedGross: try transfers.committedGross(source, excluding: order.id),
          policy: policy))
    }
    return try transfers.carryOut(
      decision, SplitTarget(order), mapping, { try $0.order(order.id)?.snapshot == order }, job)
  }
}
