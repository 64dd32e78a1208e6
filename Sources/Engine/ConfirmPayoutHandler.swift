import Decisions
import Domain
import Logging
import Store

/// `CONFIRM_PAYOUTS_IN_MIRAKL`: which call tells Mirakl of paid payouts. One of them, never both.
public enum PayoutConfirmationMode: String, Hashable, Sendable, CaseIterable {
  case off = "false"
  /// IV07
  case invoice
  /// SBC07
  case billingCycle = "billing_cycle"
}

/// Tells Mirakl that a document was paid (S6). What Mirakl says to it never touches the payout.
struct ConfirmPayoutHandler {
  let context: EngineContext
  let circuits: Circuits
  let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = Int64(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.mirakl) {
      return .retry(afterMs: waitMs, reason: "Mirakl is paused")
    }
    let key = ConfirmationMovement.businessKey(invoice: id)
    let intent = try context.store.read { try $0.latestIntent(.confirmPayout, businessKey: key) }
    if let intent, intent.isLive {
      let movement = try ConfirmationMovement(
        mirakl: context.mirakl, invoiceID: id, intent: intent)
      let outcome = try executor.settle(
        movement, intent, record: SettleDocumentHandler.payoutName(id),
        recorder: Self.recorder(id))
      if let verdict = verdict(outcome, job) { return verdict }
    }
    guard let request = try request(id, job) else { return .done }
    let movement = ConfirmationMovement(mirakl: context.mirakl, invoiceID: id, request: request)
    let outcome = try executor.start(
      movement, record: SettleDocumentHandler.payoutName(id),
      prepare: { transaction, _ in
        let intent = try transaction.latestIntent(.confirmPayout, businessKey: key)
        if let intent, intent.state != .planned, intent.state != .refused { return false }
        // It may have come back since (Q6).
        return try transaction.payoutAttempts(invoice: id).last?.status == .paid
      },
      recorder: Self.recorder(id))
    return verdict(outcome, job) ?? .done
  }

  /// What is to be told; nil if there is nothing to tell (any more).
  private func request(_ id: Int64, _ job: Job) throws -> PayoutConfirmation? {
    let mode = context.settings.payoutConfirmation
    let (document, attempt) = try context.store.read { transaction in
      (try transaction.document(id), try transaction.payoutAttempts(invoice: id).last)
    }
    guard let document, document.confirmedMs == nil, let snapshot = document.snapshot,
      let summary = snapshot.summary, let attempt, attempt.status == .paid
    else { return nil }
    let target: PayoutConfirmation.Target
    switch mode {
    case .off: return nil
    case .invoice: target = .invoice(id)
    case .billingCycle:
      guard let cycle = snapshot.billingCycleID else {
        try problem(id, "The document names no seller_billing_cycle_id")
        return nil
      }
      target = .billingCycle(cycle)
    }
    return PayoutConfirmation(
      target: target, amount: summary.amountTransferred, currency: snapshot.currency,
      reference: attempt.payoutID.rawValue, transactionMs: attempt.paidMs ?? attempt.modifiedMs)
  }

  private func problem(_ id: Int64, _ reason: String) throws {
    let nowMs = context.nowMs
    context.log.error("payout not confirmed to Mirakl: \(reason)", metadata: ["document": "\(id)"])
    try context.store.write { try $0.setConfirmation(id, problem: reason, nowMs: nowMs) }
  }

  private static func recorder(_ id: Int64) -> MovementExecutor.Recorder {
    { transaction, outcome, nowMs in
      switch outcome {
      case .succeeded: try transaction.setConfirmation(id, problem: nil, nowMs: nowMs)
      case .refused(let reason, _), .unsettled(_, let reason, _), .paused(let reason):
        try transaction.setConfirmation(id, problem: reason, nowMs: nowMs)
      case .contradicted, .absent, .stopped: break
      }
    }
  }

  /// nil: done with this try. A refusal waits for the next pass.
  private func verdict(_ outcome: MovementExecutor.Outcome, _ job: Job) -> Verdict? {
    switch outcome {
    case .succeeded, .contradicted, .stopped: .done
    case .absent: nil
    case .refused(let reason, _):
      refused(reason, job)
    case .unsettled(let afterMs, let reason, _):
      context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }

  private func refused(_ reason: String, _ job: Job) -> Verdict {
    context.log.error("payout not confirmed to Mirakl: \(reason)", metadata: job.labels)
    return .done
  }
}
