import Decisions
import Domain
import Store

/// How the parts of the validation ask each other for work. All of them run in the transaction of
/// the fact that caused the work (Q5).
extension Transaction {
  /// The one key of a job that concerns everything at once.
  static let everything = "all"

  /// A fact about the basket changed: its orders are read again, together with those of all other
  /// baskets that changed (B1), and then its debits and its payment are decided anew.
  func reconsider(_ basket: CommercialOrderID, nowMs: Int64) throws {
    try markBasketStale(basket)
    try enqueue(
      .readBaskets, key: Self.everything, runAtMs: nowMs + BasketIntake.gatherMs, nowMs: nowMs)
  }

  /// Decides about every open debit of the basket, and about its payment, from what is stored.
  /// - Parameter retriesFailed: Whether what was refused is tried again.
  func enqueueDecisions(
    _ basket: CommercialOrderID, captures: Bool, retriesFailed: Bool, nowMs: Int64
  ) throws {
    for record in try debits(commercialID: basket)
    where record.isWaiting && (retriesFailed || record.status != .failed) {
      try enqueue(
        Job.Kind(answering: record.debit.kind), key: record.debit.subject, runAtMs: nowMs,
        nowMs: nowMs)
    }
    let hasFailed = try self.captures(commercialID: basket).contains { $0.status == .failed }
    if captures, retriesFailed || !hasFailed {
      try enqueue(.captureBasket, key: basket.rawValue, runAtMs: nowMs, nowMs: nowMs)
    }
  }

  /// The charges of a basket with what the decisions ask of them.
  func attempts(_ basket: CommercialOrderID) throws -> [PaymentAttempt] {
    try payments(commercialID: basket).map {
      PaymentAttempt(payment: $0, endedMs: try endedMs($0))
    }
  }
}

extension DebitRecord {
  /// Neither answered nor closed.
  var isWaiting: Bool {
    switch status {
    case .onHold, .pending, .failed: true
    case .confirmed, .refused, .closed: false
    }
  }
}

extension Job.Kind {
  init(answering kind: Debit.Kind) {
    switch kind {
    case .product: self = .confirmDebit
    case .service: self = .confirmServiceDebit
    }
  }
}

extension Intent.Kind {
  init(answering kind: Debit.Kind) {
    switch kind {
    case .product: self = .confirmDebit
    case .service: self = .confirmServiceDebit
    }
  }
}

extension Transaction {
  /// A charge was read: what waits for it is decided anew, if anything does.
  func noteForValidation(
    _ payment: Payment, _ charge: ChargeSnapshot, _ basket: CommercialOrderID,
    _ policy: ValidationPolicy, nowMs: Int64
  ) throws {
    if policy.captures, payment.status == .toCapture {
      try noteAuthorisation(
        payment.chargeID, commercialID: basket, captureBeforeMs: charge.captureBeforeMs,
        nowMs: nowMs)
    }
    let isAwaited = try debits(commercialID: basket).contains(where: \.isWaiting)
    let isCaptured = try capture(charge: payment.chargeID).map { !$0.status.isFinal } ?? false
    if isAwaited || isCaptured { try reconsider(basket, nowMs: nowMs) }
  }
}
