/// A Mirakl service order (SOR11) as it was at one moment, reduced to what decisions need.
public struct ServiceOrderSnapshot: Hashable, Sendable, Codable {
  /// The states of a service order. One that Mirakl adds later is `.other`: held, never paid.
  public enum State: Hashable, Sendable {
    case waitingScoring, scoringOK, scoringKO, waitingAcceptance
    case waitingDebit, waitingDebitPayment
    case accepted, pending, consumed, closed
    case refused, expired, cancelled
    case other(String)
  }

  /// What the customer was asked for; amounts in major units of the order's currency.
  public struct Price: Hashable, Sendable, Codable {
    /// Of one unit, without taxes and options.
    public var unitAmount: MajorAmount
    public var quantity: Int
    /// Σ `taxes[].amount` of the price.
    public var taxes: MajorAmount
    /// Σ of the chosen options.
    public var options: MajorAmount
    /// Σ of their taxes.
    public var optionTaxes: MajorAmount

    public init(
      unitAmount: MajorAmount, quantity: Int = 1, taxes: MajorAmount = .zero,
      options: MajorAmount = .zero, optionTaxes: MajorAmount = .zero
    ) {
      self.unitAmount = unitAmount
      self.quantity = quantity
      self.taxes = taxes
      self.options = options
      self.optionTaxes = optionTaxes
    }
  }

  public var id: OrderID
  public var commercialID: CommercialOrderID
  public var state: State
  public var shopID: ShopID
  public var currency: Currency
  /// Service orders say nothing of it as a rule; then the taxes come on top of the price.
  public var taxMode: OrderSnapshot.TaxMode
  /// nil where Mirakl shows none yet: an estimate that waits for its price.
  public var price: Price?
  /// `commission.amount_including_taxes`; nil where there is none, which is not zero (A7).
  public var commission: MajorAmount?
  public var createdMs: Int64
  public var lastUpdatedMs: Int64

  public init(
    id: OrderID, commercialID: CommercialOrderID, state: State, shopID: ShopID,
    currency: Currency, taxMode: OrderSnapshot.TaxMode = .excluded, price: Price?,
    commission: MajorAmount?, createdMs: Int64, lastUpdatedMs: Int64
  ) {
    self.id = id
    self.commercialID = commercialID
    self.state = state
    self.shopID = shopID
    self.currency = currency
    self.taxMode = taxMode
    self.price = price
    self.commission = commission
    self.createdMs = createdMs
    self.lastUpdatedMs = lastUpdatedMs
  }
}

/// Mirakl's own words for the states (`state` in SOR11).
extension ServiceOrderSnapshot.State: RawRepresentable, Codable {
  public init(rawValue: String) { self = Self.byName[rawValue] ?? .other(rawValue) }

  public var rawValue: String {
    switch self {
    case .waitingScoring: "WAITING_SCORING"
    case .scoringOK: "SCORING_OK"
    case .scoringKO: "SCORING_KO"
    case .waitingAcceptance: "WAITING_ACCEPTANCE"
    case .waitingDebit: "WAITING_DEBIT"
    case .waitingDebitPayment: "WAITING_DEBIT_PAYMENT"
    case .accepted: "ORDER_ACCEPTED"
    case .pending: "ORDER_PENDING"
    case .consumed: "ORDER_CONSUMED"
    case .closed: "ORDER_CLOSED"
    case .refused: "ORDER_REFUSED"
    case .expired: "ORDER_EXPIRED"
    case .cancelled: "ORDER_CANCELLED"
    case .other(let name): name
    }
  }

  /// Every state that this version knows.
  public static let known: [Self] = [
    .waitingScoring, .scoringOK, .scoringKO, .waitingAcceptance, .waitingDebit,
    .waitingDebitPayment, .accepted, .pending, .consumed, .closed, .refused, .expired, .cancelled,
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: known.map { ($0.rawValue, $0) })
}

/// A customer debit of a service order (SPA11).
public struct ServiceOrderDebit: Hashable, Sendable, Codable {
  /// A value that Mirakl adds later proves nothing.
  public enum State: Hashable, Sendable {
    case waiting, confirmed, refused
    case other(String)
  }

  /// Mirakl's id of the debit.
  public var id: String
  public var orderID: OrderID
  /// What the customer was debited, in major units.
  public var amount: MajorAmount
  public var currency: Currency
  public var state: State
  /// What SPA01 reported as paid.
  public var transactionNumber: String?

  public init(
    id: String, orderID: OrderID, amount: MajorAmount, currency: Currency, state: State,
    transactionNumber: String? = nil
  ) {
    self.id = id
    self.orderID = orderID
    self.amount = amount
    self.currency = currency
    self.state = state
    self.transactionNumber = transactionNumber
  }
}

extension ServiceOrderDebit.State: RawRepresentable, Codable {
  public init(rawValue: String) {
    switch rawValue {
    case "WAITING": self = .waiting
    case "OK": self = .confirmed
    case "REFUSED": self = .refused
    default: self = .other(rawValue)
    }
  }

  public var rawValue: String {
    switch self {
    case .waiting: "WAITING"
    case .confirmed: "OK"
    case .refused: "REFUSED"
    case .other(let name): name
    }
  }
}
