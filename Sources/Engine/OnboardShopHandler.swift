import Decisions
import Domain
import Logging
import Store
import Threading

/// Gives one shop what it lacks: its ignore flag, its account with a mapping, its link
/// (interface.md §10, onboarding).
///
/// The account is made like a movement of money: written ahead, under a key of the shop, settled
/// after a lost answer, looked up by its metadata before anything is made twice (Q11).
struct OnboardShopHandler {
  static let prefillDropsMax = 6

  let context: EngineContext
  let circuits: Circuits
  let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let number = Int64(job.key) else { return .done }
    for neighbour in Neighbour.allCases {
      if let waitMs = try circuits.waitMs(neighbour) {
        return .retry(afterMs: waitMs, reason: "\(neighbour.rawValue) is paused")
      }
    }
    let shopID = ShopID(number)
    do {
      if let verdict = try settle(shopID, job) { return verdict }
      guard let shop = try freshShop(shopID, job) else { return .done }
      return try onboard(shop, job)
    } catch let failure as CallFailure {
      try note(shopID, "\(failure)")
      return try circuits.verdict(failure, job)
    }
  }

  /// An account whose making has no outcome yet, before anything else is decided.
  private func settle(_ shop: ShopID, _ job: Job) throws -> Verdict? {
    let key = AccountMovement.businessKey(shop)
    let intent = try context.store.read { try $0.latestIntent(.account, businessKey: key) }
    guard let intent, intent.state == .sent || intent.state == .unknown else { return nil }
    let movement = try AccountMovement(context, intent: intent)
    let outcome = try executor.settle(
      movement, intent, record: Self.recordName(shop), recorder: recorder(shop))
    return try verdict(outcome, shop, job)
  }

  // MARK: - Facts

  /// nil: nothing to do, or nothing that could be read.
  private func freshShop(_ id: ShopID, _ job: Job) throws -> ShopSnapshot? {
    let known = try context.store.read { try $0.onboarding(shop: id) }
    if let known {
      if !known.isOpen { return nil }
      let isFresh = abs(context.nowMs - known.readMs) <= context.settings.onboarding.shopFreshMs
      // A repeat may follow a write that had its effect: only Mirakl knows (B2).
      if isFresh, job.attempts <= 1 { return known.shop }
    }
    let answer = try context.mirakl.shops([id])
    let (readMs, nowMs) = (context.nowMs, context.nowMs)
    for element in answer.value.elements {
      switch element {
      case .readable(let shop) where shop.id == id:
        let reason = known?.reason ?? ShopIntake.waiting
        try context.store.write {
          try $0.saveShop(shop, reason: reason, readMs: readMs, nowMs: nowMs)
        }
        return shop
      case .unreadable(let problem) where problem.shopID == id:
        throw CallFailure(
          .unreadable(reason: "shop \(id): \(problem.field): \(problem.reason)"),
          trace: answer.trace)
      case .readable, .unreadable: continue
      }
    }
    context.log.warning("Mirakl no longer returns the shop", metadata: job.labels)
    try note(id, nil)
    return nil
  }

  // MARK: - Acting

  private func onboard(_ shop: ShopSnapshot, _ job: Job) throws -> Verdict {
    let (policy, mapping) = (
      context.settings.onboarding.policy, SellerMapping(settings: context.settings)
    )
    let nowMs = context.nowMs
    let plan = try context.store.write { transaction in
      let known = try transaction.mapping(shop: shop.id)
      let plan = decideOnboarding(shop, mapping: known, policy: policy)
      try mapping.setIgnored(shop.id, plan.isIgnored, transaction, nowMs: nowMs)
      if plan.isInOrder {
        try transaction.setOnboarding(shop: shop.id, reason: nil, nowMs: nowMs)
        if plan.exclusion != nil {
          try transaction.dropOnboardingLink(shop: shop.id, nowMs: nowMs)
        }
      }
      return plan
    }
    if plan.needsAccount, let verdict = try makeAccount(shop, job) { return verdict }
    if plan.needsLink {
      try wantLink(shop.id)
    } else {
      try note(shop.id, nil)
    }
    return .done
  }

  private func wantLink(_ shop: ShopID) throws {
    let (nowMs, token) = (context.nowMs, context.newToken())
    let link: ShopLink = context.settings.onboarding.links.mode == .stable ? .stable : .onboarding
    let mapping = SellerMapping(settings: context.settings)
    try context.store.write { transaction in
      guard try mapping.token(shop, fresh: token, transaction, nowMs: nowMs) != nil else { return }
      try transaction.wantLink(shop: shop, link, nowMs: nowMs)
      try transaction.setOnboarding(
        shop: shop, reason: "its link is not in Mirakl yet", nowMs: nowMs)
    }
  }

  /// nil: the shop has its mapping now.
  private func makeAccount(_ shop: ShopSnapshot, _ job: Job) throws -> Verdict? {
    let key = AccountMovement.businessKey(shop.id)
    let intent = try context.store.read { try $0.latestIntent(.account, businessKey: key) }
    // Left alone for a while: its reason is on record, and the pass comes back to it.
    if let intent, accountRetryWaitMs(intent, nowMs: context.nowMs) != nil { return .done }
    let made = intent?.state == .succeeded ? intent?.receiptID.flatMap { try? AccountID($0) } : nil
    let candidates =
      try made.map { [$0] } ?? AccountDirectory(context: context).accounts(of: shop.id)
    for account in candidates where try adopt(account, shop.id) { return nil }
    if let made {
      try note(
        shop.id,
        "account \(made) was made for this shop and is gone at Stripe: map another one with POST "
          + "/api/mappings")
      return .done
    }
    return try create(shop, job)
  }

  /// Maps an account that exists already. False if it is not there.
  private func adopt(_ account: AccountID, _ shop: ShopID) throws -> Bool {
    var snapshot: AccountSnapshot
    do {
      snapshot = try context.stripe.account(account).value
      if let interval = snapshot.payoutInterval, interval != "manual" {
        snapshot = try context.stripe.setManualPayouts(
          account, idempotencyKey: context.newKey()
        ).value
      }
    } catch {
      guard error.isAboutMissingAccount else { throw error }
      try context.store.write { try $0.forgetAccount(account) }
      return false
    }
    let (nowMs, token, settings) = (context.nowMs, context.newToken(), context.settings)
    let found = snapshot
    try context.store.write { transaction in
      try SellerMapping(settings: settings).create(
        shop, account, found, token: token, transaction, nowMs: nowMs)
    }
    context.log.notice(
      "account found by its metadata",
      metadata: ["shop": .string("\(shop)"), "account": .string("\(account)")])
    return true
  }

  private func create(_ shop: ShopSnapshot, _ job: Job) throws -> Verdict? {
    var prefilled = prefill(for: shop, policy: context.settings.onboarding.policy)
    for _ in 0...Self.prefillDropsMax {
      let movement = AccountMovement(context, request(shop.id, prefilled))
      let outcome = try executor.start(
        movement, record: Self.recordName(shop.id),
        prepare: { transaction, _ in try transaction.mapping(shop: shop.id) == nil },
        recorder: recorder(shop.id))
      if case .refused = outcome, let refusal = movement.refusal.withLock({ $0 }),
        let rest = withoutRefused(prefilled, refusal)
      {
        // O5: what is optional must not cost the seller the account.
        context.log.notice("Stripe refuses a part of the prefill: left out", metadata: job.labels)
        prefilled = rest
        continue
      }
      return try verdict(outcome, shop.id, job)
    }
    return .done
  }

  private func request(_ shop: ShopID, _ prefill: AccountRequest.Prefill) -> AccountRequest {
    AccountRequest(
      shopID: shop, prefill: prefill,
      metadata: [
        TransferMovement.metadataKey: "account/" + AccountMovement.businessKey(shop),
        // Stored with the intent: a repeat after an upgrade must not differ (Q1).
        "pluginVersion": context.settings.pluginVersion,
      ])
  }

  private static func recordName(_ shop: ShopID) -> MovementExecutor.RecordName {
    { _ in "shop/\(shop)" }
  }

  /// The mapping is written with the outcome: there is no moment in which an account of ours is
  /// known to nobody.
  private func recorder(_ shop: ShopID) -> MovementExecutor.Recorder {
    let (settings, token) = (context.settings, context.newToken())
    return { transaction, outcome, nowMs in
      guard case .succeeded(let id) = outcome else { return }
      let account: AccountID
      do { account = try AccountID(id) } catch {
        throw StoreError.notAllowed("shop \(shop): \(error)")
      }
      try SellerMapping(settings: settings).create(
        shop, account, nil, token: token, transaction, nowMs: nowMs)
    }
  }

  /// nil: the account is there.
  private func verdict(
    _ outcome: MovementExecutor.Outcome, _ shop: ShopID, _ job: Job
  ) throws -> Verdict? {
    switch outcome {
    case .succeeded, .contradicted: return nil
    case .refused(let reason, _):
      // Tried again by the next pass, with a new key.
      try note(shop, reason)
      return .done
    case .unsettled(let afterMs, let reason, _):
      try note(shop, reason)
      return context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason):
      try note(shop, reason)
      return .retry(afterMs: Circuits.probeMs, reason: reason)
    case .absent: return context.retry(job, reason: "an earlier attempt had no effect")
    case .stopped: return context.retry(job, reason: "the facts changed: decided again")
    }
  }

  /// Why the shop is not in order; nil: it is. The checkpoint does not pass it before (O1).
  private func note(_ shop: ShopID, _ reason: String?) throws {
    let nowMs = context.nowMs
    let isNews = try context.store.write {
      try $0.setOnboarding(shop: shop, reason: reason, nowMs: nowMs)
    }
    if isNews, let reason {
      context.log.warning(
        "shop not onboarded yet",
        metadata: ["shop": .string("\(shop)"), "reason": .string(reason)])
    }
  }
}
