import Decisions
import Domain
import Logging
import Store

/// Decides and pays one product order (interface.md §10, split).
///
/// Facts first (the order, the shop, the payment, what is under way), then the pure decision, then
/// at most one movement per part. A movement that was sent before is settled before anything is
/// decided anew.
struct SplitOrderHandler {
  let context: EngineContext
  let circuits: Circuits
  let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let orderID = try? OrderID(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    if let verdict = try settleOpenMovements(orderID, job) { return verdict }
    // Switched off meanwhile (Q6), or nothing left to do.
    guard context.settings.paysProductOrders, try !isFinished(orderID) else { return .done }
    do {
      guard let order = try freshOrder(orderID) else { return .done }
      return try decideAndAct(order, job)
    } catch let failure as CallFailure {
      return try verdict(failure, job)
    }
  }

  // MARK: - Facts

  private func record(_ orderID: OrderID, _ part: TransferRecord.Part) throws -> TransferRecord? {
    try context.store.read {
      try $0.transfer(.productOrder, part, miraklID: orderID.rawValue)
    }
  }

  /// Final in every part: nothing will ever follow.
  private func isFinished(_ orderID: OrderID) throws -> Bool {
    guard let seller = try record(orderID, .seller) else { return false }
    if seller.status == .aborted { return true }
    guard seller.status == .created else { return false }
    if context.settings.split.taxAccount == nil { return true }
    return try record(orderID, .tax)?.status.isFinal ?? false
  }

  /// The order as last read, read again from Mirakl if that was too long ago (Q6).
  private func freshOrder(_ id: OrderID) throws -> OrderSnapshot? {
    let known = try context.store.read { try $0.order(id) }
    if let known, abs(context.nowMs - known.readMs) <= context.settings.orderFreshMs {
      return known.snapshot
    }
    let readMs = context.nowMs
    let page = try context.mirakl.orders(.ids([id]), next: nil).value
    for element in page.elements {
      switch element {
      case .readable(let order) where order.id == id:
        _ = try context.store.write { try $0.saveOrder(order, readMs: readMs) }
        return order
      case .unreadable(let problem) where problem.id == id.rawValue:
        try OrderIntake(context).hold(problem)
        return nil
      case .readable, .unreadable: continue
      }
    }
    try OrderIntake(context).holdMissing(id.rawValue)
    return nil
  }

  private func source(of order: OrderSnapshot) throws -> PaymentSource {
    let payments = try context.store.read { try $0.payments(commercialID: order.commercialID) }
    switch sourceQuestion(transactionNumber: order.transactionNumber, payments: payments) {
    case .answered(let source): return source
    case .charge(let id): return try chargeSource(id)
    case .paymentIntent(let id): return try intentSource(id)
    }
  }

  private func chargeSource(_ id: ChargeID) throws -> PaymentSource {
    if let payment = try context.store.read({ try $0.payment(charge: id) }),
      abs(context.nowMs - payment.readMs) <= context.settings.chargeFreshMs
    {
      return .charge(payment)
    }
    let askedMs = context.nowMs
    do {
      return .charge(try save(try context.stripe.charge(id).value, readMs: askedMs))
    } catch let failure as CallFailure {
      return try missing(id.rawValue, failure)
    }
  }

  private func intentSource(_ id: PaymentIntentID) throws -> PaymentSource {
    let askedMs = context.nowMs
    do {
      let intent = try context.stripe.paymentIntent(id).value
      if intent.status == "canceled" { return .canceled(id) }
      guard var charge = intent.latestCharge else {
        return .unfinished(id, status: intent.status)
      }
      charge.paymentIntentMetadata = intent.metadata
      return .charge(try save(charge, readMs: askedMs))
    } catch let failure as CallFailure {
      return try missing(id.rawValue, failure)
    }
  }

  private func save(_ charge: ChargeSnapshot, readMs: Int64) throws -> Payment {
    let key = context.settings.basketMetadataKey
    return try context.store.write { transaction in
      try transaction.recordCharge(
        charge, commercialID: charge.basket(metadataKey: key), nowMs: readMs)
    }
  }

  private func missing(_ id: String, _ failure: CallFailure) throws -> PaymentSource {
    guard case .refused(let refusal) = failure.kind, refusal.isMissing else { throw failure }
    switch try StripeCanary(context: context).ask() {
    case .known: return .missing(id, isProven: true)
    case .nothingToAskFor: return .missing(id, isProven: false)
    case .unknown:
      try circuits.open(.stripe, reason: "Stripe knows none of our objects any more: \(failure)")
      return .missing(id, isProven: false)
    }
  }

