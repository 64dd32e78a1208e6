/// What an account has, per currency. A currency that is absent is zero.
public struct BalanceSnapshot: Hashable, Sendable {
  /// Can be paid out now.
  public var available: [Money]
  /// Becomes available when its charges settle.
  public var pending: [Money]

  public init(available: [Money], pending: [Money]) {
    self.available = available
    self.pending = pending
  }

  /// In minor units; may be negative.
  public func available(_ currency: Currency) -> Int64 { Self.sum(available, currency) }
  /// In minor units; may be negative.
  public func pending(_ currency: Currency) -> Int64 { Self.sum(pending, currency) }

  private static func sum(_ amounts: [Money], _ currency: Currency) -> Int64 {
    // Stripe lists a currency once; clamped, because an overflow of outside data must not trap.
    amounts.filter { $0.currency == currency }.reduce(0) { sum, amount in
      let (result, overflow) = sum.addingReportingOverflow(amount.minorUnits)
      return overflow ? (sum < 0 ? .min : .max) : result
    }
  }
}

/// A payout as Stripe keeps it, on the connected account.
public struct PayoutSnapshot: Hashable, Sendable {
  /// `status` of a payout. `paid` may still become `failed` within five business days.
  public enum Status: String, CaseIterable, Hashable, Sendable {
    case pending
    case inTransit = "in_transit"
    case paid, failed, canceled
  }

  public var id: PayoutID
  public var amount: Money
  /// nil for a value that Stripe added later: nothing follows from it.
  public var status: Status?
  public var failureCode: String?
  public var failureMessage: String?
  /// The external account, `ba_…` or `card_…`.
  public var destination: String?
  public var metadata: [String: String]
  public var createdMs: Int64

  public init(
    id: PayoutID, amount: Money, status: Status?, failureCode: String? = nil,
    failureMessage: String? = nil, destination: String? = nil, metadata: [String: String] = [:],
    createdMs: Int64
  ) {
    self.id = id
    self.amount = amount
    self.status = status
    self.failureCode = failureCode
    self.failureMessage = failureMessage
    self.destination = destination
    self.metadata = metadata
    self.createdMs = createdMs
  }
}

/// The parameters of `POST /v1/payouts`. Stored with the intent and sent again unchanged.
public struct PayoutRequest: Hashable, Sendable, Codable {
  /// On whose balance (`Stripe-Account`).
  public var account: AccountID
  public var amount: Money
  public var description: String
  public var metadata: [String: String]

  public init(
    account: AccountID, amount: Money, description: String, metadata: [String: String]
  ) {
    self.account = account
    self.amount = amount
    self.description = description
    self.metadata = metadata
  }
}

/// The parameters of a transfer that a connected account makes. Stored with the intent.
public struct SellerDebitRequest: Hashable, Sendable, Codable {
  /// From whose balance (`Stripe-Account`).
  public var account: AccountID
  /// The rest; its destination is the platform's own account.
  public var transfer: TransferRequest

  public init(account: AccountID, transfer: TransferRequest) {
    self.account = account
    self.transfer = transfer
  }
}

/// A bank account or card that payouts go to.
public struct ExternalAccountSnapshot: Hashable, Sendable {
  public var id: String
  public var currency: Currency?
  /// `new` is the normal state; `errored` after a failed payout; an open set.
  public var status: String?

  public init(id: String, currency: Currency?, status: String?) {
    self.id = id
    self.currency = currency
    self.status = status
  }

  /// Whether Stripe would pay to it, as far as one can tell.
  public var isUsable: Bool {
    switch status {
    case "errored", "verification_failed", "tokenized_account_number_deactivated": false
    default: true
    }
  }
}

/// Payouts of connected accounts.
public enum StripePayout: IDKind {
  public static let name = "Stripe payout", prefixes = ["po_"]
}
public typealias PayoutID = ID<StripePayout>
