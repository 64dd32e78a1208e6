import Domain
import Store

/// The tax part of an order's split: decided with the seller's part, made after it, and bound to
/// that decision whatever is configured later (T4).
enum TaxPart {
  /// Writes down with the seller's part whether a tax part follows, and where it goes (T4).
  static func decide(
    _ order: OrderID, _ draft: TransferDraft?, _ transaction: Transaction, nowMs: Int64
  ) throws {
    if var draft {
      (draft.status, draft.reason) = (.onHold, "The seller's part is made first")
      _ = try transaction.saveTransfer(draft, nowMs: nowMs)
    } else if let known = try transaction.transfer(.productOrder, .tax, miraklID: order.rawValue) {
      // Decided when the taxes were still split: aborted once the seller has them.
      var draft = TransferDraft(known)
      (draft.accountID, draft.amount) = (nil, nil)
      (draft.status, draft.reason) = (.onHold, "The taxes are part of the seller's transfer")
      _ = try transaction.saveTransfer(draft, nowMs: nowMs)
    }
  }

  /// Ends a tax part that the seller's transfer took in.
  static func closeIfTakenIn(
    _ seller: TransferDraft, _ transaction: Transaction, nowMs: Int64
  ) throws {
    guard seller.part == .seller, seller.status == .created,
      let tax = try transaction.transfer(seller.kind, .tax, miraklID: seller.miraklID),
      !tax.status.isFinal, tax.accountID == nil
    else { return }
    var draft = TransferDraft(tax)
    draft.status = .aborted
    _ = try transaction.saveTransfer(draft, nowMs: nowMs)
  }
}

extension Transaction {
  /// Final in every part that was decided: nothing will ever follow.
  func isSplitFinished(_ order: OrderID) throws -> Bool {
    switch try transfer(.productOrder, .seller, miraklID: order.rawValue)?.status {
    case .aborted: true
    case .created:
      try transfer(.productOrder, .tax, miraklID: order.rawValue)?.status.isFinal ?? true
    case .onHold, .pending, .failed, .ignored, nil: false
    }
  }
}
