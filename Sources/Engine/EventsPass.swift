import Decisions
import Domain
import Logging
import Store

/// What a reading of Stripe's list of events brought.
public struct EventsReport: Hashable, Sendable {
  public var calls = 0
  public var read = 0
  /// Not in the journal before: no webhook had brought them.
  public var new = 0
  public var unreadable = 0
}

/// Reads the events that no webhook brought (W2), through the same journal: one that a webhook
/// brings later, or brought before, is a duplicate there.
///
/// The gap is read in windows from the oldest to the newest, so that an outage of days is caught up
/// with step by step, whatever interrupts it. Only the platform's own events: whether the list can
/// be asked for those of connected accounts is not documented, and the states of accounts and
/// payouts are read from the objects themselves by other passes.
public struct EventsPass {
  /// How long Stripe keeps events.
  static let lifetimeMs: Int64 = 30 * 86_400_000
  /// Read again each time: an event may become visible after a younger one.
  static let overlapMs: Int64 = 900_000
  static let windowMs: Int64 = 86_400_000
  static let pagesMax = 100_000

  /// The lists that are asked for, each with its own checkpoint: Stripe takes one pattern or
  /// twenty types. Between them exactly the types that `EventDispatcher` acts on.
  static let lists: [(name: String, types: EventQuery.Types)] = [
    ("charge", .matching("charge.*")),
    (
      "other",
      .anyOf([
        "payment_intent.amount_capturable_updated", "payment_intent.canceled",
        "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.succeeded",
        "refund.created", "refund.updated", "refund.failed", "review.opened", "review.closed",
        "radar.early_fraud_warning.created", "radar.early_fraud_warning.updated",
        "transfer.reversed",
      ])
    ),
  ]

  let context: EngineContext
  let circuits: Circuits

  public init(_ engine: Engine) {
    context = engine.context
    circuits = engine.circuits
  }

  /// - Throws: `PassFailure` if Stripe does not answer at all; `StoreError`.
  public func run() throws -> EventsReport {
    if try circuits.waitMs(.stripe) != nil {
      throw PassFailure(description: "Stripe refuses STRIPE_CLIENT_SECRET: paused until accepted")
    }
    var (report, missed) = (EventsReport(), [Int64]())
    for list in Self.lists { try read(list.name, list.types, &report, &missed) }
    try EndpointSilence(context).note(missedMs: missed)
    context.log.info(
      "events pass done",
      metadata: [
        "read": .stringConvertible(report.read), "new": .stringConvertible(report.new),
        "calls": .stringConvertible(report.calls),
      ])
    return report
  }

  private func read(
    _ name: String, _ types: EventQuery.Types, _ report: inout EventsReport,
    _ missed: inout [Int64]
  ) throws {
    let checkpoint = "events_polled_ms/\(name)"
    let (nowMs, startMs) = (context.nowMs, context.settings.split.startMs)
    let last = try context.store.read { try $0.checkpoint(checkpoint).flatMap(Int64.init) }
    // The first time: the payments of the orders that are ours were made shortly before them.
    let firstMs = last.map { $0 - Self.overlapMs } ?? startMs.map { $0 - Self.windowMs } ?? 0
    var fromMs = max(firstMs, nowMs - Self.lifetimeMs)
    while true {
      let endMs = fromMs + Self.windowMs
      let isLast = endMs >= nowMs
      var query = EventQuery(
        types: types, fromS: fromMs / 1_000, untilS: isLast ? nil : endMs / 1_000)
      let newest = try readWindow(&query, &report, &missed, isCatchingUp: last == nil)
      // Not past what was seen: Stripe's clock may be behind ours.
      let mark = max(last ?? 0, isLast ? newest ?? min(fromMs, nowMs) : endMs)
      try context.store.write { try $0.setCheckpoint(checkpoint, String(mark), nowMs: nowMs) }
      if isLast { return }
      fromMs = endMs
    }
  }

  /// - Returns: when the newest event was made.
  private func readWindow(
    _ query: inout EventQuery, _ report: inout EventsReport, _ missed: inout [Int64],
    isCatchingUp: Bool
  ) throws -> Int64? {
    var newest: Int64?
    for _ in 0..<Self.pagesMax {
      let asked = query
      let page = try PageReader(context: context, circuits: circuits).retrying {
        () throws(CallFailure) in
        report.calls += 1
        return try context.stripe.events(asked).value
      }
      report.read += page.events.count
      report.unreadable += page.unreadable
      let new = try append(page.events)
      report.new += new.count
      if !isCatchingUp { missed += new }
      newest = max(newest ?? .min, page.events.map(\.createdMs).max() ?? .min)
      guard let next = page.next else { break }
      query.startingAfter = next
    }
    return newest == .min ? nil : newest
  }

  /// - Returns: when those that were new were made.
  private func append(_ events: [NewEvent]) throws -> [Int64] {
    let nowMs = context.nowMs
    return try context.store.write { transaction in
      try events.reversed().compactMap { event in
        guard case .new = try transaction.appendEvent(event, nowMs: nowMs) else { return nil }
        return event.createdMs
      }
    }
  }
}
