/// The payout of one billing document, as the operator sees it: `GET /api/payouts`.
public struct PayoutRecord: Hashable, Sendable {
  /// Where it stands. Stored and shown by the API; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// Waits for the world to change; looked at again in every pass.
    case onHold = "PAYOUT_ON_HOLD"
    /// At work: an intent exists, its outcome is not known yet.
    case pending = "PAYOUT_PENDING"
    /// Stripe or the bank said no.
    case failed = "PAYOUT_FAILED"
    /// Stripe took it. The bank may still send it back: then it becomes `failed` (S5).
    case created = "PAYOUT_CREATED"
    case aborted = "PAYOUT_ABORTED"
    /// While the operator ignores the shop.
    case ignored = "PAYOUT_IGNORED"
  }

  /// Who has to do something before a failed payout is tried again (S5). Stored.
  public enum Waiting: String, CaseIterable, Sendable {
    /// For the next settlement pass.
    case nextPass = "next_pass"
    /// The bank account itself is at fault: for another one.
    case externalAccount = "external_account"
    /// For the operator: it was canceled by hand, or failed too often.
    case `operator`
  }

  public var id: Int64
  /// `invoice_id` of the billing document.
  public var invoiceID: Int64
  public var shopID: ShopID?
  public var mappingID: Int64?
  public var accountID: AccountID?
  /// Of the latest attempt.
  public var payoutID: PayoutID?
  /// nil while it could not be decided.
  public var amount: Money?
  public var status: Status
  /// Set with every status but `created`.
  public var reason: String?
  public var waiting: Waiting?
  public var miraklCreatedMs: Int64?
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, invoiceID: Int64, shopID: ShopID? = nil, mappingID: Int64? = nil,
    accountID: AccountID? = nil, payoutID: PayoutID? = nil, amount: Money? = nil, status: Status,
    reason: String? = nil, waiting: Waiting? = nil, miraklCreatedMs: Int64? = nil,
    createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.invoiceID = invoiceID
    self.shopID = shopID
    self.mappingID = mappingID
    self.accountID = accountID
    self.payoutID = payoutID
    self.amount = amount
    self.status = status
    self.reason = reason
    self.waiting = waiting
    self.miraklCreatedMs = miraklCreatedMs
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }
}

/// One payout that Stripe made for a billing document (S5).
public struct PayoutAttempt: Hashable, Sendable {
  public var id: Int64
  public var invoiceID: Int64
  /// 1, 2, …; advances when the bank sent the last one back.
  public var round: Int
  public var payoutID: PayoutID
  public var accountID: AccountID
  public var amount: Money
  public var status: PayoutSnapshot.Status
  public var failureCode: String?
  public var failureMessage: String?
  /// The external account that it goes to.
  public var destination: String?
  /// When we learnt that it was paid.
  public var paidMs: Int64?
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, invoiceID: Int64, round: Int, payoutID: PayoutID, accountID: AccountID,
    amount: Money, status: PayoutSnapshot.Status, failureCode: String? = nil,
    failureMessage: String? = nil, destination: String? = nil, paidMs: Int64? = nil,
    createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.invoiceID = invoiceID
    self.round = round
    self.payoutID = payoutID
    self.accountID = accountID
    self.amount = amount
    self.status = status
    self.failureCode = failureCode
    self.failureMessage = failureMessage
    self.destination = destination
    self.paidMs = paidMs
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }

  /// The bank sent it back, or somebody canceled it: the money is on the balance again.
  public var hasFailed: Bool { status == .failed || status == .canceled }
}
