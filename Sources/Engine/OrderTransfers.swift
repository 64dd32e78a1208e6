import Decisions
import Domain
import Logging
import Store

/// Carries out what was decided about an order of one kind: at most one movement per part, the
/// seller's first.
///
/// Whether there is a tax part is decided with the seller's part and recorded with it (T4): the tax
/// record is written in the transaction that commits the seller's intent, on hold, with its amount
/// and account. From then on that record decides, and not the switch.
struct OrderTransfers {
  /// Checked in the transaction that writes the intent: whether the order still is what the
  /// decision was made of (Q6).
  typealias Unchanged = @Sendable (Transaction) throws -> Bool

  let context: EngineContext
  let executor: MovementExecutor
  let kind: TransferRecord.Kind

  init(_ context: EngineContext, _ circuits: Circuits, _ kind: TransferRecord.Kind) {
    self.context = context
    executor = MovementExecutor(context: context, circuits: circuits)
    self.kind = kind
  }

  func record(_ order: OrderID, _ part: TransferRecord.Part) throws -> TransferRecord? {
    try context.store.read { try $0.transfer(kind, part, miraklID: order.rawValue) }
  }

  /// Final in every part, or contradicted by what Stripe made: nothing will follow by itself.
  func isFinished(_ order: OrderID) throws -> Bool {
    try context.store.read { try Self.isFinished(kind, order, $0) }
  }

  static func isFinished(
    _ kind: TransferRecord.Kind, _ order: OrderID, _ transaction: Transaction
  ) throws -> Bool {
    let seller = try transaction.transfer(kind, .seller, miraklID: order.rawValue)
    switch seller?.status {
    case .aborted: return true
    case .created:
      let tax = try transaction.transfer(kind, .tax, miraklID: order.rawValue)
      return tax.map { $0.status.isFinal || $0.isContradicted } ?? true
    case nil, .onHold, .pending, .failed, .ignored: return seller?.isContradicted ?? false
    }
  }

  /// The policy that the order is decided by: the operator's, but once the seller's part was made,
  /// with the tax account that was recorded then (T4).
  func policy(_ order: OrderID) throws -> SplitPolicy {
    var policy = context.settings.split
    if try record(order, .seller)?.status == .created {
      policy.taxAccount = try record(order, .tax)?.accountID
    }
    return policy
  }

  /// Minor units of the charge that other orders use.
  func committedGross(_ source: PaymentSource, excluding order: OrderID) throws -> Int64 {
    guard case .charge(let payment) = source else { return 0 }
    return try context.store.read {
      try $0.committedGross(charge: payment.chargeID, excluding: order.rawValue)
    }
  }

  // MARK: - Acting

  func carryOut(
    _ decision: SplitDecision?, _ target: SplitTarget, _ mapping: AccountMapping?,
    _ isUnchanged: @escaping Unchanged, _ job: Job
  ) throws -> Verdict {
    switch decision {
    case .pay(let plans): return try pay(plans, target, mapping, isUnchanged, job)
    case .hold(let reason):
      if case .paidTwice = reason { context.log.error("paid twice", metadata: job.labels) }
      return try save(target, mapping, .onHold, "\(reason)", job)
    case .abort(let reason): return try save(target, mapping, .aborted, "\(reason)", job)
    case .ignore:
      return try save(target, mapping, .ignored, "The operator ignores shop \(target.shopID)", job)
    case .notOurs, nil: return .done
    }
  }

  private func save(
    _ target: SplitTarget, _ mapping: AccountMapping?, _ status: TransferRecord.Status,
    _ reason: String, _ job: Job
  ) throws -> Verdict {
    let nowMs = context.nowMs
    var draft = TransferDraft(target, part: .seller, mapping: mapping)
    (draft.status, draft.reason) = (status, reason)
    let final = draft
    let isSaved = try context.store.write { transaction in
      // A worker that lost its lease may have sent it meanwhile: its outcome decides (Q4).
      guard try !Self.isUnderWay(target, transaction) else { return false }
      _ = try transaction.saveTransfer(final, nowMs: nowMs)
      // A tax part that was not made follows the seller's part.
      if let tax = try transaction.transfer(target.kind, .tax, miraklID: target.id.rawValue) {
        var copy = TransferDraft(tax)
        (copy.status, copy.reason) = (status, reason)
        _ = try transaction.saveTransfer(copy, nowMs: nowMs)
      }
      if status == .aborted { try Self.closePlanned(target, reason, transaction, nowMs: nowMs) }
      return true
    }
    return isSaved ? .done : context.retry(job, reason: "a transfer is under way")
  }

  /// What was planned and never sent ends with its order.
  private static func closePlanned(
    _ target: SplitTarget, _ reason: String, _ transaction: Transaction, nowMs: Int64
  ) throws {
    for part in TransferRecord.Part.allCases {
      let key = target.businessKey(part)
      guard let intent = try transaction.latestIntent(.transfer, businessKey: key),
        intent.state == .planned
      else { continue }
      _ = try transaction.finishIntent(intent.id, .refused(reason), nowMs: nowMs)
    }
  }

  /// Whether a part was sent and has no outcome.
  private static func isUnderWay(_ target: SplitTarget, _ transaction: Transaction) throws -> Bool {
    try TransferRecord.Part.allCases.contains {
      try transaction.hasOpenIntent(.transfer, businessKey: target.businessKey($0))
    }
  }

  private func pay(
    _ plans: [TransferPlan], _ target: SplitTarget, _ mapping: AccountMapping?,
    _ isUnchanged: @escaping Unchanged, _ job: Job
  ) throws -> Verdict {
    let tax = plans.first { $0.part == .tax }
    for plan in try remaining(plans, target) {
      let outcome = try make(plan, tax: tax, target, mapping, isUnchanged)
      if let verdict = verdict(outcome, job) { return verdict }
      // Taxes were withheld from the seller's part: without that there are none to pass on.
      guard case .succeeded = outcome else { return .done }
    }
    return .done
  }

