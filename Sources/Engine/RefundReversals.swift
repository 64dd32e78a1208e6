import Decisions
import Domain
import Logging
import Store

/// Takes back from the seller, and from the tax account, what a refund gave to the customer.
struct RefundReversals {
  let context: EngineContext
  let executor: MovementExecutor

  init(_ context: EngineContext, _ executor: MovementExecutor) {
    self.context = context
    self.executor = executor
  }

  /// Each part for itself: one that waits does not keep the other waiting.
  func handle(_ refund: RefundRecord, _ job: Job) throws -> Verdict {
    var verdict = Verdict.done
    for part in try parts(of: refund) {
      if let other = try handle(refund, part, job) { verdict = other }
    }
    return verdict
  }

  /// Makes the record of the seller's part, which every pass looks at until it is closed.
  static func note(
    _ refund: RefundRecord, _ transaction: Transaction, nowMs: Int64
  ) throws {
    guard try transaction.transfer(.refund, .seller, miraklID: refund.ask.id) == nil else { return }
    _ = try transaction.saveTransfer(
      TransferDraft(
        kind: .refund, miraklID: refund.ask.id, commercialID: refund.ask.commercialID.rawValue,
        shopID: refund.ask.shopID, status: .onHold, reason: "Waits to be decided",
        miraklCreatedMs: refund.ask.createdMs), nowMs: nowMs)
  }

  /// The tax part exists where the order was split with taxes, and the refund may hold some.
  private func parts(of refund: RefundRecord) throws -> [TransferRecord.Part] {
    let tax = try context.store.read { try Self.transfer($0, refund, .tax) }
    let hasTaxes = refund.ask.taxes.map { !$0.isZero } ?? true
    return Self.splitsTaxes(tax) && hasTaxes ? [.seller, .tax] : [.seller]
  }

  /// T4: the record says it. One without an amount was left by an earlier attempt: the seller got
  /// the taxes, because the split was switched off when its part was made.
  private static func splitsTaxes(_ tax: TransferRecord?) -> Bool { tax?.amount != nil }

  static func transfer(
    _ transaction: Transaction, _ refund: RefundRecord, _ part: TransferRecord.Part
  ) throws -> TransferRecord? {
    try transaction.transfer(
      refund.ask.kind.transferKind, part, miraklID: refund.ask.orderID.rawValue)
  }

  private func handle(
    _ refund: RefundRecord, _ part: TransferRecord.Part, _ job: Job
  ) throws -> Verdict? {
    let (facts, row) = try context.store.read { transaction in
      (
        try self.facts(transaction, refund, part),
        try transaction.transfer(.refund, part, miraklID: refund.ask.id)
      )
    }
    if let row, row.status.isFinal || row.isContradicted { return nil }
    switch decideReversal(facts) {
    case .reverse(let transfer, let amount):
      return try reverse(transfer, amount, refund, facts, job)
    case .hold(let reason): try save(refund, facts, .onHold, reason)
    case .ignore(let reason): try save(refund, facts, .ignored, reason)
    case .close(let reason): try save(refund, facts, .aborted, reason)
    }
    return nil
  }

  private func facts(
    _ transaction: Transaction, _ refund: RefundRecord, _ part: TransferRecord.Part
  ) throws -> ReversalFacts {
    let seller = try Self.transfer(transaction, refund, .seller)
    let tax = try Self.transfer(transaction, refund, .tax)
    var (shares, minorUnits) = (MajorAmount.zero, Int64(0))
    for other in try transaction.refunds(refund.ask.kind, orderID: refund.ask.orderID)
    where other.id != refund.id {
      guard let row = try transaction.transfer(.refund, part, miraklID: other.ask.id),
        row.status == .created || row.status == .pending || row.isContradicted,
        let amount = row.amount
      else { continue }
      let share = reversalShares(other.ask, splitsTaxes: Self.splitsTaxes(tax))
      shares = shares + ((part == .seller ? share.seller : share.tax) ?? MajorAmount(amount))
      minorUnits += amount.minorUnits
    }
    let shop = seller?.shopID ?? refund.ask.shopID
    return ReversalFacts(
      refund: refund, part: part, transfer: part == .seller ? seller : tax,
      splitsTaxes: Self.splitsTaxes(tax),
      isIgnored: try shop.flatMap { try transaction.mapping(shop: $0)?.isIgnored } ?? false,
      earlierShares: shares, earlierMinorUnits: minorUnits,
      startMs: context.settings.split.startMs)
  }

