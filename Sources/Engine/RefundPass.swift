import Domain
import Logging
import Store

/// The refund pass: everything that Mirakl asks to be refunded, then every refund and reversal that
/// still waits.
///
/// It reads the lists whole before anything is written (they shrink while refunds are confirmed),
/// asks for commissions and taxes a hundred orders a call (R7, B1), and queues one job per refund.
public struct RefundPass {
  static let batch = 100

  let context: EngineContext
  let circuits: Circuits
  private let reader: PageReader

  public init(_ engine: Engine) {
    context = engine.context
    circuits = engine.circuits
    reader = PageReader(context: context, circuits: circuits)
  }

  /// - Throws: `PassFailure` if a list could not be read; what could be read was worked on.
  public func run() throws -> PassReport {
    var report = PassReport()
    let kinds = RefundRecord.Kind.allCases.filter(context.settings.refunds)
    guard !kinds.isEmpty else { return report }
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
    var failure: (any Error)?
    for kind in kinds {
      do {
        let (asks, isComplete) = try read(kind, &report)
        try take(asks, &report)
        let seen = Set(asks.map(\.id))
        try queueWaiting(kind, except: seen, areOthersGone: isComplete, &report)
      } catch let error as PassFailure {
        // One list that cannot be read does not keep the other waiting (Q7).
        failure = failure ?? error
        try queueMade(kind)
      }
    }
    try queueReversals(kinds, &report)
    context.log.info(
      "refund pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "missing": .stringConvertible(report.missing), "calls": .stringConvertible(report.calls),
      ])
    if let failure { throw failure }
    return report
  }

  // MARK: - Reading

  private func read(
    _ kind: RefundRecord.Kind, _ report: inout PassReport
  ) throws -> (asks: [RefundAsk], isComplete: Bool) {
    var asks: [RefundAsk] = []
    var ids: Set<String> = []
    var (calls, unreadable) = (0, 0)
    let isComplete = try reader.readPages(
      kind == .productOrder ? "PA12" : "SPA12",
      { link throws(CallFailure) in
        calls += 1
        switch kind {
        case .productOrder: return try context.mirakl.productRefunds(next: link).value
        case .serviceOrder: return try context.mirakl.serviceRefunds(next: link).value
        }
      },
      { page, _ in
        for element in page.elements {
          switch element {
          case .readable(let ask): if ids.insert(ask.id).inserted { asks.append(ask) }
          case .unreadable(let problem):
            unreadable += 1
            try remember(kind, problem)
          }
        }
      })
    report.calls += calls
    report.unreadable += unreadable
    report.read += asks.count
    return (asks, isComplete && unreadable == 0)
  }

  /// An entry that cannot be read holds the refund that it names, if that is known and not made
  /// yet; otherwise the audit trail keeps it, once per reason (Q7, V1).
  private func remember(_ kind: RefundRecord.Kind, _ problem: UnreadableElement) throws {
    let nowMs = context.nowMs
    let reason = "Field \(problem.field): \(problem.reason)"
    context.log.warning(
      "refund not readable: \(reason)", metadata: ["refund": .string(problem.id ?? "?")])
    try context.store.write { transaction in
      if let id = problem.id, var known = try transaction.refund(kind, miraklID: id) {
        let intent = try transaction.latestIntent(.refund, businessKey: known.key)
        guard known.stripeRefund == nil, known.status != .aborted, intent?.isLive != true else {
          return
        }
        (known.status, known.reason) = (.onHold, reason)
        try transaction.saveRefund(known, nowMs: nowMs)
        return
      }
      let name = "unreadable/\(kind.rawValue)/\(problem.id ?? "?")"
      guard try transaction.checkpoint(name) != reason else { return }
      try transaction.setCheckpoint(name, reason, nowMs: nowMs)
      try transaction.audit(
        actor: "engine", action: "refund not readable", subject: problem.id ?? "",
        detail: reason, nowMs: nowMs)
    }
  }

  /// Saves what is asked for, with what the orders say, and queues it; batch by batch.
  private func take(_ asks: [RefundAsk], _ report: inout PassReport) throws {
    var rest = asks[...]
    while !rest.isEmpty {
      // Of as many refunds as belong to a hundred orders.
      var orders: [OrderID] = []
      var known: Set<OrderID> = []
      let batch = rest.prefix { ask in
        if known.contains(ask.orderID) { return true }
        guard orders.count < Self.batch else { return false }
        known.insert(ask.orderID)
        orders.append(ask.orderID)
        return true
      }
      rest = rest.dropFirst(batch.count)
      let facts = try self.facts(batch[batch.startIndex].kind, orders, &report)
      let complete = batch.map { ask in facts[ask.orderID].map { ask.with($0) } ?? ask }
      let nowMs = context.nowMs
      report.queued += try context.store.write { transaction in
        for ask in complete {
          let record = try transaction.saveRefundAsk(ask, seenMs: nowMs, nowMs: nowMs)
          try transaction.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
        }
        return complete.count
      }
    }
  }

  /// What the orders say. If they cannot be read, the customers are refunded all the same, and the
  /// reversals wait for it (R4).
  private func facts(
    _ kind: RefundRecord.Kind, _ ids: [OrderID], _ report: inout PassReport
  ) throws -> [OrderID: OrderRefunds] {
    var found: [OrderID: OrderRefunds] = [:]
    var calls = 0
    defer { report.calls += calls }
    do {
      _ = try reader.readPages(
        kind == .productOrder ? "OR11" : "SOR11",
        { link throws(CallFailure) in
          calls += 1
          switch kind {
          case .productOrder: return try context.mirakl.refundsOfOrders(ids, next: link).value
          case .serviceOrder:
            return try context.mirakl.refundsOfServiceOrders(ids, next: link).value
          }
        },
        { page, _ in
          for element in page.elements {
            switch element {
            case .readable(let order): found[order.orderID] = order
            case .unreadable(let problem):
              context.log.warning(
                "refunds of an order not readable: field \(problem.field): \(problem.reason)",
                metadata: ["order": .string(problem.id ?? "?")])
            }
          }
        })
    } catch let failure as PassFailure {
      context.log.warning("commissions of refunds are not known yet: \(failure)")
    }
    return found
  }

  // MARK: - What waits

  /// Refunds that are not finished and that Mirakl did not name in this pass: made ones are
  /// followed up; others were withdrawn there, or paid by somebody else.
  private func queueWaiting(
    _ kind: RefundRecord.Kind, except seen: Set<String>, areOthersGone: Bool,
    _ report: inout PassReport
  ) throws {
    try eachOpen(kind) { record, nowMs in
      guard !seen.contains(record.ask.id) else { return }
      let isUnderWay = try context.store.read {
        let intent = try $0.latestIntent(.refund, businessKey: record.key)
        return intent?.state == .sent || intent?.state == .unknown
      }
      if record.stripeRefund == nil, !isUnderWay {
        guard areOthersGone else { return }
        report.missing += 1
        try context.store.write { transaction in
          guard var record = try transaction.refund(id: record.id), record.stripeRefund == nil,
            record.status != .pending
          else { return }
          (record.status, record.reason) = (
            .onHold, "Mirakl no longer asks for this refund: withdrawn, or paid by somebody else"
          )
          try transaction.saveRefund(record, nowMs: nowMs)
        }
      } else {
        report.queued += 1
        try context.store.write {
          try $0.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
        }
      }
    }
  }

  /// Without a list: what Stripe made already can be finished.
  private func queueMade(_ kind: RefundRecord.Kind) throws {
    try eachOpen(kind) { record, nowMs in
      guard record.stripeRefund != nil else { return }
      try context.store.write {
        try $0.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
      }
    }
  }

  private func eachOpen(
    _ kind: RefundRecord.Kind, _ body: (RefundRecord, _ nowMs: Int64) throws -> Void
  ) throws {
    var last: Int64 = 0
    while true {
      let ids = try context.store.read { [last] in
        try $0.openRefundIDs(after: last, limit: Self.batch)
      }
      guard let newest = ids.last else { return }
      last = newest
      for id in ids {
        let record = try context.tolerating("refund \(id)") {
          try context.store.read { try $0.refund(id: id) }
        }
        guard let record = record ?? nil, record.ask.kind == kind else { continue }
        try body(record, context.nowMs)
      }
    }
  }

  /// Reversals that wait: for the order's transfer, for funds, for the commission, for the shop.
  private func queueReversals(
    _ kinds: [RefundRecord.Kind], _ report: inout PassReport
  ) throws {
    var last: String?
    while true {
      let ids = try context.store.read { [last] in
        try $0.openTransferOrderIDs(.refund, after: last, limit: Self.batch)
      }
      guard let newest = ids.last else { return }
      last = newest
      for kind in kinds {
        let records = try context.store.read { transaction in
          try ids.compactMap { id in
            try context.tolerating("refund \(id)") {
              try transaction.refund(kind, miraklID: id)
            } ?? nil
          }
        }
        try completeFacts(kind, records.filter { $0.ask.commission == nil }, &report)
        let nowMs = context.nowMs
        report.queued += records.count
        try context.store.write { transaction in
          for record in records {
            try transaction.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
          }
        }
      }
    }
  }

  private func completeFacts(
    _ kind: RefundRecord.Kind, _ records: [RefundRecord], _ report: inout PassReport
  ) throws {
    guard !records.isEmpty else { return }
    let orders = Array(Set(records.map(\.ask.orderID)))
    let facts = try self.facts(kind, orders, &report)
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for record in records {
        guard let order = facts[record.ask.orderID] else { continue }
        try transaction.saveRefundAsk(
          record.ask.with(order), seenMs: record.seenMs, nowMs: nowMs)
      }
    }
  }
}
