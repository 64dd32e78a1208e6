import Domain
import Logging
import Store

/// Reads a refund again because an event spoke of it (R3, P3), and lets what follows from its state
/// happen. Refunds that are not ours are left alone.
struct ReadRefundHandler {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = try? RefundID(job.key),
      let record = try context.store.read({ try $0.refund(stripe: id) })
    else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    do {
      guard let fresh = try RefundHandler(context, circuits).readAgain(record) else { return .done }
      guard fresh.stripeStatus != record.stripeStatus else { return .done }
      let nowMs = context.nowMs
      try context.store.write {
        try $0.enqueue(.refund, key: fresh.key, runAtMs: nowMs, nowMs: nowMs)
      }
      return .done
    } catch let failure as CallFailure {
      return try circuits.verdictOnEvent(failure, job)
    }
  }
}
