import Decisions
import Domain
import Logging
import Store

/// Decides and settles one billing document (interface.md §10, settlement).
///
/// Facts first (the document, the shop, what is under way), then the pure decision, then the legs
/// in their order: credits in, debits out, the payout last (S1). A movement that was sent before is
/// settled before anything is decided anew.
struct SettleDocumentHandler {
  let context: EngineContext
  let circuits: Circuits
  let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  var policy: SettlementPolicy {
    SettlementPolicy(
      startMs: context.settings.split.startMs, amountMax: context.settings.split.amountMax)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = Int64(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    do {
      var refused: Set<TransferRecord.Kind> = []
      if let verdict = try settleOpenMovements(id, &refused, job) { return verdict }
      guard try !isFinished(id), let document = try freshDocument(id) else { return .done }
      return try decideAndAct(document, refused, job)
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
  }

  // MARK: - Facts

  func leg(_ kind: TransferRecord.Kind, _ invoice: Int64) throws -> TransferRecord? {
    try context.store.read { try $0.transfer(kind, .seller, miraklID: String(invoice)) }
  }

  /// Nothing of it is open. False for one that was never looked at.
  private func isFinished(_ id: Int64) throws -> Bool {
    let payout = try context.store.read { try $0.payout(invoice: id) }
    guard payout?.status == .created || payout?.status == .aborted else { return false }
    return try settlementLegs.allSatisfy { try leg($0, id)?.status.isFinal ?? false }
  }

  /// The document as last read, read again from Mirakl if that was too long ago (Q6).
  private func freshDocument(_ id: Int64) throws -> InvoiceSnapshot? {
    let known = try context.store.read { try $0.document(id) }
    if let snapshot = known?.snapshot,
      abs(context.nowMs - (known?.readMs ?? 0)) <= context.settings.orderFreshMs
    {
      return snapshot
    }
    let readMs = context.nowMs
    let page = try context.mirakl.invoices(.ids([id]), next: nil).value
    for element in page.elements {
      switch element {
      case .readable(let document) where document.id == id:
        try context.store.write { try $0.saveDocument(document, readMs: readMs) }
        return document
      case .unreadable(let problem) where problem.id == String(id):
        try DocumentIntake(context).hold(problem)
        return nil
      case .readable, .unreadable: continue
      }
    }
    try DocumentIntake(context).holdMissing(id)
    return nil
  }

  // MARK: - Acting

  private func decideAndAct(
    _ document: InvoiceSnapshot, _ refused: Set<TransferRecord.Kind>, _ job: Job
  ) throws -> Verdict {
    let mapping = try document.shopID.flatMap { shop in
      try context.store.read { try $0.mapping(shop: shop) }
    }
    let confirmation = try context.store.read {
      try $0.latestIntent(
        .confirmPayout, businessKey: ConfirmationMovement.businessKey(invoice: document.id))
    }
    let decision = decideDocument(
      document, mapping: mapping, policy: policy,
      isConfirmedByUs: confirmation.map { $0.state != .refused && $0.state != .planned } ?? false)
    switch decision {
    case .settle(let plan):
      guard let mapping else { return .done }
      return try SettlementRun(
        handler: self, document: document, mapping: mapping, job: job, refused: refused
      ).run(plan)
    case .hold(let reason): return try saveAll(document, mapping, .hold, reason, job)
    case .ignore:
      let reason = "The operator ignores shop \(document.shopID?.description ?? "?")"
      return try saveAll(document, mapping, .ignore, reason, job)
    case .abort(let reason): return try saveAll(document, mapping, .abort, reason, job)
    case .notOurs(.tooOld):
      let reason = "The document is older than START_DATE"
      return try saveAll(document, mapping, .hold, reason, job)
    case .notOurs(.paid):
      let reason = "Mirakl says that the document is paid already"
      return try saveAll(document, mapping, .abort, reason, job)
    case .notOurs(.manual):
      let reason = "Manual documents are part of the shop's next cycle"
      return try saveAll(document, mapping, .abort, reason, job)
    case .notOurs(.otherProvider(let code)):
      let reason = "Paid out by \(code), not by Stripe"
      return try saveAll(document, mapping, .abort, reason, job)
    }
  }

  /// What becomes of a whole document.
  enum Fate { case hold, ignore, abort }

  private func saveAll(
    _ document: InvoiceSnapshot, _ mapping: AccountMapping?, _ fate: Fate, _ reason: String,
    _ job: Job
  ) throws -> Verdict {
    let nowMs = context.nowMs
    let isSaved = try context.store.write { transaction -> Bool in
      // Another worker may have sent something since: its outcome decides.
      if try Self.isUnderWay(transaction, document.id) { return false }
      if fate == .abort {
        try Self.closePlanned(transaction, document.id, reason, nowMs: nowMs)
      }
      for kind in settlementLegs {
        var draft = TransferDraft(document, kind, mapping)
        switch fate {
        case .hold: draft.status = .onHold
        case .ignore: draft.status = .ignored
        case .abort: draft.status = .aborted
        }
        draft.reason = reason
        _ = try transaction.saveTransfer(draft, nowMs: nowMs)
      }
      // A payout that came back keeps its reason, and what it waits for.
      let known = try transaction.payout(invoice: document.id)
      if known?.status == .failed, fate != .abort { return true }
      var draft = PayoutDraft(document, mapping)
      switch fate {
      case .hold: draft.status = .onHold
      case .ignore: draft.status = .ignored
      case .abort: draft.status = .aborted
      }
      draft.reason = reason
      _ = try transaction.savePayout(draft, nowMs: nowMs)
      return true
    }
    return isSaved ? .done : context.retry(job, reason: "a movement is under way")
  }

  // MARK: - Settling

  /// Brings movements that were sent, and have no outcome, to one. nil: go on and decide.
  private func settleOpenMovements(
    _ id: Int64, _ refused: inout Set<TransferRecord.Kind>, _ job: Job
  ) throws -> Verdict? {
    for kind in settlementLegs {
      let (intentKind, key) = (Self.intentKind(kind), Self.businessKey(kind, id))
      let intent = try context.store.read { try $0.latestIntent(intentKind, businessKey: key) }
      guard let intent, intent.isLive, let record = try leg(kind, id) else { continue }
      let movement: any Movement =
        intentKind == .sellerDebit
        ? try SellerDebitMovement(stripe: context.stripe, intent: intent)
        : try TransferMovement(stripe: context.stripe, intent: intent)
      let outcome = try executor.settle(
        movement, intent, record: Self.legName(kind, id),
        recorder: legRecorder(TransferDraft(record), id))
      if case .refused = outcome { refused.insert(kind) }
      if let verdict = verdict(outcome, job) { return verdict }
    }
    return try settleOpenPayout(id, job)
  }

  private func settleOpenPayout(_ id: Int64, _ job: Job) throws -> Verdict? {
    let round = try context.store.read { try $0.payoutAttempts(invoice: id).count } + 1
    let (intent, record) = try context.store.read { transaction in
      (
        try transaction.latestIntent(
          .payout, businessKey: PayoutMovement.businessKey(invoice: id, round: round)),
        try transaction.payout(invoice: id)
      )
    }
    guard let intent, intent.isLive, let record else { return nil }
    let movement = try PayoutMovement(stripe: context.stripe, intent: intent)
    let outcome = try executor.settle(
      movement, intent, record: Self.payoutName(id),
      recorder: payoutRecorder(PayoutDraft(record), movement.request, round: round, note: nil))
    if case .refused = outcome { return .done }
    return verdict(outcome, job)
  }

  /// nil: the next leg, or a new decision.
  func verdict(_ outcome: MovementExecutor.Outcome, _ job: Job) -> Verdict? {
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

extension Intent {
  /// Sent, and without an outcome.
  var isLive: Bool { state == .sent || state == .unknown }
}