  // MARK: - Acting

  private func decideAndAct(_ order: OrderSnapshot, _ job: Job) throws -> Verdict {
    let shopID = order.shopID
    let mapping = try context.store.read { try $0.mapping(shop: shopID) }
    let policy = context.settings.split
    var decision = decideSplitBeforePayment(order, mapping: mapping, policy: policy)
    if decision == nil {
      let source = try withoutOwnRefunds(try source(of: order))
      let committed = try committedGross(source, excluding: order.id)
      decision = decideSplit(
        SplitFacts(
          order: order, mapping: mapping, source: source, committedGross: committed,
          policy: policy))
    }
    switch decision {
    case .pay(let plans): return try pay(plans, order, mapping, job)
    case .hold(let reason):
      if case .paidTwice = reason {
        context.log.error("paid twice", metadata: job.labels)
      }
      return try save(order, mapping, .onHold, "\(reason)", job)
    case .abort(let reason): return try save(order, mapping, .aborted, "\(reason)", job)
    case .ignore:
      return try save(order, mapping, .ignored, "The operator ignores shop \(order.shopID)", job)
    case .notOurs, nil: return .done
    }
  }

  /// A6: refunds that we made for Mirakl are answered for by their reversals.
  private func withoutOwnRefunds(_ source: PaymentSource) throws -> PaymentSource {
    guard case .charge(let payment) = source else { return source }
    let own = try context.store.read { try $0.ownRefunds(charge: payment.chargeID) }
    return .charge(payment.withoutOwnRefunds(own))
  }

  private func committedGross(_ source: PaymentSource, excluding order: OrderID) throws -> Int64 {
    guard case .charge(let payment) = source else { return 0 }
    return try context.store.read {
      try $0.committedGross(charge: payment.chargeID, excluding: order.rawValue)
    }
  }

  private func save(
    _ order: OrderSnapshot, _ mapping: AccountMapping?, _ status: TransferRecord.Status,
    _ reason: String, _ job: Job
  ) throws -> Verdict {
    let nowMs = context.nowMs
    var draft = TransferDraft(order: order, part: .seller, mapping: mapping)
    (draft.status, draft.reason) = (status, reason)
    let final = draft
    let isSaved = try context.store.write { transaction in
      // A worker that lost its lease may have sent it meanwhile: its outcome decides (Q4).
      guard try !Self.isUnderWay(order.id, transaction) else { return false }
      _ = try transaction.saveTransfer(final, nowMs: nowMs)
      // A tax part that was not made follows the seller's part.
      if let tax = try transaction.transfer(.productOrder, .tax, miraklID: order.id.rawValue) {
        var copy = TransferDraft(tax)
        (copy.status, copy.reason) = (status, reason)
        _ = try transaction.saveTransfer(copy, nowMs: nowMs)
      }
      if status == .aborted { try Self.closePlanned(order.id, reason, transaction, nowMs: nowMs) }
      return true
    }
    return isSaved ? .done : context.retry(job, reason: "a transfer is under way")
  }

  /// What was planned and never sent ends with its order.
  private static func closePlanned(
    _ order: OrderID, _ reason: String, _ transaction: Transaction, nowMs: Int64
  ) throws {
    for part in TransferRecord.Part.allCases {
      let key = TransferMovement.businessKey(.productOrder, part, miraklID: order.rawValue)
      guard let intent = try transaction.latestIntent(.transfer, businessKey: key),
        intent.state == .planned
      else { continue }
      _ = try transaction.finishIntent(intent.id, .refused(reason), nowMs: nowMs)
    }
  }

  /// Whether a part was sent and has no outcome.
  private static func isUnderWay(_ order: OrderID, _ transaction: Transaction) throws -> Bool {
    try TransferRecord.Part.allCases.contains { try isUnderWay(order, $0, transaction) }
  }

  private static func isUnderWay(
    _ order: OrderID, _ part: TransferRecord.Part, _ transaction: Transaction
  ) throws -> Bool {
    let key = TransferMovement.businessKey(.productOrder, part, miraklID: order.rawValue)
    let state = try transaction.latestIntent(.transfer, businessKey: key)?.state
    return state == .sent || state == .unknown
  }

  private func pay(
    _ plans: [TransferPlan], _ order: OrderSnapshot, _ mapping: AccountMapping?, _ job: Job
  ) throws -> Verdict {
    for plan in plans {
      if let made = try record(order.id, plan.part), made.status == .created { continue }
      let outcome = try make(plan, order, mapping)
      if let verdict = verdict(outcome, job) { return verdict }
    }
    return .done
  }

