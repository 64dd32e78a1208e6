/// One movement of a seller's share, as the operator sees it: `GET /api/transfers`.
public struct TransferRecord: Hashable, Sendable {
  /// What is paid. Stored and shown by the API; never rename one.
  public enum Kind: String, CaseIterable, Sendable {
    case productOrder = "TRANSFER_PRODUCT_ORDER"
    case serviceOrder = "TRANSFER_SERVICE_ORDER"
    case refund = "TRANSFER_REFUND"
    case subscription = "TRANSFER_SUBSCRIPTION"
    case extraCredits = "TRANSFER_EXTRA_CREDITS"
    case extraInvoices = "TRANSFER_EXTRA_INVOICES"
  }

  /// Which share of one order (T1). A column of its own, because order ids are opaque: one may
  /// well end in `_TAX`.
  public enum Part: String, CaseIterable, Sendable {
    case seller, tax
  }

  /// Where it stands. Stored and shown by the API; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// Waits for the world to change; looked at again in every pass.
    case onHold = "TRANSFER_ON_HOLD"
    /// At work: an intent exists, its outcome is not known yet.
    case pending = "TRANSFER_PENDING"
    /// Stripe said no; tried again in the next pass with a new key.
    case failed = "TRANSFER_FAILED"
    case created = "TRANSFER_CREATED"
    case aborted = "TRANSFER_ABORTED"
    /// While the operator ignores the shop.
    case ignored = "TRANSFER_IGNORED"

    public var isFinal: Bool { self == .created || self == .aborted }
  }

  public var id: Int64
  public var kind: Kind
  public var part: Part
  /// The order, invoice or refund.
  public var miraklID: String
  public var commercialID: String?
  public var shopID: ShopID?
  public var mappingID: Int64?
  public var accountID: AccountID?
  public var sourceCharge: ChargeID?
  public var transferID: String?
  /// What a reversal takes back; nil for every other kind.
  public var reversedTransfer: TransferID?
  /// nil while it could not be decided.
  public var amount: Money?
  /// What the customer paid for it (A6), same currency as `amount`.
  public var grossMinorUnits: Int64?
  public var status: Status
  /// Set with every status but `created`.
  public var reason: String?
  public var miraklCreatedMs: Int64?
  /// What Stripe last said was taken back of it, in minor units of `amount`'s currency.
  public var amountReversed: Int64
  /// The part of `amountReversed` that was not our doing.
  public var reversedElsewhere: Int64
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, kind: Kind, part: Part = .seller, miraklID: String, commercialID: String? = nil,
    shopID: ShopID? = nil, mappingID: Int64? = nil, accountID: AccountID? = nil,
    sourceCharge: ChargeID? = nil, transferID: String? = nil,
    reversedTransfer: TransferID? = nil, amount: Money? = nil,
    grossMinorUnits: Int64? = nil, status: Status, reason: String? = nil,
    miraklCreatedMs: Int64? = nil, amountReversed: Int64 = 0, reversedElsewhere: Int64 = 0,
    createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.kind = kind
    self.part = part
    self.miraklID = miraklID
    self.commercialID = commercialID
    self.shopID = shopID
    self.mappingID = mappingID
    self.accountID = accountID
    self.sourceCharge = sourceCharge
    self.transferID = transferID
    self.reversedTransfer = reversedTransfer
    self.amount = amount
    self.grossMinorUnits = grossMinorUnits
    self.status = status
    self.reason = reason
    self.miraklCreatedMs = miraklCreatedMs
    self.amountReversed = amountReversed
    self.reversedElsewhere = reversedElsewhere
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }

  /// Stripe made something for it that differs from what was asked for: nothing follows by itself,
  /// and nothing is made again; a person must look.
  public var isContradicted: Bool { transferID != nil && !status.isFinal }

  /// The id as the API shows it: the tax part carries a suffix there, and only there.
  public var displayID: String { part == .tax ? miraklID + "_TAX" : miraklID }
}
