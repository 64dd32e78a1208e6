import Decisions
import Domain
import Logging
import Store

/// Takes the elements of an OR11 page into the store: each one for itself, so that one that cannot
/// be read does not stop the others (Q7).
struct OrderIntake {
  /// What became of a page.
  struct Counts: Hashable, Sendable {
    var read = 0
    var queued = 0
    var unreadable = 0
    /// Older than the start date (M2).
    var tooOld = 0
    var ids: Set<String> = []
    var lastUpdatedMs: Int64?

    static func += (left: inout Counts, right: Counts) {
      left.read += right.read
      left.queued += right.queued
      left.unreadable += right.unreadable
      left.tooOld += right.tooOld
      left.ids.formUnion(right.ids)
      left.lastUpdatedMs = [left.lastUpdatedMs, right.lastUpdatedMs].compactMap(\.self).max()
    }
  }

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// Saves the snapshots and queues the orders that are not finished.
  func take(_ elements: [PageElement<OrderSnapshot>], readMs: Int64) throws -> Counts {
    var counts = Counts()
    var orders: [OrderSnapshot] = []
    for element in elements {
      switch element {
      case .readable(let order):
        counts.read += 1
        counts.ids.insert(order.id.rawValue)
        counts.lastUpdatedMs = max(counts.lastUpdatedMs ?? 0, order.lastUpdatedMs)
        if let startMs = context.settings.split.startMs, order.createdMs < startMs {
          counts.tooOld += 1
        } else {
          orders.append(order)
        }
      case .unreadable(let problem):
        counts.unreadable += 1
        if let id = problem.id { counts.ids.insert(id) }
        try OrderHolds(context, .productOrder).hold(problem)
      }
    }
    counts.queued = try queue(orders, readMs: readMs)
    return counts
  }

  private func queue(_ orders: [OrderSnapshot], readMs: Int64) throws -> Int {
    let (nowMs, context) = (context.nowMs, context)
    return try context.store.write { transaction in
      var queued = 0
      for order in orders {
        try transaction.saveOrder(order, readMs: readMs)
        let isFinished = try context.tolerating(order.id.rawValue) {
          try OrderTransfers.isFinished(.productOrder, order.id, transaction)
        }
        if isFinished != false { continue }
        try transaction.enqueue(
          .splitOrder, key: order.id.rawValue, runAtMs: nowMs, nowMs: nowMs)
        queued += 1
      }
      return queued
    }
  }
}
