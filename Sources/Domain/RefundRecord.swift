public enum StripeRefund: IDKind {
  public static let name = "Stripe refund", prefixes = ["re_", "pyr_"]
}
public typealias RefundID = ID<StripeRefund>

/// A refund that Mirakl asks for, as the operator sees it: `GET /api/refunds`.
public struct RefundRecord: Hashable, Sendable {
  /// What was sold. Stored and shown by the API; never rename one.
  public enum Kind: String, CaseIterable, Sendable, Codable {
    case productOrder = "REFUND_PRODUCT_ORDER"
    case serviceOrder = "REFUND_SERVICE_ORDER"
  }

  /// Where it stands. Stored and shown by the API; never rename one.
  public enum Status: String, CaseIterable, Sendable {
    /// Waits for the world to change; looked at again in every pass.
    case onHold = "REFUND_ON_HOLD"
    /// At work: at Stripe or at Mirakl, the end is not known yet.
    case pending = "REFUND_PENDING"
    /// Somebody said no; what is missing is tried again in the next pass.
    case failed = "REFUND_FAILED"
    /// The customer has the money, and Mirakl knows.
    case created = "REFUND_CREATED"
    case aborted = "REFUND_ABORTED"
    case ignored = "REFUND_IGNORED"
  }

  public var id: Int64
  public var ask: RefundAsk
  /// The charge that is given back.
  public var charge: ChargeID?
  /// What Stripe gives back: Mirakl's amount in minor units; nil while it could not be decided.
  public var amount: Money?
  public var stripeRefund: RefundID?
  /// Stripe's word for the state of its refund, as last read; an open set.
  public var stripeStatus: String?
  public var status: Status
  /// Set with every status but `created`.
  public var reason: String?
  /// When Mirakl took the confirmation; milliseconds since 1970, our clock.
  public var confirmedMs: Int64?
  /// When Mirakl last asked for it.
  public var seenMs: Int64
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, ask: RefundAsk, charge: ChargeID? = nil, amount: Money? = nil,
    stripeRefund: RefundID? = nil, stripeStatus: String? = nil, status: Status,
    reason: String? = nil, confirmedMs: Int64? = nil, seenMs: Int64, createdMs: Int64,
    modifiedMs: Int64
  ) {
    self.id = id
    self.ask = ask
    self.charge = charge
    self.amount = amount
    self.stripeRefund = stripeRefund
    self.stripeStatus = stripeStatus
    self.status = status
    self.reason = reason
    self.confirmedMs = confirmedMs
    self.seenMs = seenMs
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }

  /// The key of its job: the kind is part of it, because ids of products and services are
  /// numbered by different systems.
  public var key: String { "\(ask.kind.rawValue)/\(ask.id)" }
}

/// What Mirakl asks for: one entry of PA12 or SPA12, with what the order says about it.
public struct RefundAsk: Hashable, Sendable {
  public var kind: RefundRecord.Kind
  /// Mirakl's id of the refund.
  public var id: String
  public var orderID: OrderID
  public var commercialID: CommercialOrderID
  /// nil for services.
  public var lineID: String?
  public var shopID: ShopID?
  public var currency: Currency
  /// What the customer gets back, taxes included; exactly Mirakl's decimals.
  public var amount: MajorAmount
  /// The operator's commission that the seller gets back; nil while Mirakl did not say (R4).
  public var commission: MajorAmount?
  /// The taxes in `amount`, shipping taxes included; nil while Mirakl did not say.
  public var taxes: MajorAmount?
  /// The parts of `amount` without taxes that the shop never got (`payable_to_shop: false`, M8).
  public var notPayableToShop: MajorAmount
  /// The taxes among `taxes` that the shop never got (M8).
  public var taxesNotPayableToShop: MajorAmount
  /// Milliseconds since 1970; nil where Mirakl does not say (PA12).
  public var createdMs: Int64?
  /// When its order was made; nil while Mirakl did not say.
  public var orderCreatedMs: Int64?

