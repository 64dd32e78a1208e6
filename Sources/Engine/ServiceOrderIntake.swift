import Decisions
import Domain
import Store

/// Takes the elements of a SOR11 page, and the debits of those that need them, into the store: each
/// one for itself (Q7).
struct ServiceOrderIntake {
  /// One page of SPA11; nil asks for the first.
  typealias AskDebits = (_ orders: [OrderID], PageLink?) throws -> MiraklPage<ServiceOrderDebit>

  /// Pages of a hundred orders' debits; each has one as a rule.
  static let pagesMax = 100

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// As below, asking once for each page.
  func take(
    _ elements: [PageElement<ServiceOrderSnapshot>], askedMs: Int64
  ) throws -> OrderIntake.Counts {
    try take(elements, askedMs: askedMs) { orders, link in
      try context.mirakl.serviceDebits(orderIDs: orders, next: link).value
    }
  }

  /// Saves the snapshots and queues the orders that are not finished.
  func take(
    _ elements: [PageElement<ServiceOrderSnapshot>], askedMs: Int64, _ askDebits: AskDebits
  ) throws -> OrderIntake.Counts {
    var counts = OrderIntake.Counts()
    var orders: [ServiceOrderSnapshot] = []
    for element in elements {
      switch element {
      case .readable(let order):
        counts.read += 1
        counts.ids.insert(order.id.rawValue)
        counts.lastUpdatedMs = max(counts.lastUpdatedMs ?? 0, order.createdMs)
        if let startMs = context.settings.split.startMs, order.createdMs < startMs {
          counts.tooOld += 1
        } else {
          orders.append(order)
        }
      case .unreadable(let problem):
        counts.unreadable += 1
        if let id = problem.id { counts.ids.insert(id) }
        try OrderHolds(context, .serviceOrder).hold(problem)
      }
    }
    let open = try save(orders, askedMs: askedMs)
    let held = try readDebits(open, askDebits)
    counts.queued = try queue(open.filter { !held.contains($0.id) })
    return counts
  }

  /// - Returns: those that are not finished.
  private func save(
    _ orders: [ServiceOrderSnapshot], askedMs: Int64
  ) throws -> [ServiceOrderSnapshot] {
    try context.store.write { [context] transaction in
      try orders.filter { order in
        try transaction.saveServiceOrder(order, readMs: askedMs)
        return try context.tolerating(order.id.rawValue) {
          try !OrderTransfers.isFinished(.serviceOrder, order.id, transaction)
        } ?? false
      }
    }
  }

  /// SPA11 for the orders whose state allows a payment, as many ids a call as there may be (B1).
  /// - Returns: the orders that are held because a debit of theirs could not be read.
  private func readDebits(
    _ orders: [ServiceOrderSnapshot], _ askDebits: AskDebits
  ) throws -> Set<OrderID> {
    let payable = try payable(orders)
    var held: Set<OrderID> = []
    for start in stride(from: 0, to: payable.count, by: SplitPass.batch) {
      let batch = Array(payable[start..<min(start + SplitPass.batch, payable.count)])
      held.formUnion(try readDebits(of: batch, askDebits))
    }
    return held
  }

  private func readDebits(of batch: [OrderID], _ askDebits: AskDebits) throws -> Set<OrderID> {
    var (debits, held, next) = ([ServiceOrderDebit](), Set<OrderID>(), PageLink?.none)
    let askedMs = context.nowMs
    for number in 1...Self.pagesMax {
      let page = try askDebits(batch, next)
      for element in page.elements {
        switch element {
        case .readable(let debit): debits.append(debit)
        case .unreadable(let problem):
          if let id = problem.id.flatMap({ try? OrderID($0) }) { held.insert(id) }
          try OrderHolds(context, .serviceOrder).hold(problem)
        }
      }
      next = page.next
      if next == nil { break }
      // A list that does not end says nothing certain: each order asks for its own debit then.
      if number == Self.pagesMax { return held }
    }
    let (byOrder, unreadable) = (Dictionary(grouping: debits, by: \.orderID), held)
    try context.store.write { transaction in
      for id in batch where !unreadable.contains(id) {
        try transaction.saveServiceDebits(byOrder[id] ?? [], of: id, readMs: askedMs)
      }
    }
    return held
  }

  private func payable(_ orders: [ServiceOrderSnapshot]) throws -> [OrderID] {
    let policy = context.settings.split
    return try context.store.read { transaction in
      try orders.filter { order in
        let mapping = try transaction.mapping(shop: order.shopID)
        return decideServiceSplitBeforeDebit(order, mapping: mapping, policy: policy) == nil
      }.map(\.id)
    }
  }

  private func queue(_ orders: [ServiceOrderSnapshot]) throws -> Int {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for order in orders {
        try transaction.enqueue(
          .splitServiceOrder, key: order.id.rawValue, runAtMs: nowMs, nowMs: nowMs)
      }
    }
    return orders.count
  }
}
