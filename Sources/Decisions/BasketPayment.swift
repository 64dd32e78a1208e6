import Domain

/// One charge of a basket and, if it came to nothing, since when.
public struct PaymentAttempt: Hashable, Sendable {
  public var payment: Payment
  /// When it failed or was given up; milliseconds since 1970. Ignored for any other state.
  public var endedMs: Int64

  public init(payment: Payment, endedMs: Int64) {
    self.payment = payment
    self.endedMs = endedMs
  }
}

/// What all charges of one basket say together.
public enum BasketPayment: Hashable, Sendable {
  /// No charge is known.
  case none
  /// Exactly one succeeded: captured, or to be captured (P1).
  case paid(Payment)
  /// Several succeeded (P1).
  case paidTwice([ChargeID])
  /// None succeeded, and one may still (P2).
  case pending(ChargeID)
  /// None is left, and one was captured and given back.
  case refunded(ChargeID)
  /// Every one failed, or was given up before its capture: the last one, and when it ended (C3).
  case failed(Payment, endedMs: Int64)
}

/// P1, P2: the one that succeeded counts.
public func basketPayment(_ attempts: [PaymentAttempt]) -> BasketPayment {
  let succeeded = attempts.map(\.payment).filter {
    $0.status == .captured || $0.status == .toCapture
  }
  if succeeded.count > 1 { return .paidTwice(succeeded.map(\.chargeID).sorted()) }
  if let payment = succeeded.first { return .paid(payment) }
  if let pending = attempts.first(where: { $0.payment.status == .pending }) {
    return .pending(pending.payment.chargeID)
  }
  if let refunded = attempts.first(where: { !$0.payment.cameToNothing }) {
    return .refunded(refunded.payment.chargeID)
  }
  guard let last = attempts.max(by: { $0.endedMs < $1.endedMs }) else { return .none }
  return .failed(last.payment, endedMs: last.endedMs)
}

extension Payment {
  /// It failed, or its authorisation was given up or expired: no money was ever taken.
  public var cameToNothing: Bool {
    status == .failed || (status == .refunded && amountCaptured == 0)
  }

  /// What the customer pays with it, in minor units: what was captured, else what was authorised.
  public var taken: Int64 { status == .toCapture ? amount.minorUnits : amountCaptured }
}
