import Domain
import Logging
import Store

/// Reads the orders that Mirakl's callbacks named, up to a hundred a call, and queues them: from
/// the callback to the transfer without waiting for the next pass.
struct ReadOrdersHandler {
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
    do {
      for kind in OrderHint.Kind.allCases {
        while true {
          let hints = try context.store.read { try $0.orderHints(kind, limit: SplitPass.batch) }
          if hints.isEmpty { break }
          try read(hints, kind)
          try context.store.write { try $0.removeOrderHints(hints) }
        }
      }
      return .done
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
  }

  /// An id that Mirakl takes for a mistake must not keep the others from being read (Q7): they are
  /// asked for in halves then.
  private func read(_ hints: [OrderHint], _ kind: OrderHint.Kind) throws {
    do {
      switch kind {
      case .order: try readOrders(hints.compactMap { try? OrderID($0.id) })
      case .commercial: try readBaskets(hints.compactMap { try? CommercialOrderID($0.id) })
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

  private func readOrders(_ ids: [OrderID]) throws {
    var found: Set<String> = []
    if context.settings.paysProductOrders { found = try takeProducts(.ids(ids)) }
    let others = ids.filter { !found.contains($0.rawValue) }
    if context.settings.paysServiceOrders, !others.isEmpty { try takeServices(.ids(others)) }
  }

  private func readBaskets(_ ids: [CommercialOrderID]) throws {
    if context.settings.paysProductOrders { _ = try takeProducts(.commercialIDs(ids)) }
    if context.settings.paysServiceOrders { try takeServices(.commercialIDs(ids)) }
  }

  /// Pages of one batch of baskets: far more than a hundred baskets have orders.
  private static let pagesMax = 100

  private func takeProducts(_ query: OrderQuery) throws -> Set<String> {
    var (next, ids) = (PageLink?.none, Set<String>())
    for _ in 0..<Self.pagesMax {
      let askedMs = context.nowMs
      let page = try context.mirakl.orders(query, next: next).value
      ids.formUnion(try OrderIntake(context).take(page.elements, readMs: askedMs).ids)
      next = page.next
      if next == nil { break }
    }
    return ids
  }

  private func takeServices(_ query: ServiceOrderQuery) throws {
    var next: PageLink?
    for _ in 0..<Self.pagesMax {
      let askedMs = context.nowMs
      let page = try context.mirakl.serviceOrders(query, next: next).value
      _ = try ServiceOrderIntake(context).take(page.elements, askedMs: askedMs)
      next = page.next
      if next == nil { break }
    }
  }
}
