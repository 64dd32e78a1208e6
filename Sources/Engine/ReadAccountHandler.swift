import Decisions
import Domain
import Logging
import Store

/// Reads a connected account again and acts upon what it says (interface.md §3).
///
/// Work on one account is serial and may stand for several events. All its effects are one
/// transaction: the flags, one notification for each `account.updated` that nobody acted upon, and
/// what Mirakl shall be told. So each effect happens once per event, whatever is delivered twice or
/// interrupted (Q10), and in any order the last reading wins (P3).
struct ReadAccountHandler {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = try? AccountID(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    let livemode = context.settings.split.livemode
    // Before the account is read: an event that comes meanwhile may tell of something newer.
    let (mapping, events) = try context.store.read {
      (
        try $0.mapping(account: id),
        try $0.unhandledAccountEvents(id, livemode: livemode)
      )
    }
    guard mapping != nil else {
      try skip(id, events)
      return .done
    }
    do {
      let account = try context.stripe.account(id).value
      guard account.detailsSubmitted else {
        try skip(id, events)
        return .done
      }
      try take(account, events)
      return .done
    } catch let failure as CallFailure {
      return try verdict(failure, id, events, job)
    }
  }

  private func verdict(
    _ failure: CallFailure, _ id: AccountID, _ events: [Int64], _ job: Job
  ) throws -> Verdict {
    guard failure.isAboutMissingAccount else {
      return try circuits.verdict(failure, job)
    }
    // Q8: only if Stripe still knows what it showed us before is this about the account.
    let canary: StripeCanary.Answer
    do { canary = try StripeCanary(context: context).ask() } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
    switch canary {
    case .known:
      try DeauthorizeAccountHandler(context).mark(id)
      try skip(id, events)
    case .unknown:
      try circuits.open(
        .stripe, reason: "Stripe knows none of our objects any more: \(failure)")
      return .retry(afterMs: Circuits.probeMs, reason: "\(failure)")
    case .nothingToAskFor:
      context.log.warning("account not found at Stripe: \(failure)", metadata: job.labels)
      try skip(id, events)
    }
    return .done
  }

  /// Nothing follows from these events, now or later.
  private func skip(_ id: AccountID, _ events: [Int64]) throws {
    guard let last = events.last else { return }
    let nowMs = context.nowMs
    try context.store.write {
      try $0.saveAccountState(id, lastEventID: last, facts: nil, nowMs: nowMs)
    }
  }

  private func take(_ account: AccountSnapshot, _ events: [Int64]) throws {
    let (nowMs, settings) = (context.nowMs, context.settings)
    let decision = decideKYC(account, isStrict: settings.onboarding.isStrict)
    let facts = try JSONText.encode(AccountFacts(account, decision))
    let isNews = try context.store.write { transaction in
      guard var mapping = try transaction.mapping(account: account.id) else { return false }
      let before = mapping
      mapping.take(account)
      let isDirect = settings.onboarding.links.mode == .direct
      if isDirect { mapping.onboardingToken = nil }
      // In order again: the next `kyc` pass would say the same.
      if decision.status == .approved { mapping.isIgnoredForKYC = false }
      if mapping != before { try transaction.updateMapping(mapping, nowMs: nowMs) }
      if mapping.canBePaidMore(than: before) {
        try ShopWork(settings: settings).queue(mapping.shopID, transaction, nowMs: nowMs)
      }
      if settings.notifies {
        let body = try AccountNotification(mapping).json()
        for _ in events {
          try transaction.addNotification(type: "account.updated", body: body, nowMs: nowMs)
        }
      }
      if isDirect, !events.isEmpty {
        try transaction.wantLink(shop: mapping.shopID, .login, nowMs: nowMs)
      }
      let isNews = try transaction.wantKYC(shop: mapping.shopID, decision.status, nowMs: nowMs)
      try transaction.saveAccountState(
        account.id, lastEventID: events.last, facts: facts, nowMs: nowMs)
      return isNews
    }
    guard isNews else { return }
    let metadata: Logger.Metadata = [
      "account": .string("\(account.id)"), "status": .string(decision.status.rawValue),
      "rule": .string(decision.rule.rawValue),
    ]
    if let warning = decision.warning {
      context.log.warning("account \(warning)", metadata: metadata)
    } else {
      context.log.info("identification of a seller changed", metadata: metadata)
    }
  }
}

extension AccountMapping {
  fileprivate func canBePaidMore(than before: AccountMapping) -> Bool {
    (transfersActive == true && before.transfersActive != true)
      || (payoutEnabled && !before.payoutEnabled) || (!isIgnored && before.isIgnored)
  }
}

/// What the decision was made from, kept next to it.
private struct AccountFacts: Encodable {
  let rule: String
  let status: String
  let transfers: String?
  let payoutsEnabled: Bool
  let chargesEnabled: Bool
  let disabledReason: String?
  let requirements: AccountSnapshot.Requirements

  init(_ account: AccountSnapshot, _ decision: KYCDecision) {
    rule = decision.rule.rawValue
    status = decision.status.rawValue
    transfers = account.transfersCapability
    payoutsEnabled = account.payoutsEnabled
    chargesEnabled = account.chargesEnabled
    disabledReason = account.disabledReason
    requirements = account.requirements
  }
}