  // MARK: - Acting

  private func reverse(
    _ id: TransferID, _ wanted: Money, _ refund: RefundRecord, _ facts: ReversalFacts, _ job: Job
  ) throws -> Verdict? {
    let key = ReversalMovement.businessKey(refund, facts.part)
    let transfer = try context.stripe.transfer(id).value
    try TransferReversals(context).note(transfer)
    let suffix = facts.part == .tax ? "_TAX" : ""
    var request = ReversalRequest(
      transfer: id, amount: wanted,
      metadata: [
        "miraklId": refund.ask.id + suffix, "miraklOrderId": refund.ask.orderID.rawValue,
        TransferMovement.metadataKey: key, "pluginVersion": context.settings.pluginVersion,
      ])
    let isUntried = try context.store.read {
      try $0.latestIntent(.reversal, businessKey: key) == nil
    }
    if isUntried, transfer.amountReversed > 0 {
      // Perhaps by the connector that this one replaced: never the same share twice.
      let movement = ReversalMovement(stripe: context.stripe, businessKey: key, request: request)
      if let made = try movement.lookUp().value {
        // Over another amount, it is no more ours to make than ours to call right (A4).
        try save(
          refund, facts, made.contradiction == nil ? .created : .onHold, made.contradiction,
          reversed: id, amount: wanted, reversal: made.id)
        return nil
      }
    }
    guard let amount = reversalWithin(wanted, transfer) else {
      try save(refund, facts, .aborted, "Nothing is left of transfer \(id) to reverse")
      return nil
    }
    if amount != wanted {
      context.log.warning(
        "reversal limited to what is left of the transfer",
        metadata: [
          "refund": .string(refund.ask.id), "wanted": .string("\(wanted)"),
          "amount": .string("\(amount)"),
        ])
    }
    request.amount = amount
    let pending = draft(refund, facts, .pending, "Reversal is being made", id, amount)
    let outcome = try executor.start(
      ReversalMovement(stripe: context.stripe, businessKey: key, request: request),
      record: Self.recordName(refund, facts.part),
      prepare: { [self] transaction, nowMs in
        try prepare(transaction, refund, facts, pending, key, nowMs: nowMs)
      }, recorder: recorder(pending, key))
    return verdict(outcome, job)
  }

  /// The facts are read again where nothing can change them any more: another refund of the order,
  /// the shop's flag, another process (Q4, Q6).
  private func prepare(
    _ transaction: Transaction, _ refund: RefundRecord, _ decided: ReversalFacts,
    _ pending: TransferDraft, _ key: String, nowMs: Int64
  ) throws -> Bool {
    guard let refund = try transaction.refund(id: refund.id),
      try self.facts(transaction, refund, decided.part) == decided
    else { return false }
    let intent = try transaction.latestIntent(.reversal, businessKey: key)
    if let intent, intent.state != .planned, intent.state != .refused { return false }
    let row = try transaction.transfer(.refund, decided.part, miraklID: refund.ask.id)
    if let row, row.status.isFinal { return false }
    _ = try transaction.saveTransfer(pending, nowMs: nowMs)
    return true
  }

  private static func recordName(
    _ refund: RefundRecord, _ part: TransferRecord.Part
  ) -> MovementExecutor.RecordName {
    { try $0.transfer(.refund, part, miraklID: refund.ask.id)?.recordName }
  }