  private func make(
    _ plan: TransferPlan, _ order: OrderSnapshot, _ mapping: AccountMapping?
  ) throws -> MovementExecutor.Outcome {
    let businessKey = TransferMovement.businessKey(
      .productOrder, plan.part, miraklID: order.id.rawValue)
    let draft = TransferDraft(order: order, plan: plan, mapping: mapping)
    let group = try plan.source.flatMap { charge in
      try context.store.read { try $0.payment(charge: charge)?.transferGroup }
    }
    let movement = TransferMovement(
      stripe: context.stripe, businessKey: businessKey,
      request: transferRequest(plan, order, group: group, businessKey: businessKey))
    if let exact = plan.roundedFrom {
      context.log.notice(
        "rounded half away from zero",
        metadata: [
          "order": .string(order.id.rawValue), "exact": .string("\(exact)"),
          "amount": .string("\(plan.amount)"),
        ])
    }
    return try executor.start(
      movement, record: Self.recordName(order.id, plan.part),
      prepare: { transaction, nowMs in
        try Self.prepare(transaction, plan, order, draft, nowMs: nowMs)
      },
      recorder: Self.recorder(draft, notifies: context.settings.notifies))
  }

  private func transferRequest(
    _ plan: TransferPlan, _ order: OrderSnapshot, group: String?, businessKey: String
  ) -> TransferRequest {
    let suffix = plan.part == .tax ? "_TAX" : ""
    return TransferRequest(
      amount: plan.amount, destination: plan.destination, sourceCharge: plan.source,
      // A charge that has a group passes it on to its transfers; another one would contradict it.
      transferGroup: group ?? order.commercialID.rawValue,
      description: "Mirakl order \(order.id)\(plan.part == .tax ? " (taxes)" : "")",
      metadata: [
        "miraklId": order.id.rawValue + suffix, "miraklShopId": order.shopID.description,
        TransferMovement.metadataKey: businessKey,
        // Stored with the intent: a repeat after an upgrade must not differ (Q1).
        "pluginVersion": context.settings.pluginVersion,
      ])
  }

  /// What may have changed between the decision and the write, checked where nothing can change
  /// it any more: the order, the shop's flags, the payment, other orders that use it, another
  /// process (Q4, Q6, A6, P4).
  private static func prepare(
    _ transaction: Transaction, _ plan: TransferPlan, _ order: OrderSnapshot,
    _ draft: TransferDraft, nowMs: Int64
  ) throws -> Bool {
    let record = try transaction.transfer(.productOrder, plan.part, miraklID: order.id.rawValue)
    if let record, record.status.isFinal { return false }
    let intent = try transaction.latestIntent(
      .transfer,
      businessKey: TransferMovement.businessKey(
        .productOrder, plan.part, miraklID: order.id.rawValue))
    if let intent, intent.state != .planned, intent.state != .refused { return false }
    guard try transaction.order(order.id)?.snapshot == order,
      let mapping = try transaction.mapping(shop: order.shopID), !mapping.isIgnored
    else { return false }
    if plan.part == .seller, mapping.accountID != plan.destination { return false }
    if let charge = plan.source {
      guard let payment = try transaction.payment(charge: charge), payment.status == .captured,
        !payment.isDisputed, payment.commercialID ?? order.commercialID == order.commercialID
      else { return false }
      let committed = try transaction.committedGross(
        charge: charge, excluding: order.id.rawValue)
      let own = try transaction.ownRefunds(charge: charge)
      let available = payment.amountCaptured - payment.withoutOwnRefunds(own).amountRefunded
      guard committed <= available - plan.grossMinorUnits else { return false }
      try transaction.markPaymentUsed(charge, commercialID: order.commercialID, nowMs: nowMs)
    }
    var pending = draft
    (pending.status, pending.reason) = (.pending, "Transfer is being made")
    _ = try transaction.saveTransfer(pending, nowMs: nowMs)
    return true
  }

  private static func recordName(
    _ order: OrderID, _ part: TransferRecord.Part
  ) -> MovementExecutor.RecordName {
    { try $0.transfer(.productOrder, part, miraklID: order.rawValue)?.recordName }
  }

