import Decisions
import Domain
import Store

/// Writes what became of a transfer into its record.
enum TransferRecorder {
  static func recordName(_ draft: TransferDraft) -> MovementExecutor.RecordName {
    { try $0.transfer(draft.kind, draft.part, miraklID: draft.miraklID)?.recordName }
  }

  static func recorder(_ draft: TransferDraft, notifies: Bool) -> MovementExecutor.Recorder {
    { transaction, outcome, nowMs in
      var draft = draft
      switch outcome {
      case .succeeded(let id):
        (draft.status, draft.reason, draft.transferID) = (.created, nil, id)
      case .contradicted(let id, let reason):
        (draft.status, draft.reason, draft.transferID) = (.onHold, reason, id)
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (draft.status, draft.reason) = (.pending, reason)
      case .paused(let reason):
        // An earlier send may have moved the money: until that is known, it counts (A6).
        let key = TransferMovement.businessKey(draft.kind, draft.part, miraklID: draft.miraklID)
        let isUnderWay = try transaction.hasOpenIntent(.transfer, businessKey: key)
        (draft.status, draft.reason) = (isUnderWay ? .pending : .onHold, reason)
      case .absent: (draft.status, draft.reason) = (.onHold, "An earlier attempt had no effect")
      case .stopped: return
      }
      let saved = try transaction.saveTransfer(draft, nowMs: nowMs)
      if draft.part == .seller, draft.status == .created {
        try endUnusedTaxPart(draft, transaction, nowMs: nowMs)
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

  /// T4: remembers with the seller's intent whether taxes were split off, and which. Without them a
  /// record that an earlier attempt left loses its amount.
  /// - Parameter draft: nil if no taxes are split off.
  static func recordTaxPart(
    _ draft: TransferDraft?, of target: SplitTarget, _ transaction: Transaction, nowMs: Int64
  ) throws {
    let known = try transaction.transfer(target.kind, .tax, miraklID: target.id.rawValue)
    guard var tax = draft ?? known.map({ TransferDraft($0) }) else { return }
    if draft == nil {
      (tax.amount, tax.grossMinorUnits) = (nil, nil)
      tax.reason = "The tax split is switched off"
    } else {
      tax.reason = "Follows the seller's part"
    }
    tax.status = .onHold
    _ = try transaction.saveTransfer(tax, nowMs: nowMs)
  }

  /// The seller got everything: there is no tax part.
  private static func endUnusedTaxPart(
    _ seller: TransferDraft, _ transaction: Transaction, nowMs: Int64
  ) throws {
    guard let tax = try transaction.transfer(seller.kind, .tax, miraklID: seller.miraklID),
      tax.amount == nil
    else { return }
    var draft = TransferDraft(tax)
    draft.status = .aborted
    draft.reason = "The tax split was switched off when the seller's part was made"
    _ = try transaction.saveTransfer(draft, nowMs: nowMs)
  }
}