  public init(
    kind: RefundRecord.Kind, id: String, orderID: OrderID, commercialID: CommercialOrderID,
    lineID: String? = nil, shopID: ShopID? = nil, currency: Currency, amount: MajorAmount,
    commission: MajorAmount? = nil, taxes: MajorAmount? = nil,
    notPayableToShop: MajorAmount = .zero, taxesNotPayableToShop: MajorAmount = .zero,
    createdMs: Int64? = nil, orderCreatedMs: Int64? = nil
  ) {
    self.kind = kind
    self.id = id
    self.orderID = orderID
    self.commercialID = commercialID
    self.lineID = lineID
    self.shopID = shopID
    self.currency = currency
    self.amount = amount
    self.commission = commission
    self.taxes = taxes
    self.notPayableToShop = notPayableToShop
    self.taxesNotPayableToShop = taxesNotPayableToShop
    self.createdMs = createdMs
    self.orderCreatedMs = orderCreatedMs
  }

  /// With what its order says about it.
  public func with(_ order: OrderRefunds) -> RefundAsk {
    var ask = self
    ask.shopID = shopID ?? order.shopID
    ask.orderCreatedMs = order.orderCreatedMs ?? orderCreatedMs
    guard let refund = order.refunds.first(where: { $0.id == id }) else { return ask }
    ask.commission = refund.commission ?? commission
    ask.taxes = refund.taxes
    ask.notPayableToShop = refund.notPayableToShop
    ask.taxesNotPayableToShop = refund.taxesNotPayableToShop
    ask.createdMs = refund.createdMs ?? createdMs
    return ask
  }

  /// The basket of a service order: its id up to its last `-` (interface.md §10).
  public static func basket(ofService order: OrderID) -> CommercialOrderID? {
    guard let dash = order.rawValue.lastIndex(of: "-") else { return nil }
    return try? CommercialOrderID(String(order.rawValue[..<dash]))
  }
}

/// What an order (OR11, SOR11) says about its refunds.
public struct OrderRefunds: Hashable, Sendable {
  public struct Refund: Hashable, Sendable {
    public var id: String
    public var commission: MajorAmount?
    public var taxes: MajorAmount
    public var notPayableToShop: MajorAmount
    public var taxesNotPayableToShop: MajorAmount
    public var createdMs: Int64?

    public init(
      id: String, commission: MajorAmount?, taxes: MajorAmount,
      notPayableToShop: MajorAmount = .zero, taxesNotPayableToShop: MajorAmount = .zero,
      createdMs: Int64? = nil
    ) {
      self.id = id
      self.commission = commission
      self.taxes = taxes
      self.notPayableToShop = notPayableToShop
      self.taxesNotPayableToShop = taxesNotPayableToShop
      self.createdMs = createdMs
    }
  }

  public var orderID: OrderID
  public var shopID: ShopID?
  /// When the order was made; nil where it does not say.
  public var orderCreatedMs: Int64?
  public var refunds: [Refund]

  public init(
    orderID: OrderID, shopID: ShopID?, orderCreatedMs: Int64?, refunds: [Refund]
  ) {
    self.orderID = orderID
    self.shopID = shopID
    self.orderCreatedMs = orderCreatedMs
    self.refunds = refunds
  }
}

/// The parameters of PA02 and SPA02 for one refund. Stored with the intent.
public struct RefundConfirmation: Hashable, Sendable, Codable {
  public var refundID: String
  public var orderID: OrderID
  /// Mirakl's own decimals, unchanged.
  public var amount: MajorAmount
  public var currency: Currency
  /// Stripe's refund.
  public var transactionNumber: String

  public init(
    refundID: String, orderID: OrderID, amount: MajorAmount, currency: Currency,
    transactionNumber: String
  ) {
    self.refundID = refundID
    self.orderID = orderID
    self.amount = amount
    self.currency = currency
    self.transactionNumber = transactionNumber
  }
}

/// What a seller owes because a reversal was refused for want of funds (R5).
public struct Debt: Hashable, Sendable {
  public var id: Int64
  public var shopID: ShopID
  public var amount: Money
  /// Why, for people.
  public var cause: String
  /// The reversal that is to be made, in `transfer`.
  public var transferRecordID: Int64
  /// nil while it is open.
  public var settledMs: Int64?
  public var createdMs: Int64

  public init(
    id: Int64, shopID: ShopID, amount: Money, cause: String, transferRecordID: Int64,
    settledMs: Int64?, createdMs: Int64
  ) {
    self.id = id
    self.shopID = shopID
    self.amount = amount
    self.cause = cause
    self.transferRecordID = transferRecordID
    self.settledMs = settledMs
    self.createdMs = createdMs
  }
}
