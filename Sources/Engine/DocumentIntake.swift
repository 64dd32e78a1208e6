import Decisions
import Domain
import Logging
import Store

/// Takes the elements of an IV01 page into the store: each one for itself, so that one that cannot
/// be read does not stop the others (Q7).
struct DocumentIntake {
  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  private var policy: SettlementPolicy {
    SettlementPolicy(startMs: context.settings.split.startMs)
  }

  /// Saves the snapshots and queues the documents that are not finished.
  func take(
    _ elements: [PageElement<InvoiceSnapshot>], readMs: Int64
  ) throws -> OrderIntake.Counts {
    var counts = OrderIntake.Counts()
    var documents: [InvoiceSnapshot] = []
    for element in elements {
      switch element {
      case .readable(let document):
        counts.read += 1
        counts.ids.insert(String(document.id))
        counts.lastUpdatedMs = max(counts.lastUpdatedMs ?? 0, document.createdMs)
        if notOurs(document, policy: policy) == .tooOld { counts.tooOld += 1 }
        documents.append(document)
      case .unreadable(let problem):
        counts.unreadable += 1
        if let id = problem.id { counts.ids.insert(id) }
        try hold(problem)
      }
    }
    counts.queued = try queue(documents, readMs: readMs)
    return counts
  }

  /// What is none of our business is not even remembered, unless it was ours before.
  private func queue(_ documents: [InvoiceSnapshot], readMs: Int64) throws -> Int {
    let (nowMs, policy, context) = (context.nowMs, policy, context)
    return try context.store.write { transaction in
      try documents.count { document in
        try context.tolerating("document \(document.id)") {
          try Self.queue(transaction, document, policy, readMs: readMs, nowMs: nowMs)
        } ?? false
      }
    }
  }

  /// - Returns: whether it was queued.
  private static func queue(
    _ transaction: Transaction, _ document: InvoiceSnapshot, _ policy: SettlementPolicy,
    readMs: Int64, nowMs: Int64
  ) throws -> Bool {
    let known = try transaction.payout(invoice: document.id)
    if known == nil, notOurs(document, policy: policy) != nil { return false }
    try transaction.saveDocument(document, readMs: readMs)
    if try Self.isFinished(transaction, document.id, known) { return false }
    try transaction.releasePayout(invoice: document.id, waiting: .nextPass, nowMs: nowMs)
    try transaction.enqueue(
      .settleDocument, key: String(document.id), runAtMs: nowMs, nowMs: nowMs)
    return true
  }

  private static func isFinished(
    _ transaction: Transaction, _ id: Int64, _ payout: PayoutRecord?
  ) throws -> Bool {
    guard payout?.status == .created || payout?.status == .aborted else { return false }
    return try settlementLegs.allSatisfy {
      try transaction.transfer($0, .seller, miraklID: String(id))?.status.isFinal ?? false
    }
  }

  /// Keeps a document that could not be read as a payout on hold that says why.
  func hold(_ problem: UnreadableElement) throws {
    let reason = HoldReason.unreadable(field: problem.field, reason: problem.reason)
    context.log.warning(
      "document not readable",
      metadata: ["document": .string(problem.id ?? "?"), "reason": .string("\(reason)")])
    let nowMs = context.nowMs
    guard let id = problem.id.flatMap({ Int64($0) }) else {
      return try context.store.write { transaction in
        try transaction.audit(
          actor: "engine", action: "document without a usable id", subject: problem.id ?? "",
          detail: "\(reason)", nowMs: nowMs)
      }
    }
    if let startMs = policy.startMs, let createdMs = problem.createdMs, createdMs < startMs {
      return
    }
    try save(
      PayoutDraft(
        invoiceID: id, shopID: problem.shopID, status: .onHold, reason: "\(reason)",
        miraklCreatedMs: problem.createdMs))
  }

  /// A document that Mirakl no longer returns although it waits here.
  func holdMissing(_ id: Int64) throws {
    let reason = "Mirakl no longer returns document \(id)"
    let record = try context.store.read { try $0.payout(invoice: id) }
    var draft = record.map { PayoutDraft($0) } ?? PayoutDraft(invoiceID: id, status: .onHold)
    (draft.status, draft.reason, draft.waiting) = (.onHold, reason, nil)
    try save(draft)
  }

  /// A movement under way is not touched: its outcome decides; nor is a payout that came back.
  private func save(_ draft: PayoutDraft) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      try transaction.saveUnreadableDocument(draft.invoiceID, shop: draft.shopID, readMs: nowMs)
      let known = try transaction.payout(invoice: draft.invoiceID)
      switch known?.status {
      case .pending, .failed, .created, .aborted: return
      case nil, .onHold, .ignored: break
      }
      _ = try transaction.savePayout(draft, nowMs: nowMs)
    }
  }
}
