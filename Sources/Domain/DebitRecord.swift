/// What became of one debit that Mirakl waits for, as the operator sees it.
public struct DebitRecord: Hashable, Sendable {
  /// Where it stands. Stored; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// Waits for the world to change; looked at again in every pass.
    case onHold = "DEBIT_ON_HOLD"
    /// At work: the answer was sent, its outcome is not known yet.
    case pending = "DEBIT_PENDING"
    /// Mirakl said no; tried again in the next pass.
    case failed = "DEBIT_FAILED"
    /// Mirakl was told OK.
    case confirmed = "DEBIT_CONFIRMED"
    /// Mirakl was told REFUSED.
    case refused = "DEBIT_REFUSED"
    /// Mirakl no longer asks for it, and we did not answer.
    case closed = "DEBIT_CLOSED"

    public var isFinal: Bool { self == .confirmed || self == .refused }
  }

  public var id: Int64
  public var debit: Debit
  public var status: Status
  /// Set with every status but `confirmed`.
  public var reason: String?
  /// The charge that Mirakl was told.
  public var chargeID: ChargeID?
  /// When Mirakl last showed it; our clock.
  public var readMs: Int64
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, debit: Debit, status: Status, reason: String? = nil, chargeID: ChargeID? = nil,
    readMs: Int64, createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.debit = debit
    self.status = status
    self.reason = reason
    self.chargeID = chargeID
    self.readMs = readMs
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }
}
