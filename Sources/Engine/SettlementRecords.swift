import Decisions
import Domain
import Logging
import Store

/// How the outcome of a document's movements reaches its records.
extension SettleDocumentHandler {
  static func intentKind(_ kind: TransferRecord.Kind) -> Intent.Kind {
    kind == .extraCredits ? .transfer : .sellerDebit
  }

  static func businessKey(_ kind: TransferRecord.Kind, _ invoice: Int64) -> String {
    TransferMovement.businessKey(kind, .seller, miraklID: String(invoice))
  }

  static func legName(
    _ kind: TransferRecord.Kind, _ invoice: Int64
  ) -> MovementExecutor.RecordName {
    { try $0.transfer(kind, .seller, miraklID: String(invoice))?.recordName }
  }

  static func payoutName(_ invoice: Int64) -> MovementExecutor.RecordName {
    { try $0.payout(invoice: invoice)?.recordName }
  }

  /// The latest intents of a document's transfers and of its present payout.
  private static func intents(_ transaction: Transaction, _ invoice: Int64) throws -> [Intent] {
    let round = try transaction.payoutAttempts(invoice: invoice).count + 1
    let payout = try transaction.latestIntent(
      .payout, businessKey: PayoutMovement.businessKey(invoice: invoice, round: round))
    return try settlementLegs.compactMap { kind in
      try transaction.latestIntent(intentKind(kind), businessKey: businessKey(kind, invoice))
    } + [payout].compactMap(\.self)
  }

  /// Whether something of the document was sent and has no outcome.
  static func isUnderWay(_ transaction: Transaction, _ invoice: Int64) throws -> Bool {
    try intents(transaction, invoice).contains { $0.isLive }
  }

  /// What was planned and never sent ends with its document.
  static func closePlanned(
    _ transaction: Transaction, _ invoice: Int64, _ reason: String, nowMs: Int64
  ) throws {
    for intent in try intents(transaction, invoice) where intent.state == .planned {
      _ = try transaction.finishIntent(intent.id, .refused(reason), nowMs: nowMs)
    }
  }

  /// A debit that was made lets the shop's other payouts go (R5).
  func legRecorder(_ draft: TransferDraft, _ invoice: Int64) -> MovementExecutor.Recorder {
    let notifies = context.settings.notifies
    let record = TransferRecorder.recorder(draft, notifies: notifies)
    return { transaction, outcome, nowMs in
      try record(transaction, outcome, nowMs)
      if case .succeeded = outcome, draft.kind != .extraCredits, let shop = draft.shopID {
        try transaction.wakeDocuments(shop: shop, except: invoice, nowMs: nowMs)
      }
    }
  }

  /// - Parameter note: What is left on the account when it was made (T3).
  func payoutRecorder(
    _ draft: PayoutDraft, _ request: PayoutRequest, round: Int, note: String?
  ) -> MovementExecutor.Recorder {
    let notifies = context.settings.notifies
    return { transaction, outcome, nowMs in
      var draft = draft
      draft.waiting = nil
      switch outcome {
      case .succeeded(let id):
        let payoutID = try PayoutID(id)
        (draft.status, draft.reason, draft.payoutID) = (.created, nil, payoutID)
        draft.amount = request.amount
        _ = try transaction.savePayout(draft, nowMs: nowMs)
        try transaction.addPayoutAttempt(
          invoice: draft.invoiceID, round: round, payoutID: payoutID, account: request.account,
          amount: request.amount, nowMs: nowMs)
        try transaction.annotateDocument(draft.invoiceID, owed: nil, note: note)
        return
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
        draft.waiting = waits ? nil : .nextPass
      case .unsettled(_, let reason, _), .paused(let reason):
        (draft.status, draft.reason) = (.pending, reason)
      case .absent: (draft.status, draft.reason) = (.onHold, "An earlier attempt had no effect")
      case .contradicted, .stopped: return  // a payout is taken by its id
      }
      try transaction.savePayout(draft, notifies: notifies, nowMs: nowMs)
    }
  }
}

extension Transaction {
  /// Saves a payout, and tells the operator of a failure: once per change of state or reason, not
  /// per try (Q9). Being at work in between is no change.
  func savePayout(_ draft: PayoutDraft, notifies: Bool, nowMs: Int64) throws {
    let saved = try savePayout(draft, nowMs: nowMs)
    guard notifies, saved.changed, saved.record.status == .failed,
      try isNews(
        record: saved.record.recordName, pending: PayoutRecord.Status.pending.rawValue)
    else { return }
    try addNotification(
      type: "payout.failed", body: try PayoutNotification(saved.record).json(), nowMs: nowMs)
  }
}

extension TransferDraft {
  init(_ document: InvoiceSnapshot, _ kind: TransferRecord.Kind, _ mapping: AccountMapping?) {
    self.init(
      kind: kind, miraklID: String(document.id), shopID: document.shopID, mappingID: mapping?.id,
      accountID: mapping?.accountID, status: .onHold, miraklCreatedMs: document.createdMs)
  }
}

extension PayoutDraft {
  init(_ document: InvoiceSnapshot, _ mapping: AccountMapping?) {
    self.init(
      invoiceID: document.id, shopID: document.shopID, mappingID: mapping?.id,
      accountID: mapping?.accountID, status: .onHold, miraklCreatedMs: document.createdMs)
  }
}