  /// Both parts as decided; or, once the seller's part was made, the tax part as it was recorded.
  private func remaining(_ plans: [TransferPlan], _ target: SplitTarget) throws -> [TransferPlan] {
    guard try record(target.id, .seller)?.status == .created else { return plans }
    guard let tax = try record(target.id, .tax), !tax.status.isFinal, var plan = plans.first,
      let amount = tax.amount, let account = tax.accountID, let gross = tax.grossMinorUnits
    else { return [] }
    (plan.part, plan.amount, plan.grossMinorUnits) = (.tax, amount, gross)
    (plan.destination, plan.source, plan.roundedFrom) = (account, tax.sourceCharge, nil)
    return [plan]
  }

  private func make(
    _ plan: TransferPlan, tax: TransferPlan?, _ target: SplitTarget, _ mapping: AccountMapping?,
    _ isUnchanged: @escaping Unchanged
  ) throws -> MovementExecutor.Outcome {
    let draft = TransferDraft(target, plan: plan, mapping: mapping)
    let taxDraft = tax.map { TransferDraft(target, plan: $0, mapping: mapping) }
    let group = try plan.source.flatMap { charge in
      try context.store.read { try $0.payment(charge: charge)?.transferGroup }
    }
    let movement = TransferMovement(
      stripe: context.stripe, businessKey: target.businessKey(plan.part),
      request: target.request(plan, group: group, pluginVersion: context.settings.pluginVersion))
    if let exact = plan.roundedFrom {
      context.log.notice(
        "rounded half away from zero",
        metadata: [
          "order": .string(target.id.rawValue), "exact": .string("\(exact)"),
          "amount": .string("\(plan.amount)"),
        ])
    }
    return try executor.start(
      movement, record: TransferRecorder.recordName(draft),
      prepare: { transaction, nowMs in
        guard try isUnchanged(transaction),
          try Self.prepare(transaction, plan, target, draft, nowMs: nowMs)
        else { return false }
        if plan.part == .seller {
          try TransferRecorder.recordTaxPart(taxDraft, of: target, transaction, nowMs: nowMs)
        }
        return true
      },
      recorder: TransferRecorder.recorder(draft, notifies: context.settings.notifies))
  }

  /// What may have changed between the decision and the write, checked where nothing can change
  /// it any more: the shop's flags, the payment, other orders that use it, another process
  /// (Q4, Q6, A6, P4).
  private static func prepare(
    _ transaction: Transaction, _ plan: TransferPlan, _ target: SplitTarget,
    _ draft: TransferDraft, nowMs: Int64
  ) throws -> Bool {
    let id = target.id.rawValue
    let record = try transaction.transfer(target.kind, plan.part, miraklID: id)
    if let record, record.status.isFinal { return false }
    let intent = try transaction.latestIntent(
      .transfer, businessKey: target.businessKey(plan.part))
    if let intent, intent.state != .planned, intent.state != .refused { return false }
    guard let mapping = try transaction.mapping(shop: target.shopID), !mapping.isIgnored
    else { return false }
    if plan.part == .seller, mapping.accountID != plan.destination { return false }
    if let charge = plan.source {
      guard let payment = try transaction.payment(charge: charge), payment.status == .captured,
        !payment.isDisputed, payment.commercialID ?? target.commercialID == target.commercialID
      else { return false }
      let committed = try transaction.committedGross(charge: charge, excluding: id)
      let own = try transaction.ownRefunds(charge: charge)
      let open = payment.withoutOwnRefunds(own)
      let available = open.amountCaptured - open.amountRefunded
      guard committed <= available - plan.grossMinorUnits else { return false }
      try transaction.markPaymentUsed(charge, commercialID: target.commercialID, nowMs: nowMs)
    }
    var pending = draft
    (pending.status, pending.reason) = (.pending, "Transfer is being made")
    _ = try transaction.saveTransfer(pending, nowMs: nowMs)
    return true
  }

  // MARK: - Settling

  /// Brings movements that were sent, and have no outcome, to one. nil: go on and decide.
  func settleOpenMovements(_ order: OrderID, _ job: Job) throws -> Verdict? {
    for part in TransferRecord.Part.allCases {
      let key = TransferMovement.businessKey(kind, part, miraklID: order.rawValue)
      let intent = try context.store.read { try $0.latestIntent(.transfer, businessKey: key) }
      guard let intent, intent.state == .sent || intent.state == .unknown,
        let record = try record(order, part)
      else { continue }
      let movement = try TransferMovement(stripe: context.stripe, intent: intent)
      let draft = TransferDraft(record)
      let outcome = try executor.settle(
        movement, intent, record: TransferRecorder.recordName(draft),
        recorder: TransferRecorder.recorder(draft, notifies: context.settings.notifies))
      if case .refused = outcome { return .done }
      if let verdict = verdict(outcome, job) { return verdict }
    }
    return nil
  }

  /// nil: the next part, or a new decision.
  private func verdict(_ outcome: MovementExecutor.Outcome, _ job: Job) -> Verdict? {
    switch outcome {
    case .succeeded, .refused, .absent: nil
    case .contradicted: .done
    case .stopped: context.retry(job, reason: "the facts changed: decided again")
    case .unsettled(let afterMs, let reason, _):
      context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }
}

extension Transaction {
  /// Whether a movement was sent and has no outcome.
  func hasOpenIntent(_ kind: Intent.Kind, businessKey: String) throws -> Bool {
    let state = try latestIntent(kind, businessKey: businessKey)?.state
    return state == .sent || state == .unknown
  }
}
