import Decisions
import Domain
import Logging
import Store

/// The settlement pass: documents created since the checkpoint, then every one that still waits,
/// by its number (S7); and the payouts whose end no event told yet.
public struct SettlementPass {
  static let checkpointName = "invoices_created_ms"
  static let batch = 100
  /// Debts tried again in one pass; the refund pass tries all of them.
  static let debtsMax = 1_000
  /// Five business days, and the weekends around them: so long may a paid payout come back.
  static let returnMs: Int64 = 9 * 86_400_000
  /// An event names a payout at most this long before its answer is settled.
  static let parkedMs: Int64 = 30 * 86_400_000

  let context: EngineContext
  let circuits: Circuits
  /// Only this shop's documents; nil for all.
  let shop: ShopID?

  public init(_ engine: Engine, shop: ShopID? = nil) {
    context = engine.context
    circuits = engine.circuits
    self.shop = shop
  }

  /// What sellers owe comes before what they get (R5).
  private func retryDebts() throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for debt in try transaction.openDebts(limit: Self.debtsMax) {
        try transaction.retryDebts(
          shop: debt.shopID, currency: debt.amount.currency, nowMs: nowMs)
      }
    }
  }

  /// - Throws: `PassFailure` if Mirakl does not answer at all; `StoreError`.
  public func run() throws -> PassReport {
    var report = PassReport()
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
    try followPayouts()
    try retryDebts()
    let seen = try readCreated(&report)
    try readWaiting(&report, except: seen)
    context.log.info(
      "settlement pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "too_old": .stringConvertible(report.tooOld),
        "missing": .stringConvertible(report.missing), "calls": .stringConvertible(report.calls),
      ])
    return report
  }

  /// Polling is the safety net for lost events; confirmations that Mirakl did not take are told
  /// again.
  private func followPayouts() throws {
    let nowMs = context.nowMs
    let confirms = context.settings.payoutConfirmation != .off
    var last: Int64?
    while true {
      let attempts = try context.store.write { [last] transaction in
        let attempts = try transaction.payoutAttemptsUnderWay(
          paidSinceMs: nowMs - Self.returnMs, after: last, limit: Self.batch)
        for attempt in attempts {
          try transaction.enqueue(
            .readPayout, key: Transaction.payoutKey(attempt.payoutID, attempt.accountID),
            runAtMs: nowMs, nowMs: nowMs)
        }
        return attempts
      }
      guard let newest = attempts.last else { break }
      last = newest.id
    }
    try context.store.write { transaction in
      _ = try transaction.forgetParkedPayouts(beforeMs: nowMs - Self.parkedMs)
      for account in try transaction.accountsWaitingForExternalAccount() {
        try transaction.enqueue(
          .wakePayouts, key: WakePayoutsHandler.key(.account, account), runAtMs: nowMs,
          nowMs: nowMs)
      }
      // The event that said so may have been lost.
      for account in try transaction.accountsWaitingForPayouts() {
        try transaction.enqueue(
          .readAccount, key: account.rawValue, runAtMs: nowMs, nowMs: nowMs)
      }
      guard confirms else { return }
      var last: Int64?
      while true {
        let ids = try transaction.unconfirmedDocumentIDs(after: last, limit: Self.batch)
        for id in ids {
          try transaction.enqueue(.confirmPayout, key: String(id), runAtMs: nowMs, nowMs: nowMs)
        }
        guard let newest = ids.last else { return }
        last = newest
      }
    }
  }

  /// Everything created since the checkpoint less the overlap; in the first pass since the start
  /// date. A pass for one shop leaves the checkpoint where it is.
  private func readCreated(_ report: inout PassReport) throws -> Set<String> {
    let checkpoint = try context.store.read {
      try $0.checkpoint(Self.checkpointName).flatMap(Int64.init)
    }
    let sinceMs =
      checkpoint.map { max(0, $0 - context.settings.invoiceOverlapMs) }
      ?? context.settings.split.startMs
    var total = OrderIntake.Counts()
    var serverMs: Int64?
    let isComplete = try readPages(.createdSince(sinceMs, shop: shop), &report) { page, readMs in
      serverMs = serverMs ?? page.serverTimeMs ?? readMs
      total += try DocumentIntake(context).take(page.elements, readMs: readMs)
    }
    add(total, to: &report)
    if isComplete, shop == nil, let newest = total.lastUpdatedMs {
      let mark = max(checkpoint ?? 0, min(newest, serverMs ?? newest))
      let nowMs = context.nowMs
      try context.store.write {
        try $0.setCheckpoint(Self.checkpointName, String(mark), nowMs: nowMs)
      }
    }
    return total.ids
  }

  /// Documents on hold, failed, interrupted or ignored, a hundred numbers a call (S7, B1).
  private func readWaiting(_ report: inout PassReport, except seen: Set<String>) throws {
    var last: Int64?
    while true {
      let ids = try context.store.read { [last] transaction -> [Int64] in
        guard let shop else {
          return try transaction.openDocumentIDs(after: last, limit: Self.batch)
        }
        let all = try transaction.openDocumentIDs(shop: shop).filter { $0 > last ?? .min }
        return Array(all.prefix(Self.batch))
      }
      guard let newest = ids.last else { return }
      last = newest
      let wanted = ids.filter { !seen.contains(String($0)) }
      guard !wanted.isEmpty else { continue }
      var returned = OrderIntake.Counts()
      let isComplete = try readPages(.ids(wanted), &report) { page, readMs in
        returned += try DocumentIntake(context).take(page.elements, readMs: readMs)
      }
      add(returned, to: &report)
      guard isComplete else { continue }
      for id in wanted where !returned.ids.contains(String(id)) {
        report.missing += 1
        try DocumentIntake(context).holdMissing(id)
      }
    }
  }

  private func add(_ counts: OrderIntake.Counts, to report: inout PassReport) {
    report.read += counts.read
    report.queued += counts.queued
    report.unreadable += counts.unreadable
    report.tooOld += counts.tooOld
  }

  private func readPages(
    _ query: InvoiceQuery, _ report: inout PassReport,
    _ use: (MiraklPage<InvoiceSnapshot>, _ readMs: Int64) throws -> Void
  ) throws -> Bool {
    var calls = 0
    defer { report.calls += calls }
    return try PageReader(context: context, circuits: circuits).readPages(
      "IV01",
      { link throws(CallFailure) in
        calls += 1
        return try context.mirakl.invoices(query, next: link).value
      }, use)
  }
}
