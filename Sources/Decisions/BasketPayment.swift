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
  /// Every one failed, or was given up before its capture: the last one (C3).
  case failed(FailedPayment)
}

/// A payment that came to nothing: a charge, or a payment intent that never had one.
public struct FailedPayment: Hashable, Sendable {
  /// `ch_…`, `py_…` or `pi_…`: what Mirakl is told.
  public var number: String
  /// nil for a payment intent.
  public var chargeID: ChargeID?
  public var message: String?
  public var livemode: Bool
  /// When it was made, by Stripe's clock; nil where that is not known.
  public var createdMs: Int64?
  public var endedMs: Int64

  init(_ attempt: PaymentAttempt) {
    let payment = attempt.payment
    number = payment.chargeID.rawValue
    chargeID = payment.chargeID
    message = payment.failureMessage
    livemode = payment.livemode
    createdMs = payment.createdMs > 0 ? payment.createdMs : nil
    endedMs = attempt.endedMs
  }

  init(_ payment: CanceledPayment) {
    number = payment.id.rawValue
    message = "canceled before it was paid"
    livemode = payment.livemode
    endedMs = payment.canceledMs
  }
}

/// P1, P2: the one that succeeded counts.
/// - Parameter canceled: Payment intents of the basket that were canceled without a charge.
public func basketPayment(
  _ attempts: [PaymentAttempt], canceled: [CanceledPayment] = []
) -> BasketPayment {
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
  let failed = attempts.map { FailedPayment($0) } + canceled.map { FailedPayment($0) }
  return failed.max { $0.endedMs < $1.endedMs }.map { .failed($0) } ?? .none
}

extension Payment {
  /// It failed, or its authorisation was given up or expired: no money was ever taken.
  public var cameToNothing: Bool {
    status == .failed || (status == .refunded && amountCaptured == 0)
  }

  /// What the customer pays with it, in minor units: what was captured, else what was authorised.
  public var taken: Int64 { status == .toCapture ? amount.minorUnits : amountCaptured }
}
