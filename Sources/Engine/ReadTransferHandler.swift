import Decisions
import Domain
import Logging
import Store

/// Reads a transfer again because an event says that some of it was taken back (P6, R4), and
/// records how much: by our own reversals, or by somebody else's in Stripe's dashboard. The latter
/// is shown with the transfer, in its history and in the audit trail.
struct ReadTransferHandler {
  /// An event may be quicker than the answer that names its transfer (S8): about an hour of tries.
  static let unknownAttemptsMax = 20

  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = try? TransferID(job.key) else { return .done }
    guard try context.store.read({ try $0.transfer(stripe: id) }) != nil else {
      let mayBeOurs = try context.store.read { try $0.hasLiveIntent(.transfer) }
      return mayBeOurs && job.attempts < Self.unknownAttemptsMax
        ? context.retry(job, reason: "no transfer of ours is \(id), yet") : .done
    }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    do {
      try TransferReversals(context).note(try context.stripe.transfer(id).value)
      return .done
    } catch let failure as CallFailure {
      return try circuits.verdictOnEvent(failure, job)
    }
  }
}

/// Records what was taken back of a transfer, and lets what waits for it be looked at.
struct TransferReversals {
  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// - Parameter transfer: As Stripe shows it now.
  func note(_ transfer: TransferSnapshot) throws {
    let nowMs = context.nowMs
    let news = try context.store.write { transaction -> String? in
      guard
        let (before, now) = try transaction.noteReversed(
          transfer.id, minorUnits: transfer.amountReversed, nowMs: nowMs),
        now.reversedElsewhere > before.reversedElsewhere
      else { return nil }
      let currency = transfer.amount.currency
      let detail =
        "\(Money(minorUnits: now.reversedElsewhere, currency: currency)) of transfer "
        + "\(transfer.id) were taken back, and not by this program; "
        + "\(Money(minorUnits: max(0, transfer.left), currency: currency)) are left of it"
      try transaction.audit(
        actor: "engine", action: "transfer reversed elsewhere", subject: now.recordName,
        detail: detail, nowMs: nowMs)
      // Reversals that wait may find less than they were decided with, or nothing (R4).
      for refund in try transaction.openReversalIDs(of: transfer.id) {
        for kind in RefundRecord.Kind.allCases {
          guard let record = try transaction.refund(kind, miraklID: refund) else { continue }
          try transaction.enqueue(.refund, key: record.key, runAtMs: nowMs, nowMs: nowMs)
        }
      }
      return detail
    }
    if let news { context.log.error("\(news)", metadata: ["transfer": .string("\(transfer.id)")]) }
  }
}

extension TransferSnapshot {
  /// What can still be taken back, in minor units.
  var left: Int64 { amount.minorUnits - amountReversed }
}
