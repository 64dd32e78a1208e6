import Decisions
import Domain
import Logging
import Store

/// What a pass did, for the log and for `run`.
public struct PassReport: Hashable, Sendable {
  public var read = 0
  public var queued = 0
  public var unreadable = 0
  /// Created before `START_DATE`: never paid.
  public var tooOld = 0
  /// Held before, and not returned by Mirakl any more.
  public var missing = 0
  public var calls = 0
}

/// Why a pass could not be done at all.
public struct PassFailure: Error, CustomStringConvertible {
  public let description: String
}

/// The split pass: orders changed since the checkpoint, then every order that still waits.
///
/// Polling is the safety net: webhooks cause the same work at once. It may overlap with another
/// pass, in this process or another: all it does is read, and queue what is queued only once.
public struct SplitPass {
  static let checkpointName = "orders_updated_ms"
  /// The start date under which the checkpoint was reached.
  static let startName = "orders_start_ms"
  static let batch = 100

  let context: EngineContext
  let circuits: Circuits

  public init(_ engine: Engine) {
    context = engine.context
    circuits = engine.circuits
  }

  /// - Throws: `PassFailure` if Mirakl does not answer at all; `StoreError`.
  public func run() throws -> PassReport {
    var report = PassReport()
    // Each kind for itself: an instance without services answers SOR11 with an error.
    var failure: PassFailure?
    for pass in [runProducts, runServices] {
      do { try pass(&report) } catch let problem as PassFailure { failure = failure ?? problem }
    }
    context.log.info(
      "split pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "too_old": .stringConvertible(report.tooOld),
        "missing": .stringConvertible(report.missing), "calls": .stringConvertible(report.calls),
      ])
    if let failure { throw failure }
    return report
  }

  private func runProducts(_ report: inout PassReport) throws {
    guard context.settings.paysProductOrders else { return }
    try refuseWhilePaused()
    let seen = try readChanged(&report)
    try readWaiting(&report, except: seen)
  }

  private func runServices(_ report: inout PassReport) throws {
    guard context.settings.paysServiceOrders else { return }
    try refuseWhilePaused()
    try ServiceSplitPass(context: context, circuits: circuits).run(&report)
  }

  private func refuseWhilePaused() throws {
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
  }

  /// M3: everything changed since the checkpoint less the overlap; all orders in the first pass.
  private func readChanged(_ report: inout PassReport) throws -> Set<String> {
    let startMs = context.settings.split.startMs ?? 0
    let checkpoint = try context.store.read { transaction -> Int64? in
      // Moved back since: what was left out as too old has to be found (M2).
      let earlier = try transaction.checkpoint(Self.startName).flatMap(Int64.init)
      if let earlier, startMs < earlier { return nil }
      return try transaction.checkpoint(Self.checkpointName).flatMap(Int64.init)
    }
    let sinceMs = checkpoint.map { max(0, $0 - context.settings.overlapMs) }
    var total = OrderIntake.Counts()
    var serverMs: Int64?
    let isComplete = try readPages(.updatedSince(sinceMs), &report) { page, readMs in
      serverMs = serverMs ?? page.serverTimeMs ?? readMs
      total += try OrderIntake(context).take(page.elements, readMs: readMs)
    }
    add(total, to: &report)
    // Mirakl's clock on both sides, and never past the moment the pass began: an order that
    // changed while we paged is found again by the next pass.
    if isComplete, let newest = total.lastUpdatedMs {
      let mark = max(checkpoint ?? 0, min(newest, serverMs ?? newest))
      let nowMs = context.nowMs
      try context.store.write {
        try $0.setCheckpoint(Self.checkpointName, String(mark), nowMs: nowMs)
        try $0.setCheckpoint(Self.startName, String(startMs), nowMs: nowMs)
      }
    }
    return total.ids
  }

  /// Orders on hold, failed, interrupted or ignored, a hundred ids a call (B1).
  private func readWaiting(_ report: inout PassReport, except seen: Set<String>) throws {
    var last: String?
    while true {
      let ids = try context.store.read { [last] in
        try $0.openTransferOrderIDs(.productOrder, after: last, limit: Self.batch)
      }
      guard let newest = ids.last else { return }
      last = newest
      let wanted = ids.filter { !seen.contains($0) }.compactMap { try? OrderID($0) }
      guard !wanted.isEmpty else { continue }
      var returned = OrderIntake.Counts()
      let isComplete = try readPages(.ids(wanted), &report) { page, readMs in
        returned += try OrderIntake(context).take(page.elements, readMs: readMs)
      }
      add(returned, to: &report)
      guard isComplete else { continue }
      for id in wanted where !returned.ids.contains(id.rawValue) {
        report.missing += 1
        try OrderHolds(context, .productOrder).holdMissing(id.rawValue)
      }
    }
  }

  private func add(_ counts: OrderIntake.Counts, to report: inout PassReport) {
    report.add(counts)
  }

  private func readPages(
    _ query: OrderQuery, _ report: inout PassReport,
    _ use: (MiraklPage<OrderSnapshot>, _ readMs: Int64) throws -> Void
  ) throws -> Bool {
    var calls = 0
    defer { report.calls += calls }
    return try PageReader(context: context, circuits: circuits).readPages(
      "OR11",
      { link throws(CallFailure) in
        calls += 1
        return try context.mirakl.orders(query, next: link).value
      }, use)
  }
}

extension PassReport {
  mutating func add(_ counts: OrderIntake.Counts) {
    read += counts.read
    queued += counts.queued
    unreadable += counts.unreadable
    tooOld += counts.tooOld
  }
}
