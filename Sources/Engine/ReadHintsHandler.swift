import Decisions
import Domain
import Logging
import Store

/// Reads what Mirakl's callbacks named, up to a hundred a call, and queues it: from the callback to
/// the transfer without waiting for the next pass.
struct ReadHintsHandler {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    if let waitMs = try circuits.waitMs(.mirakl) {
      return .retry(afterMs: waitMs, reason: "Mirakl is paused")
    }
    // A list that is closed to us, or does not answer, keeps no other from being read (Q7, Q8).
    var verdict = Verdict.done
    for kind in MiraklHint.Kind.allCases {
      do { try read(kind) } catch let failure as CallFailure {
        let other = try circuits.verdict(failure, job)
        if case .done = verdict { verdict = other }
      }
    }
    return verdict
  }

  private func read(_ kind: MiraklHint.Kind) throws {
    while true {
      let hints = try context.store.read { try $0.hints(kind, limit: SplitPass.batch) }
      if hints.isEmpty { return }
      try read(hints, kind)
      try context.store.write { try $0.removeHints(hints) }
    }
  }

  /// An id that Mirakl takes for a mistake must not keep the others from being read (Q7): they are
  /// asked for in halves then.
  private func read(_ hints: [MiraklHint], _ kind: MiraklHint.Kind) throws {
    do {
      switch kind {
      case .order: try readOrders(hints.compactMap { try? OrderID($0.id) })
      case .commercial: try readBaskets(hints.compactMap { try? CommercialOrderID($0.id) })
      case .invoice: try readDocuments(hints.compactMap { Int64($0.id) })
      case .shop: try readShops(hints.compactMap { Int64($0.id).map { ShopID($0) } })
      }
    } catch let failure as CallFailure {
      guard case .refused = failure.kind else { throw failure }
      guard hints.count > 1 else {
        return context.log.warning("a callback named what Mirakl refuses: \(failure)")
      }
      let middle = hints.count / 2
      try read(Array(hints[..<middle]), kind)
      try read(Array(hints[middle...]), kind)
    }
  }

  // MARK: - Orders

  private func readOrders(_ ids: [OrderID]) throws {
    var found: Set<String> = []
    if readsProducts { found = try takeProducts(.ids(ids)) }
    let others = ids.filter { !found.contains($0.rawValue) }
    if context.settings.paysServiceOrders, !others.isEmpty { try takeServices(.ids(others)) }
  }

  private func readBaskets(_ ids: [CommercialOrderID]) throws {
    if readsProducts { _ = try takeProducts(.commercialIDs(ids)) }
    if context.settings.paysServiceOrders { try takeServices(.commercialIDs(ids)) }
  }

  private var readsProducts: Bool {
    context.settings.paysProductOrders || context.settings.validation.isOn
  }

  /// - Returns: the ids of the orders that Mirakl showed.
  private func takeProducts(_ query: OrderQuery) throws -> Set<String> {
    var ids: Set<String> = []
    try eachPage { next throws(CallFailure) in
      try context.mirakl.orders(query, next: next).value
    } _: { page, askedMs in
      if context.settings.paysProductOrders {
        ids.formUnion(try OrderIntake(context).take(page.elements, readMs: askedMs).ids)
      }
      let orders = page.elements.compactMap { element in
        if case .readable(let order) = element { order } else { nil }
      }
      ids.formUnion(orders.map(\.id.rawValue))
      if context.settings.validation.isOn { try noteForValidation(orders, readMs: askedMs) }
    }
    return ids
  }

  /// An order that waits to be debited is in Mirakl's list of debits; any other may be what the
  /// authorised payment of its basket waits for.
  private func noteForValidation(_ orders: [OrderSnapshot], readMs: Int64) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for order in orders { _ = try transaction.saveOrder(order, readMs: readMs) }
      if orders.contains(where: { $0.state == .waitingDebitPayment }) {
        try transaction.enqueue(
          .readDebits, key: Transaction.everything, runAtMs: nowMs + BasketIntake.gatherMs,
          nowMs: nowMs)
      }
      for basket in Set(orders.map(\.commercialID)).sorted() {
        let payments = try transaction.payments(commercialID: basket)
        guard payments.contains(where: { $0.status == .toCapture }) else { continue }
        try transaction.reconsider(basket, nowMs: nowMs)
      }
    }
  }

  private func takeServices(_ query: ServiceOrderQuery) throws {
    try eachPage { next throws(CallFailure) in
      try context.mirakl.serviceOrders(query, next: next).value
    } _: { page, askedMs in
      _ = try ServiceOrderIntake(context).take(page.elements, askedMs: askedMs)
    }
  }

  // MARK: - Documents and shops

  private func readDocuments(_ ids: [Int64]) throws {
    try eachPage { next throws(CallFailure) in
      try context.mirakl.invoices(.ids(ids), next: next).value
    } _: { page, askedMs in
      _ = try DocumentIntake(context).take(page.elements, readMs: askedMs)
    }
  }

  private func readShops(_ ids: [ShopID]) throws {
    let askedMs = context.nowMs
    let page = try context.mirakl.shops(ids).value
    _ = try ShopIntake(context).take(page, readMs: askedMs)
  }

  /// Pages of one batch: far more than a hundred baskets have orders.
  private static let pagesMax = 100

  private func eachPage<Element>(
    _ read: (PageLink?) throws(CallFailure) -> MiraklPage<Element>,
    _ use: (MiraklPage<Element>, _ askedMs: Int64) throws -> Void
  ) throws {
    var next: PageLink?
    for _ in 0..<Self.pagesMax {
      let askedMs = context.nowMs
      let page = try read(next)
      try use(page, askedMs)
      next = page.next
      if next == nil { return }
    }
  }
}
