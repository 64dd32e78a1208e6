import Decisions
import Domain
import Store

/// The service part of the split pass. SOR11 filters by the moment of creation only, so an order
/// that changes later is found through its record: every order that was ever read and is not
/// finished is read again by its id, a hundred at a time (B1).
struct ServiceSplitPass {
  static let checkpointName = "service_orders_created_ms"

  let context: EngineContext
  let circuits: Circuits

  func run(_ report: inout PassReport) throws {
    let seen = try readNew(&report)
    try readWaiting(&report, except: seen)
  }

  private func readNew(_ report: inout PassReport) throws -> Set<String> {
    let checkpoint = try context.store.read {
      try $0.checkpoint(Self.checkpointName).flatMap(Int64.init)
    }
    // M2: orders from before the start date are never ours, and need not be read at all.
    let sinceMs = [
      checkpoint.map { max(0, $0 - context.settings.overlapMs) }, context.settings.split.startMs,
    ].compactMap(\.self).max()
    var serverMs: Int64?
    var total = OrderIntake.Counts()
    let isComplete = try read(.createdSince(sinceMs), &report) { counts, serverTimeMs in
      serverMs = serverMs ?? serverTimeMs
      total += counts
    }
    // Never past the moment the pass began, by Mirakl's clock.
    if isComplete, let newest = total.lastUpdatedMs {
      let mark = max(checkpoint ?? 0, min(newest, serverMs ?? newest))
      let nowMs = context.nowMs
      try context.store.write {
        try $0.setCheckpoint(Self.checkpointName, String(mark), nowMs: nowMs)
      }
    }
    return total.ids
  }

  /// Orders on hold, failed, interrupted or ignored.
  private func readWaiting(_ report: inout PassReport, except seen: Set<String>) throws {
    var last: String?
    while true {
      let ids = try context.store.read { [last] in
        try $0.openTransferOrderIDs(.serviceOrder, after: last, limit: SplitPass.batch)
      }
      guard let newest = ids.last else { return }
      last = newest
      let wanted = ids.filter { !seen.contains($0) }.compactMap { try? OrderID($0) }
      guard !wanted.isEmpty else { continue }
      var returned: Set<String> = []
      let isComplete = try read(.ids(wanted), &report) { counts, _ in
        returned.formUnion(counts.ids)
      }
      guard isComplete else { continue }
      for id in wanted where !returned.contains(id.rawValue) {
        report.missing += 1
        try OrderHolds(context, .serviceOrder).holdMissing(id.rawValue)
      }
    }
  }

  private func read(
    _ query: ServiceOrderQuery, _ report: inout PassReport,
    _ use: (OrderIntake.Counts, _ serverTimeMs: Int64) -> Void
  ) throws -> Bool {
    let reader = PageReader(context: context, circuits: circuits)
    var (total, calls) = (PassReport(), 0)
    defer {
      report.calls += calls
      report.read += total.read
      report.queued += total.queued
      report.unreadable += total.unreadable
      report.tooOld += total.tooOld
    }
    return try reader.readPages(
      "SOR11",
      { link throws(CallFailure) in
        calls += 1
        return try context.mirakl.serviceOrders(query, next: link).value
      },
      { page, askedMs in
        let counts = try ServiceOrderIntake(context).take(page.elements, askedMs: askedMs) {
          orders, link in
          try reader.retrying { () throws(CallFailure) in
            calls += 1
            return try context.mirakl.serviceDebits(orderIDs: orders, next: link).value
          }
        }
        total.add(counts)
        use(counts, page.serverTimeMs ?? askedMs)
      })
  }
}
