import Decisions
import Domain
import Logging
import Store

/// Keeps orders that cannot be looked at as transfers on hold that say why (Q7).
struct OrderHolds {
  let context: EngineContext
  let kind: TransferRecord.Kind

  init(_ context: EngineContext, _ kind: TransferRecord.Kind) {
    self.context = context
    self.kind = kind
  }

  /// An element of a page that could not be read.
  func hold(_ problem: UnreadableElement) throws {
    let reason = HoldReason.unreadable(field: problem.field, reason: problem.reason)
    context.log.warning(
      "order not readable",
      metadata: ["order": .string(problem.id ?? "?"), "reason": .string("\(reason)")])
    guard let id = problem.id, (try? OrderID(id)) != nil else {
      return try remember(problem, reason)
    }
    if let startMs = context.settings.split.startMs, let createdMs = problem.createdMs,
      createdMs < startMs
    {
      return
    }
    try save(
      TransferDraft(
        kind: kind, part: .seller, miraklID: id, commercialID: problem.commercialID,
        shopID: problem.shopID, status: .onHold, reason: "\(reason)",
        miraklCreatedMs: problem.createdMs))
  }

  /// An order that Mirakl no longer returns although it waits here.
  func holdMissing(_ id: String) throws {
    guard let record = try context.store.read({ try $0.transfer(kind, .seller, miraklID: id) })
    else { return }
    var draft = TransferDraft(record)
    (draft.status, draft.reason) = (.onHold, "Mirakl no longer returns order \(id)")
    try save(draft)
  }

  /// A movement under way is not touched: its outcome decides.
  private func save(_ draft: TransferDraft) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      let known = try transaction.transfer(draft.kind, draft.part, miraklID: draft.miraklID)
      if let known, known.status == .pending || known.status.isFinal { return }
      _ = try transaction.saveTransfer(draft, nowMs: nowMs)
    }
  }

  /// Without an id there is no record to hold: the audit trail keeps it.
  private func remember(_ problem: UnreadableElement, _ reason: HoldReason) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      try transaction.audit(
        actor: "engine", action: "order without a usable id", subject: problem.id ?? "",
        detail: "\(reason)", nowMs: nowMs)
    }
  }
}
