/// A charge as Stripe reported it, reduced to what decisions need.
public struct ChargeSnapshot: Hashable, Sendable {
  /// `status` of a charge. `succeeded` also stands for a mere authorisation: see `isCaptured`.
  public enum Status: Hashable, Sendable {
    case succeeded, pending, failed
    /// A value that Stripe added later. Treated as "proves nothing".
    case other(String)
  }

  public var id: ChargeID
  public var amount: Money
  /// What was really captured, 0 for an authorisation.
  public var amountCaptured: Int64
  /// What went back to the customer so far, in the charge's minor unit.
  public var amountRefunded: Int64
  public var status: Status
  public var isCaptured: Bool
  /// Fully refunded (partial refunds show in `amountRefunded`).
  public var isRefunded: Bool
  public var isDisputed: Bool
  public var livemode: Bool
  public var metadata: [String: String]
  public var paymentIntent: PaymentIntentID?
  /// The metadata of the payment intent, where it was expanded.
  public var paymentIntentMetadata: [String: String]
  public var transferGroup: String?
  /// The settlement currency; nil until Stripe has settled the charge (`automatic_async`).
  public var balanceCurrency: Currency?
  public var failureMessage: String?
  /// Until when an authorisation lives (`capture_before`); nil where Stripe does not say.
  public var captureBeforeMs: Int64?
  public var createdMs: Int64

  public init(
    id: ChargeID, amount: Money, amountCaptured: Int64, amountRefunded: Int64 = 0,
    status: Status, isCaptured: Bool, isRefunded: Bool = false, isDisputed: Bool = false,
    livemode: Bool, metadata: [String: String] = [:], paymentIntent: PaymentIntentID? = nil,
    paymentIntentMetadata: [String: String] = [:], transferGroup: String? = nil,
    balanceCurrency: Currency? = nil, failureMessage: String? = nil,
    captureBeforeMs: Int64? = nil, createdMs: Int64
  ) {
    self.id = id
    self.amount = amount
    self.amountCaptured = amountCaptured
    self.amountRefunded = amountRefunded
    self.status = status
    self.isCaptured = isCaptured
    self.isRefunded = isRefunded
    self.isDisputed = isDisputed
    self.livemode = livemode
    self.metadata = metadata
    self.paymentIntent = paymentIntent
    self.paymentIntentMetadata = paymentIntentMetadata
    self.transferGroup = transferGroup
    self.balanceCurrency = balanceCurrency
    self.failureMessage = failureMessage
    self.captureBeforeMs = captureBeforeMs
    self.createdMs = createdMs
  }
}

/// A payment intent, reduced to what leads to its charge.
public struct PaymentIntentSnapshot: Hashable, Sendable {
  public var id: PaymentIntentID
  /// Stripe's open set: `requires_capture`, `succeeded`, `canceled`, `processing`, …
  public var status: String
  public var amount: Money
  public var latestCharge: ChargeSnapshot?
  /// `canceled_at`; nil while it is not canceled.
  public var canceledMs: Int64?
  public var metadata: [String: String]
  public var livemode: Bool

  public init(
    id: PaymentIntentID, status: String, amount: Money, latestCharge: ChargeSnapshot?,
    canceledMs: Int64? = nil, metadata: [String: String], livemode: Bool
  ) {
    self.canceledMs = canceledMs
    self.id = id
    self.status = status
    self.amount = amount
    self.latestCharge = latestCharge
    self.metadata = metadata
    self.livemode = livemode
  }
}

/// A connected account, or the platform's own.
public struct AccountSnapshot: Hashable, Sendable {
  public var id: AccountID
  public var chargesEnabled: Bool
  public var payoutsEnabled: Bool
  public var detailsSubmitted: Bool
  /// `capabilities.transfers`: `active`, `inactive`, `pending`; nil when never requested.
  public var transfersCapability: String?
  /// `settings.payouts.schedule.interval`: must be `manual` for us to pay out.
  public var payoutInterval: String?
  public var disabledReason: String?
  public var country: String?
  public var defaultCurrency: String?
  public var metadata: [String: String]
  /// What Stripe still wants from the seller.
  public var requirements: Requirements
  public var createdMs: Int64

  /// Stripe's names of what is missing, e.g. `external_account`. An open set.
  public struct Requirements: Hashable, Sendable, Codable {
    public var currentlyDue: [String]
    public var pastDue: [String]
    public var pendingVerification: [String]

    public init(
      currentlyDue: [String] = [], pastDue: [String] = [], pendingVerification: [String] = []
    ) {
      self.currentlyDue = currentlyDue
      self.pastDue = pastDue
      self.pendingVerification = pendingVerification
    }
  }

  public init(
    id: AccountID, chargesEnabled: Bool, payoutsEnabled: Bool, detailsSubmitted: Bool,
    transfersCapability: String? = nil, payoutInterval: String? = nil,
    disabledReason: String? = nil, country: String? = nil, defaultCurrency: String? = nil,
    metadata: [String: String] = [:], requirements: Requirements = Requirements(),
    createdMs: Int64 = 0
  ) {
    self.id = id
    self.chargesEnabled = chargesEnabled
    self.payoutsEnabled = payoutsEnabled
    self.detailsSubmitted = detailsSubmitted
    self.transfersCapability = transfersCapability
    self.payoutInterval = payoutInterval
    self.disabledReason = disabledReason
    self.country = country
    self.defaultCurrency = defaultCurrency
    self.metadata = metadata
    self.requirements = requirements
    self.createdMs = createdMs
  }
}

/// A transfer as Stripe keeps it.
public struct TransferSnapshot: Hashable, Sendable {
  public var id: TransferID
  public var amount: Money
  public var amountReversed: Int64
  public var destination: AccountID
  public var sourceTransaction: String?
  public var transferGroup: String?
  public var metadata: [String: String]
  public var createdMs: Int64

  public init(
    id: TransferID, amount: Money, amountReversed: Int64 = 0, destination: AccountID,
    sourceTransaction: String? = nil, transferGroup: String? = nil,
    metadata: [String: String] = [:], createdMs: Int64
  ) {
    self.id = id
    self.amount = amount
    self.amountReversed = amountReversed
    self.destination = destination
    self.sourceTransaction = sourceTransaction
    self.transferGroup = transferGroup
    self.metadata = metadata
    self.createdMs = createdMs
  }
}

/// The parameters of `POST /v1/transfers`. Stored with the intent and sent again unchanged: Stripe
/// refuses a key that comes back with other parameters.
public struct TransferRequest: Hashable, Sendable, Codable {
  public var amount: Money
  public var destination: AccountID
  /// The charge that pays for it; nil draws on the platform's available balance.
  public var sourceCharge: ChargeID?
  public var transferGroup: String?
  public var description: String
  public var metadata: [String: String]

  public init(
    amount: Money, destination: AccountID, sourceCharge: ChargeID?, transferGroup: String?,
    description: String, metadata: [String: String]
  ) {
    self.amount = amount
    self.destination = destination
    self.sourceCharge = sourceCharge
    self.transferGroup = transferGroup
    self.description = description
    self.metadata = metadata
  }
}
