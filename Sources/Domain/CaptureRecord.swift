/// What became of one authorised payment, as the operator sees it.
public struct CaptureRecord: Hashable, Sendable {
  /// Where it stands. Stored; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// Waits for its orders, or for a person.
    case onHold = "CAPTURE_ON_HOLD"
    /// At work: an intent exists, its outcome is not known yet.
    case pending = "CAPTURE_PENDING"
    /// Stripe said no; tried again in the next pass.
    case failed = "CAPTURE_FAILED"
    /// The money was taken, by us or by somebody else.
    case captured = "CAPTURE_CREATED"
    /// The authorisation was given up, because no order is left to pay.
    case released = "CAPTURE_RELEASED"
    /// The authorisation ended before it was captured: nothing will follow.
    case aborted = "CAPTURE_ABORTED"

    public var isFinal: Bool {
      switch self {
      case .captured, .released, .aborted: true
      case .onHold, .pending, .failed: false
      }
    }
  }

  public var id: Int64
  public var chargeID: ChargeID
  public var commercialID: CommercialOrderID
  /// What is or was to be captured; nil while it is not decided, and for a release.
  public var amount: Money?
  public var status: Status
  /// Set with every status but `captured`.
  public var reason: String?
  /// Until when the authorisation lives, where Stripe says so (C5).
  public var captureBeforeMs: Int64?
  /// When the operator was warned of that moment.
  public var warnedMs: Int64?
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, chargeID: ChargeID, commercialID: CommercialOrderID, amount: Money? = nil,
    status: Status, reason: String? = nil, captureBeforeMs: Int64? = nil,
    warnedMs: Int64? = nil, createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.chargeID = chargeID
    self.commercialID = commercialID
    self.amount = amount
    self.status = status
    self.reason = reason
    self.captureBeforeMs = captureBeforeMs
    self.warnedMs = warnedMs
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }
}
