import Decisions
import Domain
import Logging
import Store

/// Reads a payout again and records what it says (P3, S5). One that we do not know is parked until
/// it is recorded (S8).
struct ReadPayoutHandler {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    let parts = job.key.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2, let account = try? AccountID(parts[0]),
      let id = try? PayoutID(parts[1])
    else { return .done }
    guard try isOurs(id, account) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    do {
      try record(try context.stripe.payout(id, of: account).value, job)
      return .done
    } catch let failure as CallFailure {
      return try circuits.verdictOnEvent(failure, job)
    }
  }

  /// Whether it is one of ours, on the account that the event names (P5). An unknown one of a
  /// mapped account is parked: its own answer may still be on its way.
  private func isOurs(_ id: PayoutID, _ account: AccountID) throws -> Bool {
    let nowMs = context.nowMs
    return try context.store.write { transaction in
      if let attempt = try transaction.payoutAttempt(id) { return attempt.accountID == account }
      if try transaction.mapping(account: account) != nil {
        try transaction.parkPayout(id, account: account, nowMs: nowMs)
      }
      return false
    }
  }

  private func record(_ payout: PayoutSnapshot, _ job: Job) throws {
    guard let status = payout.status else {
      return context.log.warning("payout of an unknown status", metadata: job.labels)
    }
    let (nowMs, settings) = (context.nowMs, context.settings)
    let late = try context.store.write { transaction -> Bool in
      guard
        let (before, now) = try transaction.updatePayoutAttempt(
          payout, status: status, nowMs: nowMs)
      else { return false }
      let attempts = try transaction.payoutAttempts(invoice: now.invoiceID)
      guard attempts.last?.payoutID == now.payoutID else { return false }
      switch status {
      case .pending, .inTransit: return false
      case .paid:
        if settings.payoutConfirmation != .off {
          try transaction.enqueue(
            .confirmPayout, key: String(now.invoiceID), runAtMs: nowMs, nowMs: nowMs)
        }
        return false
      case .failed, .canceled:
        guard !before.hasFailed else { return false }
        try Self.markReturned(
          transaction, payout, status, now, failedRounds: attempts.count,
          notifies: settings.notifies, nowMs: nowMs)
        return before.status == .paid
      }
    }
    if late {
      context.log.error(
        "a payout that was paid came back: \(payoutFailureReason(payout))", metadata: job.labels)
    }
  }

  private static func markReturned(
    _ transaction: Transaction, _ payout: PayoutSnapshot, _ status: PayoutSnapshot.Status,
    _ attempt: PayoutAttempt, failedRounds: Int, notifies: Bool, nowMs: Int64
  ) throws {
    guard let record = try transaction.payout(invoice: attempt.invoiceID) else { return }
    var draft = PayoutDraft(record)
    draft.status = .failed
    draft.reason = payoutFailureReason(payout)
    draft.waiting = decidePayoutReturn(
      status, failureCode: payout.failureCode, failedRounds: failedRounds)
    try transaction.savePayout(draft, notifies: notifies, nowMs: nowMs)
  }
}
