/// A refund as Stripe keeps it.
public struct RefundSnapshot: Hashable, Sendable {
  public var id: RefundID
  public var amount: Money
  public var charge: String?
  /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`; an open set. Even a succeeded
  /// one may fail within 30 days.
  public var status: String
  public var failureReason: String?
  public var metadata: [String: String]
  public var createdMs: Int64

  public init(
    id: RefundID, amount: Money, charge: String?, status: String, failureReason: String? = nil,
    metadata: [String: String] = [:], createdMs: Int64
  ) {
    self.id = id
    self.amount = amount
    self.charge = charge
    self.status = status
    self.failureReason = failureReason
    self.metadata = metadata
    self.createdMs = createdMs
  }
}

/// A reversal of a transfer as Stripe keeps it.
public struct ReversalSnapshot: Hashable, Sendable {
  /// `trr_…`.
  public var id: String
  public var amount: Money
  public var metadata: [String: String]

  public init(id: String, amount: Money, metadata: [String: String]) {
    self.id = id
    self.amount = amount
    self.metadata = metadata
  }
}

/// The parameters of `POST /v1/refunds`. Stored with the intent and sent again unchanged.
public struct RefundRequest: Hashable, Sendable, Codable {
  public var charge: ChargeID
  public var amount: Money
  public var metadata: [String: String]

  public init(charge: ChargeID, amount: Money, metadata: [String: String]) {
    self.charge = charge
    self.amount = amount
    self.metadata = metadata
  }
}

/// The parameters of `POST /v1/transfers/{id}/reversals`. Stored with the intent.
public struct ReversalRequest: Hashable, Sendable, Codable {
  public var transfer: TransferID
  public var amount: Money
  public var metadata: [String: String]

  public init(transfer: TransferID, amount: Money, metadata: [String: String]) {
    self.transfer = transfer
    self.amount = amount
    self.metadata = metadata
  }
}