  private func recorder(_ pending: TransferDraft, _ key: String) -> MovementExecutor.Recorder {
    let notifies = context.settings.notifies
    return { transaction, outcome, nowMs in
      var draft = pending
      switch outcome {
      case .succeeded(let id):
        (draft.status, draft.reason, draft.transferID) = (.created, nil, id)
      case .contradicted(let id, let reason):
        (draft.status, draft.reason, draft.transferID) = (.onHold, reason, id)
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (draft.status, draft.reason) = (.pending, reason)
      case .paused(let reason):
        // An earlier send may have had its effect: until that is known, it counts (R4).
        let isUnderWay = try transaction.hasOpenIntent(.reversal, businessKey: key)
        (draft.status, draft.reason) = (isUnderWay ? .pending : .onHold, reason)
      case .absent: (draft.status, draft.reason) = (.onHold, "An earlier attempt had no effect")
      case .stopped: return
      }
      let saved = try transaction.saveTransfer(draft, nowMs: nowMs)
      switch outcome {
      case .succeeded: try transaction.settleDebt(saved.record, nowMs: nowMs)
      case .refused(let reason, waits: true):
        if let shop = draft.shopID, let amount = draft.amount, draft.part == .seller {
          try transaction.recordDebt(
            saved.record, shop: shop, amount: amount, cause: reason, nowMs: nowMs)
        }
      case .contradicted, .refused, .unsettled, .paused, .absent, .stopped: break
      }
      // Q9: once per change of state or reason, not per try.
      if notifies, saved.changed, saved.record.status == .failed,
        try transaction.isNews(
          record: saved.record.recordName, pending: TransferRecord.Status.pending.rawValue)
      {
        let body = try TransferNotification(saved.record).json()
        _ = try transaction.addNotification(type: "transfer.failed", body: body, nowMs: nowMs)
      }
    }
  }

  // MARK: - Settling

  /// Brings reversals that were sent, and have no outcome, to one. nil: go on and decide.
  func settle(_ refund: RefundRecord, _ job: Job) throws -> Verdict? {
    for part in TransferRecord.Part.allCases {
      let key = ReversalMovement.businessKey(refund, part)
      let (intent, row) = try context.store.read {
        (
          try $0.latestIntent(.reversal, businessKey: key),
          try $0.transfer(.refund, part, miraklID: refund.ask.id)
        )
      }
      guard let intent, intent.state == .sent || intent.state == .unknown, let row else {
        continue
      }
      let outcome = try executor.settle(
        try ReversalMovement(stripe: context.stripe, intent: intent), intent,
        record: Self.recordName(refund, part), recorder: recorder(TransferDraft(row), key))
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

  // MARK: - Saving

  private func draft(
    _ refund: RefundRecord, _ facts: ReversalFacts, _ status: TransferRecord.Status,
    _ reason: String?, _ reversed: TransferID? = nil, _ amount: Money? = nil
  ) -> TransferDraft {
    TransferDraft(
      kind: .refund, part: facts.part, miraklID: refund.ask.id,
      commercialID: refund.ask.commercialID.rawValue,
      shopID: facts.transfer?.shopID ?? refund.ask.shopID, mappingID: facts.transfer?.mappingID,
      accountID: facts.transfer?.accountID,
      reversedTransfer: reversed
        ?? facts.transfer?.transferID.flatMap { try? TransferID($0) },
      amount: amount, status: status, reason: reason, miraklCreatedMs: refund.ask.createdMs)
  }

  private func save(
    _ refund: RefundRecord, _ facts: ReversalFacts, _ status: TransferRecord.Status,
    _ reason: String?, reversed: TransferID? = nil, amount: Money? = nil, reversal: String? = nil
  ) throws {
    let nowMs = context.nowMs
    var draft = draft(refund, facts, status, reason, reversed, amount)
    draft.transferID = reversal
    let key = ReversalMovement.businessKey(refund, facts.part)
    try context.store.write { [draft] transaction in
      let intent = try transaction.latestIntent(.reversal, businessKey: key)
      // A worker that lost its lease may have sent it meanwhile: its outcome decides (Q4).
      if let intent, intent.state == .sent || intent.state == .unknown { return }
      if let intent, intent.state == .planned {
        _ = try transaction.finishIntent(
          intent.id, .refused("decided anew before it was sent"), nowMs: nowMs)
      }
      let saved = try transaction.saveTransfer(draft, nowMs: nowMs)
      if saved.record.status.isFinal { try transaction.settleDebt(saved.record, nowMs: nowMs) }
    }
  }
}