  static func recorder(
    _ draft: TransferDraft, notifies: Bool
  ) -> MovementExecutor.Recorder {
    { transaction, outcome, nowMs in
      var draft = draft
      switch outcome {
      case .succeeded(let id):
        (draft.status, draft.reason, draft.transferID) = (.created, nil, id)
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (draft.status, draft.reason) = (.pending, reason)
      case .paused(let reason):
        // An earlier send may have moved the money: until that is known, it counts (A6).
        let isUnderWay = try isUnderWay(OrderID(draft.miraklID), draft.part, transaction)
        (draft.status, draft.reason) = (isUnderWay ? .pending : .onHold, reason)
      case .absent: (draft.status, draft.reason) = (.onHold, "An earlier attempt had no effect")
      case .stopped: return
      }
      let earlier = try recordName(OrderID(draft.miraklID), draft.part)(transaction).flatMap {
        try transaction.lastHistory(
          record: $0, otherThan: TransferRecord.Status.pending.rawValue)
      }
      let saved = try transaction.saveTransfer(draft, nowMs: nowMs)
      let isNews = earlier?.status != draft.status.rawValue || earlier?.reason != draft.reason
      // Q9: once per change of state or reason, not per try.
      if notifies, saved.changed, isNews, saved.record.status == .failed {
        let body = try TransferNotification(saved.record).json()
        _ = try transaction.addNotification(type: "transfer.failed", body: body, nowMs: nowMs)
      }
    }
  }

  // MARK: - Settling

  /// Brings movements that were sent, and have no outcome, to one. nil: go on and decide.
  private func settleOpenMovements(_ orderID: OrderID, _ job: Job) throws -> Verdict? {
    for part in TransferRecord.Part.allCases {
      let businessKey = TransferMovement.businessKey(
        .productOrder, part, miraklID: orderID.rawValue)
      let intent = try context.store.read {
        try $0.latestIntent(.transfer, businessKey: businessKey)
      }
      guard let intent, intent.state == .sent || intent.state == .unknown,
        let record = try record(orderID, part)
      else { continue }
      let movement = try TransferMovement(stripe: context.stripe, intent: intent)
      let outcome = try executor.settle(
        movement, intent, record: Self.recordName(orderID, part),
        recorder: Self.recorder(
          TransferDraft(record), notifies: context.settings.notifies))
      if case .refused = outcome { return .done }
      if let verdict = verdict(outcome, job) { return verdict }
    }
    return nil
  }

  /// nil: the next part, or a new decision.
  private func verdict(_ outcome: MovementExecutor.Outcome, _ job: Job) -> Verdict? {
    switch outcome {
    case .succeeded, .refused, .absent: nil
    case .stopped: context.retry(job, reason: "the facts changed: decided again")
    case .unsettled(let afterMs, let reason, _):
      context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }

  private func verdict(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    switch failure.kind {
    case .unauthorized:
      let isMirakl = failure.trace.operation.contains("/api/")
      try circuits.open(isMirakl ? .mirakl : .stripe, reason: "\(failure)")
      return .retry(afterMs: Circuits.probeMs, reason: "\(failure)")
    case .throttled(let retryAfterMs):
      return context.retry(job, afterMs: retryAfterMs, reason: "\(failure)")
    case .notSent, .unknown, .refused, .unreadable:
      return context.retry(job, reason: "\(failure)")
    }
  }
}

extension TransferDraft {
  init(order: OrderSnapshot, part: TransferRecord.Part, mapping: AccountMapping?) {
    self.init(
      kind: .productOrder, part: part, miraklID: order.id.rawValue,
      commercialID: order.commercialID.rawValue, shopID: order.shopID, mappingID: mapping?.id,
      accountID: part == .seller ? mapping?.accountID : nil, status: .onHold,
      miraklCreatedMs: order.createdMs)
  }

  init(order: OrderSnapshot, plan: TransferPlan, mapping: AccountMapping?) {
    self.init(order: order, part: plan.part, mapping: mapping)
    (accountID, sourceCharge) = (plan.destination, plan.source)
    (amount, grossMinorUnits) = (plan.amount, plan.grossMinorUnits)
  }

  init(_ record: TransferRecord) {
    self.init(
      kind: record.kind, part: record.part, miraklID: record.miraklID,
      commercialID: record.commercialID, shopID: record.shopID, mappingID: record.mappingID,
      accountID: record.accountID, sourceCharge: record.sourceCharge,
      transferID: record.transferID, reversedTransfer: record.reversedTransfer,
      amount: record.amount,
      grossMinorUnits: record.grossMinorUnits, status: record.status, reason: record.reason,
      miraklCreatedMs: record.miraklCreatedMs)
  }

}
