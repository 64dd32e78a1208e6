import Decisions
import Domain
import Store

/// Turns facts of the journal into jobs.
///
/// The journal is a log and the dispatcher its reader: one transaction reads the events behind the
/// cursor, enqueues their jobs and moves the cursor. So an event has its effect queued exactly
/// once, ingest writes one row instead of two, and many events about one charge become one job.
struct EventDispatcher {
  static let cursorName = "events_dispatched"
  static let batchMax = 500

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// - Returns: how many events were looked at.
  func dispatch() throws -> Int {
    // A read first: an idle worker must not take the write lock to learn that it is idle.
    let isIdle = try context.store.read { transaction in
      try transaction.lastEventID() <= Self.cursor(transaction)
    }
    if isIdle { return 0 }
    let (nowMs, livemode) = (context.nowMs, context.settings.split.livemode)
    return try context.store.write { transaction in
      let cursor = try Self.cursor(transaction)
      let events = try transaction.events(after: cursor, limit: Self.batchMax)
      for event in events {
        try MiraklHints.note(in: event.event, transaction, nowMs: nowMs)
        for (kind, key) in Self.jobs(for: event.event, livemode: livemode) {
          try transaction.enqueue(kind, key: key, runAtMs: nowMs, nowMs: nowMs)
        }
        for (kind, key) in Self.payoutJobs(for: event.event, livemode: livemode) {
          try transaction.enqueue(kind, key: key, runAtMs: nowMs, nowMs: nowMs)
        }
      }
      if let last = events.last {
        try transaction.setCheckpoint(Self.cursorName, String(last.id), nowMs: nowMs)
      }
      return events.count
    }
  }

  private static func cursor(_ transaction: Transaction) throws -> Int64 {
    try transaction.checkpoint(cursorName).flatMap(Int64.init) ?? 0
  }

  /// Which work an event asks for. The payload is not trusted for more than the id of the object:
  /// the object is read again from Stripe (P3).
  static func jobs(for event: NewEvent, livemode: Bool?) -> [(Job.Kind, String)] {
    guard event.source == .stripe, let objectID = event.objectID else { return [] }
    if let livemode, event.livemode != livemode { return [] }  // X2
    if let (kind, key) = AccountEvents.job(for: event) { return [(kind, key)] }
    guard event.account == nil else { return [] }  // P5: never a payment of the platform
    if event.type.hasPrefix("refund.") || event.type.hasPrefix("charge.refund."),
      (try? RefundID(objectID)) != nil
    {
      return [(.readRefund, objectID)] + [PaymentReference.job(for: event)].compactMap(\.self)
    }
    if let job = PaymentReference.job(for: event) { return [job] }
    if event.type == "transfer.reversed", (try? TransferID(objectID)) != nil {
      return [(.readTransfer, objectID)]
    }
    if event.type.hasPrefix("charge."), (try? ChargeID(objectID)) != nil {
      return [(.readCharge, objectID)]
    }
    if event.type.hasPrefix("payment_intent."), (try? PaymentIntentID(objectID)) != nil {
      return [(.readPaymentIntent, objectID)]
    }
    return []
  }
}
