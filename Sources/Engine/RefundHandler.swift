import Decisions
import Domain
import Logging
import Store
import Threading

/// Gives one refund back to the customer, tells Mirakl, and takes the seller's share back
/// (interface.md §10, refund).
///
/// Three steps, each a movement of its own with its own intent: the refund at Stripe, its
/// confirmation (PA02, SPA02), the reversals. A step that was made is never made again; whatever is
/// missing after it is repeated alone (R2).
struct RefundHandler {
  /// A refund is made only if Mirakl asked for it this recently (Q6).
  static let askFreshMs: Int64 = 300_000

  let context: EngineContext
  let circuits: Circuits
  let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let record = try load(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    if let verdict = try settle(record, job) { return verdict }
    guard context.settings.refunds(record.ask.kind) else { return .done }  // R8
    do {
      if let verdict = try makeRefund(job) { return verdict }
      if let verdict = try confirm(job) { return verdict }
      guard let record = try load(job.key) else { return .done }
      return try RefundReversals(context, executor).handle(record, job)
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
  }

  private func load(_ key: String) throws -> RefundRecord? {
    guard let slash = key.firstIndex(of: "/"),
      let kind = RefundRecord.Kind(rawValue: String(key[..<slash]))
    else { return nil }
    let id = String(key[key.index(after: slash)...])
    return try context.store.read { try $0.refund(kind, miraklID: id) }
  }

  // MARK: - The refund at Stripe

  /// nil: it is made, or will never be; go on.
  private func makeRefund(_ job: Job) throws -> Verdict? {
    guard let record = try load(job.key) else { return .done }
    if record.stripeRefund != nil { return try follow(record) }
    if record.status == .aborted { return nil }
    if abs(context.nowMs - record.seenMs) > Self.askFreshMs {
      return try wait(record, .onHold, "Waits for the next pass to see that Mirakl still asks")
    }
    let source = try RefundSource(context: context, circuits: circuits).find(record.ask)
    switch decideRefund(record.ask, source: source, policy: context.settings.split) {
    case .pay(let plan): return try pay(plan, record, source, job)
    case .hold(let reason): return try wait(record, .onHold, reason)
    case .abort(let reason):
      try save(record) {
        $0.status = .aborted
        $0.reason = reason
      }
      return nil
    }
  }

  private func pay(
    _ plan: RefundPlan, _ record: RefundRecord, _ source: PaymentSource, _ job: Job
  ) throws -> Verdict? {
    if let exact = plan.roundedFrom {
      context.log.notice(
        "rounded half away from zero",
        metadata: [
          "refund": .string(record.ask.id), "exact": .string("\(exact)"),
          "amount": .string("\(plan.amount)"),
        ])
    }
    let key = RefundMovement.businessKey(record)
    let movement = RefundMovement(
      stripe: context.stripe, businessKey: key,
      request: RefundRequest(
        charge: plan.charge, amount: plan.amount,
        metadata: [
          RefundMovement.refundKey: record.ask.id, "miraklOrderId": record.ask.orderID.rawValue,
          TransferMovement.metadataKey: key,
          // Stored with the intent: a repeat after an upgrade must not differ (Q1).
          "pluginVersion": context.settings.pluginVersion,
        ]))
    if try isUntried(.refund, key), let made = try movement.lookUp().value {
      // Somebody made it before us: the connector that this one replaced, or an earlier database.
      try adopt(made.id, movement, plan, record)
      return nil
    }
    let outcome = try executor.start(
      movement, record: Self.recordName(record.id),
      prepare: { try Self.prepare($0, plan, record, key, nowMs: $1) },
      recorder: recorder(record.id, movement))
    return try after(outcome, job)
  }

  private func isUntried(_ kind: Intent.Kind, _ key: String) throws -> Bool {
    try context.store.read { try $0.latestIntent(kind, businessKey: key) == nil }
  }

  private func adopt(
    _ id: String, _ movement: RefundMovement, _ plan: RefundPlan, _ record: RefundRecord
  ) throws {
    let nowMs = context.nowMs
    let record = recorder(record.id, movement, plan)
    try context.store.write { try record($0, .succeeded(receiptID: id), nowMs) }
  }

  /// What may have changed since the decision, where nothing can change it any more (Q4, Q6).
  private static func prepare(
    _ transaction: Transaction, _ plan: RefundPlan, _ decided: RefundRecord, _ key: String,
    nowMs: Int64
  ) throws -> Bool {
    guard var record = try transaction.refund(id: decided.id), record.stripeRefund == nil,
      record.status != .aborted, record.ask.amount == decided.ask.amount
    else { return false }
    let intent = try transaction.latestIntent(.refund, businessKey: key)
    if let intent, intent.state != .planned, intent.state != .refused { return false }
    try transaction.markPaymentUsed(
      plan.charge, commercialID: decided.ask.commercialID, nowMs: nowMs)
    (record.charge, record.amount) = (plan.charge, plan.amount)
    (record.status, record.reason) = (.pending, "Refund is being made")
    try transaction.saveRefund(record, nowMs: nowMs)
    return true
  }

  private func recorder(
    _ id: Int64, _ movement: RefundMovement, _ plan: RefundPlan? = nil
  ) -> MovementExecutor.Recorder {
    let notifies = context.settings.notifies
    return { transaction, outcome, nowMs in
      guard var record = try transaction.refund(id: id), record.stripeRefund == nil else { return }
      switch outcome {
      case .succeeded(let receipt):
        record.stripeRefund = try RefundID(receipt)
        record.charge = plan?.charge ?? movement.request.charge
        record.amount = plan?.amount ?? movement.request.amount
        let seen = movement.seen.withLock { $0 }
        Self.describe(&record, status: seen?.status, failure: seen?.failureReason)
      case .refused(let reason, let waits):
        (record.status, record.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (record.status, record.reason) = (.pending, reason)
      case .paused(let reason):
        // An earlier send may have had its effect: until that is known, it is at work.
        let isUnderWay = try transaction.hasOpenIntent(.refund, businessKey: record.key)
        (record.status, record.reason) = (isUnderWay ? .pending : .onHold, reason)
      case .absent:
        (record.status, record.reason) = (.onHold, "An earlier attempt had no effect")
      case .contradicted, .stopped: return
      }
      try Self.save(transaction, record, notifies: notifies, nowMs: nowMs)
      // A6: of what went back, only what the charge shows is known to be ours.
      if case .succeeded = outcome {
        try transaction.enqueue(
          .readCharge, key: movement.request.charge.rawValue, runAtMs: nowMs, nowMs: nowMs)
      }
    }
  }

  // MARK: - Its state at Stripe (R3)

  /// nil: the customer has it; go on.
  private func follow(_ known: RefundRecord) throws -> Verdict? {
    var record = known
    if refundProgress(known.stripeStatus) != .made {
      guard let fresh = try readAgain(known) else { return .done }
      record = fresh
    }
    return refundProgress(record.stripeStatus) == .made ? nil : .done
  }

  /// Reads Stripe's refund again and records what it says. A failure is reported, however late.
  func readAgain(_ record: RefundRecord) throws -> RefundRecord? {
    guard let id = record.stripeRefund else { return record }
    let seen = try context.stripe.refund(id).value
    let (nowMs, notifies) = (context.nowMs, context.settings.notifies)
    return try context.store.write { transaction in
      guard var record = try transaction.refund(id: record.id) else { return nil }
      Self.describe(&record, status: seen.status, failure: seen.failureReason)
      return try Self.save(transaction, record, notifies: notifies, nowMs: nowMs)
    }
  }

  /// Status and reason of a refund that Stripe made.
  private static func describe(_ record: inout RefundRecord, status: String?, failure: String?) {
    let before = refundProgress(record.stripeStatus)
    record.stripeStatus = status
    let id = record.stripeRefund?.rawValue ?? "?"
    switch refundProgress(status) {
    case .made:
      if record.confirmedMs != nil {
        (record.status, record.reason) = (.created, nil)
      } else if before != .made {
        // Once it is made, what Mirakl said to its confirmation is the news.
        (record.status, record.reason) = (.pending, "Made at Stripe; Mirakl is being told")
      }
    case .underWay:
      (record.status, record.reason) = (
        .pending, "Stripe refund \(id) is \(status ?? "not settled") and not with the customer yet"
      )
    case .failed:
      let when = record.confirmedMs == nil ? "" : " after it was confirmed to Mirakl"
      (record.status, record.reason) = (
        .failed,
        "\(Self.failedAtStripe) \(id) \(status ?? "failed")\(when): \(failure ?? "no reason"). "
          + "The money is back on the platform's balance; pay the customer another way"
      )
    }
  }

  private static let failedAtStripe = "Stripe refund"

  // MARK: - The confirmation

  /// nil: Mirakl knows; go on.
  private func confirm(_ job: Job) throws -> Verdict? {
    guard let record = try load(job.key), let refund = record.stripeRefund,
      record.confirmedMs == nil, refundProgress(record.stripeStatus) == .made
    else { return nil }
    if let waitMs = try circuits.waitMs(.mirakl) {
      return .retry(afterMs: waitMs, reason: "Mirakl is paused")
    }
    let movement = ConfirmRefundMovement(
      mirakl: context.mirakl, refundKind: record.ask.kind,
      request: RefundConfirmation(
        refundID: record.ask.id, orderID: record.ask.orderID, amount: record.ask.amount,
        currency: record.ask.currency, transactionNumber: refund.rawValue))
    let (kind, key) = (movement.kind, movement.businessKey)
    let outcome = try executor.start(
      movement, record: Self.recordName(record.id),
      prepare: { transaction, _ in
        let intent = try transaction.latestIntent(kind, businessKey: key)
        if let intent, intent.state != .planned, intent.state != .refused { return false }
        return try transaction.refund(id: record.id)?.confirmedMs == nil
      },
      recorder: confirmationRecorder(record.id))
    return try after(outcome, job)
  }

  private func confirmationRecorder(_ id: Int64) -> MovementExecutor.Recorder {
    let notifies = context.settings.notifies
    return { transaction, outcome, nowMs in
      guard var record = try transaction.refund(id: id), record.confirmedMs == nil else { return }
      switch outcome {
      case .succeeded:
        record.confirmedMs = nowMs
        // From here on the reversal is owed: whatever happens next, its record brings it back (Q5).
        try RefundReversals.note(record, transaction, nowMs: nowMs)
        // A failure that Stripe reported meanwhile stays what the operator must see.
        if refundProgress(record.stripeStatus) == .made {
          (record.status, record.reason) = (.created, nil)
        }
      case .refused(let reason, _):
        (record.status, record.reason) = (.failed, "Refunded, but not confirmed: \(reason)")
      case .unsettled(_, let reason, _), .paused(let reason):
        (record.status, record.reason) = (.pending, "Refunded, not confirmed yet: \(reason)")
      case .absent:
        (record.status, record.reason) = (.pending, "Refunded, to be confirmed again")
      case .contradicted, .stopped: return
      }
      try Self.save(transaction, record, notifies: notifies, nowMs: nowMs)
    }
  }

  // MARK: - Settling

  /// Brings movements that were sent, and have no outcome, to one. nil: go on.
  private func settle(_ record: RefundRecord, _ job: Job) throws -> Verdict? {
    let confirmation = ConfirmRefundMovement.kind(record.ask.kind)
    if let intent = try live(.refund, RefundMovement.businessKey(record)) {
      let movement = try RefundMovement(stripe: context.stripe, intent: intent)
      let outcome = try executor.settle(
        movement, intent, record: Self.recordName(record.id),
        recorder: recorder(record.id, movement))
      if let verdict = try after(outcome, job) { return verdict }
    }
    if let intent = try live(confirmation, record.key) {
      if let waitMs = try circuits.waitMs(.mirakl) {
        return .retry(afterMs: waitMs, reason: "Mirakl is paused")
      }
      let movement = try ConfirmRefundMovement(
        mirakl: context.mirakl, refundKind: record.ask.kind, intent: intent)
      let outcome = try executor.settle(
        movement, intent, record: Self.recordName(record.id),
        recorder: confirmationRecorder(record.id))
      if let verdict = try after(outcome, job) { return verdict }
    }
    return try RefundReversals(context, executor).settle(record, job)
  }

  private func live(_ kind: Intent.Kind, _ key: String) throws -> Intent? {
    let intent = try context.store.read { try $0.latestIntent(kind, businessKey: key) }
    guard let intent, intent.state == .sent || intent.state == .unknown else { return nil }
    return intent
  }

  // MARK: - Saving

  static func recordName(_ id: Int64) -> MovementExecutor.RecordName {
    { try $0.refund(id: id)?.recordName }
  }

  @discardableResult
  private static func save(
    _ transaction: Transaction, _ record: RefundRecord, notifies: Bool, nowMs: Int64
  ) throws -> RefundRecord {
    let saved = try transaction.saveRefund(record, nowMs: nowMs)
    // Q9: once per change of state or reason, not per try.
    if notifies, saved.changed, saved.record.status == .failed,
      try transaction.isNews(
        record: saved.record.recordName, pending: RefundRecord.Status.pending.rawValue)
    {
      let body = try RefundNotification(saved.record).json()
      _ = try transaction.addNotification(type: "refund.failed", body: body, nowMs: nowMs)
    }
    return saved.record
  }

  private func save(
    _ record: RefundRecord, _ change: @escaping @Sendable (inout RefundRecord) -> Void
  ) throws {
    let (nowMs, notifies) = (context.nowMs, context.settings.notifies)
    let key = RefundMovement.businessKey(record)
    try context.store.write { transaction in
      guard var record = try transaction.refund(id: record.id), record.stripeRefund == nil else {
        return
      }
      let intent = try transaction.latestIntent(.refund, businessKey: key)
      // A worker that lost its lease may have sent it meanwhile: its outcome decides (Q4).
      if let intent, intent.state == .sent || intent.state == .unknown { return }
      if let intent, intent.state == .planned {
        _ = try transaction.finishIntent(
          intent.id, .refused("decided anew before it was sent"), nowMs: nowMs)
      }
      change(&record)
      try Self.save(transaction, record, notifies: notifies, nowMs: nowMs)
    }
  }

  /// A refund that is not made yet; its reversals wait with it.
  private func wait(
    _ record: RefundRecord, _ status: RefundRecord.Status, _ reason: String
  ) throws -> Verdict {
    try save(record) {
      $0.status = status
      $0.reason = reason
    }
    return .done
  }

  // MARK: - Verdicts

  /// nil: go on.
  private func after(_ outcome: MovementExecutor.Outcome, _ job: Job) throws -> Verdict? {
    switch outcome {
    case .succeeded:
      guard let record = try load(job.key) else { return .done }
      return record.stripeRefund != nil && refundProgress(record.stripeStatus) != .made
        ? .done : nil
    case .absent: return nil
    // The next pass tries again; until then nothing that follows may happen.
    case .refused, .contradicted: return .done
    case .stopped: return context.retry(job, reason: "the facts changed: decided again")
    case .unsettled(let afterMs, let reason, _):
      return context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): return .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }
}
