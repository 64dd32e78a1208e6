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
        try hold(problem)
      }
    }
    counts.queued = try queue(orders, readMs: readMs)
    return counts
  }

  private func queue(_ orders: [OrderSnapshot], readMs: Int64) throws -> Int {
    let nowMs = context.nowMs
    return try context.store.write { transaction in
      var queued = 0
      for order in orders {
        try transaction.saveOrder(order, readMs: readMs)
        if try transaction.isSplitFinished(order.id) { continue }
        try transaction.enqueue(
          .splitOrder, key: order.id.rawValue, runAtMs: nowMs, nowMs: nowMs)
        queued += 1
      }
      return queued
    }
  }

  /// Keeps an element that could not be read as a transfer on hold that says why.
  func hold(_ problem: UnreadableElement) throws {
    let reason = HoldReason.unreadable(field: problem.field, reason: problem.reason)
    context.log.warning(
      "order not readable",
      metadata: ["order": .string(problem.id ?? "?"), "reason": .string("\(reason)")])
    guard let id = problem.id, (try? OrderID(id)) != nil else {
      return try remember(problem, reason)
    }
    if let startMs = context.settings.split.startMs, let createdMs = problem.createdMs,
      createdMs < startMs
    {
      return
    }
    try save(
      TransferDraft(
        kind: .productOrder, part: .seller, miraklID: id, commercialID: problem.commercialID,
        shopID: problem.shopID, status: .onHold, reason: "\(reason)",
        miraklCreatedMs: problem.createdMs))
  }

  /// An order that Mirakl no longer returns although it waits here.
  func holdMissing(_ id: String) throws {
    guard
      let record = try context.store.read({
        try $0.transfer(.productOrder, .seller, miraklID: id)
      })
    else { return }
    var draft = TransferDraft(record)
    (draft.status, draft.reason) = (.onHold, "Mirakl no longer returns order \(id)")
    try save(draft)
  }

  /// A movement under way is not touched: its outcome decides.
  private func save(_ draft: TransferDraft) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      let known = try transaction.transfer(draft.kind, draft.part, miraklID: draft.miraklID)
      if let known, known.status == .pending || known.status.isFinal { return }
      _ = try transaction.saveTransfer(draft, nowMs: nowMs)
    }
  }

  /// Without an id there is no record to hold: the audit trail keeps it.
  private func remember(_ problem: UnreadableElement, _ reason: HoldReason) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      try transaction.audit(
        actor: "engine", action: "order without a usable id", subject: problem.id ?? "",
        detail: "\(reason)", nowMs: nowMs)
    }
  }
}
