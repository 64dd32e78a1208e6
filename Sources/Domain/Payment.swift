/// What we know of one charge and the basket (commercial order) it pays for.
public struct Payment: Hashable, Sendable {
  /// Where a charge stands, as one word. Stored; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// `status` failed.
    case failed
    /// `status` pending, or one we do not know: proves nothing (P2).
    case pending
    /// Succeeded but only authorised.
    case toCapture = "to_capture"
    case captured
    /// Captured, and since given back completely.
    case refunded
  }

  /// Our own number, `id` in the API.
  public var id: Int64
  public var chargeID: ChargeID
  /// The basket named by the metadata; nil if there was none or it was empty.
  public var commercialID: CommercialOrderID?
  public var paymentIntentID: PaymentIntentID?
  public var status: Status
  public var amount: Money
  public var amountCaptured: Int64
  public var amountRefunded: Int64
  public var isDisputed: Bool
  public var livemode: Bool
  public var transferGroup: String?
  public var balanceCurrency: Currency?
  public var failureMessage: String?
  /// The first movement that used this charge; from then on its basket is fixed (P4).
  public var usedMs: Int64?
  /// When Stripe last told us; milliseconds since 1970, our clock.
  public var readMs: Int64
  public var createdMs: Int64

  public init(
    id: Int64, chargeID: ChargeID, commercialID: CommercialOrderID?,
    paymentIntentID: PaymentIntentID? = nil, status: Status, amount: Money,
    amountCaptured: Int64, amountRefunded: Int64 = 0, isDisputed: Bool = false, livemode: Bool,
    transferGroup: String? = nil, balanceCurrency: Currency? = nil,
    failureMessage: String? = nil, usedMs: Int64? = nil, readMs: Int64, createdMs: Int64
  ) {
    self.id = id
    self.chargeID = chargeID
    self.commercialID = commercialID
    self.paymentIntentID = paymentIntentID
    self.status = status
    self.amount = amount
    self.amountCaptured = amountCaptured
    self.amountRefunded = amountRefunded
    self.isDisputed = isDisputed
    self.livemode = livemode
    self.transferGroup = transferGroup
    self.balanceCurrency = balanceCurrency
    self.failureMessage = failureMessage
    self.usedMs = usedMs
    self.readMs = readMs
    self.createdMs = createdMs
  }
}

extension Payment.Status {
  /// `captured` needs money really captured; `paid: true` on a charge does not say so.
  public init(_ charge: ChargeSnapshot) {
    switch charge.status {
    case .failed: self = .failed
    case .pending, .other: self = .pending
    case .succeeded:
      if charge.isRefunded || (charge.isCaptured && charge.amountRefunded >= charge.amountCaptured)
      {
        self = charge.amountCaptured > 0 || charge.isRefunded ? .refunded : .toCapture
      } else {
        self = charge.isCaptured ? .captured : .toCapture
      }
    }
  }
}
