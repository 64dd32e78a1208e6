import Domain
import Logging
import Store

/// Something about a connected account changed: its waiting documents are looked at again.
struct WakePayoutsHandler {
  /// What changed.
  enum Cause: String {
    /// `balance.available`
    case funds
    /// `account.external_account.*`
    case externalAccount = "external_account"
    /// `account.updated`
    case account
  }

  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  static func key(_ cause: Cause, _ account: AccountID) -> String {
    "\(cause.rawValue)/\(account.rawValue)"
  }

  func handle(_ job: Job) throws -> Verdict {
    let parts = job.key.split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2, let cause = Cause(rawValue: parts[0]),
      let account = try? AccountID(parts[1])
    else { return .done }
    if cause != .funds {
      do { try release(account, cause) } catch let failure as CallFailure {
        return try circuits.verdict(failure, job)
      }
    }
    let nowMs = context.nowMs
    try context.store.write { transaction in
      guard let mapping = try transaction.mapping(account: account) else { return }
      try transaction.wakeDocuments(shop: mapping.shopID, nowMs: nowMs)
    }
    return .done
  }

  /// S5: payouts that failed for their bank account are tried again once there is another one.
  ///
  /// Stripe itself marks the account as errored after a failure, and says so in an event of the
  /// same type: so the event alone proves nothing.
  private func release(_ account: AccountID, _ cause: Cause) throws {
    let waiting = try context.store.read { transaction in
      try transaction.openPayouts(account: account).filter { $0.waiting == .externalAccount }
    }
    guard !waiting.isEmpty else { return }
    let known = try externalAccounts(account)
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for payout in waiting {
        let failed = try transaction.payoutAttempts(invoice: payout.invoiceID).last?.destination
        let isReplaced = Self.isReplaced(payout, failed, known, cause)
        guard isReplaced else { continue }
        try transaction.releasePayout(
          invoice: payout.invoiceID, waiting: .externalAccount, nowMs: nowMs)
      }
    }
  }

  /// nil if Stripe refuses to tell.
  private func externalAccounts(_ account: AccountID) throws -> [ExternalAccountSnapshot]? {
    do { return try context.stripe.externalAccounts(of: account).value } catch {
      guard case .refused = error.kind else { throw error }
      return nil
    }
  }

  static func isReplaced(
    _ payout: PayoutRecord, _ failed: String?, _ known: [ExternalAccountSnapshot]?,
    _ cause: Cause
  ) -> Bool {
    guard let known else { return cause == .externalAccount }
    let usable = known.filter { external in
      external.isUsable
        && (external.currency == nil || external.currency == payout.amount?.currency)
    }
    switch cause {
    case .funds: return false
    case .externalAccount: return !usable.isEmpty
    // Something else may have changed: only another account than the failed one counts.
    case .account: return failed != nil && usable.contains { $0.id != failed }
    }
  }
}
