import Decisions
import Domain
import Store

/// What the store knows, put together for the decisions.
extension Transaction {
  func debitFacts(
    _ debit: Debit, policy: ValidationPolicy, nowMs: Int64
  ) throws -> DebitFacts {
    let orders = try orders(commercialID: debit.commercialID)
    let basket = try BasketDebits(debits(commercialID: debit.commercialID))
    var debit = debit
    debit.currency = debit.currency ?? orders.first { $0.id == debit.orderID }?.currency
    let known = orders.map(\.currency) + basket.all.compactMap(\.currency)
    return DebitFacts(
      debit: debit, attempts: try attempts(debit.commercialID),
      canceled: try canceledPayments(commercialID: debit.commercialID),
      due: basketDue(
        orders: orders, waiting: basket.waiting, confirmedServices: basket.confirmedServices),
      currencies: Set(known), basketProblem: try self.basket(debit.commercialID)?.problem,
      policy: policy, nowMs: nowMs)
  }

  func captureFacts(_ payment: Payment, policy: ValidationPolicy) throws -> CaptureFacts? {
    guard let id = payment.commercialID else { return nil }
    let basket = try BasketDebits(debits(commercialID: id))
    return CaptureFacts(
      payment: payment, attempts: try attempts(id), orders: try orders(commercialID: id),
      basketProblem: try self.basket(id)?.problem, waiting: basket.waiting,
      confirmedServices: basket.confirmedServices, refusedServices: basket.refusedServices,
      policy: policy)
  }
}

/// The debits of a basket by what became of them.
struct BasketDebits {
  var waiting: [Debit] = []
  var confirmedServices: [Debit] = []
  var refusedServices: [Debit] = []

  var all: [Debit] { waiting + confirmedServices + refusedServices }

  init(_ records: [DebitRecord]) {
    for record in records {
      switch record.status {
      case .onHold, .pending, .failed: waiting.append(record.debit)
      case .confirmed where record.debit.kind == .service: confirmedServices.append(record.debit)
      case .refused where record.debit.kind == .service: refusedServices.append(record.debit)
      case .confirmed, .refused, .closed: break
      }
    }
  }
}
