import Decisions
import Domain
import Store

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
