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
  static let pagesMax = 100_000
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
    guard context.settings.paysProductOrders else { return report }
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
    let seen = try readChanged(&report)
    try readWaiting(&report, except: seen)
    context.log.info(
      "split pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "too_old": .stringConvertible(report.tooOld),
        "missing": .stringConvertible(report.missing), "calls": .stringConvertible(report.calls),
      ])
    return report
  }

  /// M3: everything changed since the checkpoint less the overlap; all orders in the first pass.
  private func readChanged(_ report: inout PassReport) throws -> Set<String> {
    let checkpoint = try context.store.read {
      try $0.checkpoint(Self.checkpointName).flatMap(Int64.init)
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
        try OrderIntake(context).holdMissing(id.rawValue)
      }
    }
  }

  private func add(_ counts: OrderIntake.Counts, to report: inout PassReport) {
    report.read += counts.read
    report.queued += counts.queued
    report.unreadable += counts.unreadable
    report.tooOld += counts.tooOld
  }

  /// - Returns: whether the list was read to its end. A `next` link that leads back ends it early:
  ///   what was read counts, and the checkpoint stays where it is.
  private func readPages(
    _ query: OrderQuery, _ report: inout PassReport,
    _ use: (MiraklPage<OrderSnapshot>, _ readMs: Int64) throws -> Void
  ) throws -> Bool {
    var next: PageLink?
    var visited: Set<PageLink> = []
    for _ in 0..<Self.pagesMax {
      let link = next
      var askedMs = context.nowMs
      let page = try retrying { () throws(CallFailure) in
        report.calls += 1
        askedMs = context.nowMs
        return try context.mirakl.orders(query, next: link).value
      }
      try use(page, askedMs)
      guard let following = page.next else { return true }
      guard visited.insert(following).inserted else {
        context.log.error("OR11: the next link leads back to a page already read; stopped there")
        return false
      }
      next = following
    }
    return false
  }

  /// Interface.md §11: passing errors are repeated within the pass, three times.
  private func retrying<Value>(_ call: () throws(CallFailure) -> Value) throws -> Value {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try call()
      } catch {
        let jitter = context.randomness.unit()
        var delayMs = RetryPolicy.insidePass.delayMs(attempts: attempts, jitter: jitter)
        switch error.kind {
        case .unauthorized:
          try circuits.open(.mirakl, reason: "\(error)")
          throw PassFailure(description: "\(error)")
        case .refused, .unreadable: throw PassFailure(description: "\(error)")
        case .throttled(let retryAfterMs):
          delayMs = max(delayMs, retryAfterMs ?? 0)
        case .notSent, .unknown: break
        }
        guard attempts <= 3 else { throw PassFailure(description: "\(error)") }
        context.pausing.pause(forMs: delayMs)
      }
    }
  }
}
