import Decisions
import Domain
import Store

/// The order that is paid, of either kind: what its transfers and their records say of it.
struct SplitTarget: Hashable, Sendable {
  let kind: TransferRecord.Kind
  let id: OrderID
  let commercialID: CommercialOrderID
  let shopID: ShopID
  let createdMs: Int64

  init(_ order: OrderSnapshot) {
    kind = .productOrder
    (id, commercialID, shopID) = (order.id, order.commercialID, order.shopID)
    createdMs = order.createdMs
  }

  init(_ order: ServiceOrderSnapshot) {
    kind = .serviceOrder
    (id, commercialID, shopID) = (order.id, order.commercialID, order.shopID)
    createdMs = order.createdMs
  }

  func businessKey(_ part: TransferRecord.Part) -> String {
    TransferMovement.businessKey(kind, part, miraklID: id.rawValue)
  }

  /// - Parameter group: Of the charge; nil if it has none.
  func request(_ plan: TransferPlan, group: String?, pluginVersion: String) -> TransferRequest {
    let isTax = plan.part == .tax
    let noun = kind == .serviceOrder ? "service order" : "order"
    return TransferRequest(
      amount: plan.amount, destination: plan.destination, sourceCharge: plan.source,
      // A charge that has a group passes it on to its transfers; another one would contradict it.
      transferGroup: group ?? commercialID.rawValue,
      description: "Mirakl \(noun) \(id)\(isTax ? " (taxes)" : "")",
      metadata: [
        "miraklId": id.rawValue + (isTax ? "_TAX" : ""), "miraklShopId": shopID.description,
        TransferMovement.metadataKey: businessKey(plan.part),
        // Stored with the intent: a repeat after an upgrade must not differ (Q1).
        "pluginVersion": pluginVersion,
      ])
  }
}

extension TransferDraft {
  init(_ target: SplitTarget, part: TransferRecord.Part, mapping: AccountMapping?) {
    self.init(
      kind: target.kind, part: part, miraklID: target.id.rawValue,
      commercialID: target.commercialID.rawValue, shopID: target.shopID, mappingID: mapping?.id,
      accountID: part == .seller ? mapping?.accountID : nil, status: .onHold,
      miraklCreatedMs: target.createdMs)
  }

  init(_ target: SplitTarget, plan: TransferPlan, mapping: AccountMapping?) {
    self.init(target, part: plan.part, mapping: mapping)
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
