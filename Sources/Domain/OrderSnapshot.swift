/// A Mirakl product order (OR11) as it was at one moment, reduced to what decisions need.
public struct OrderSnapshot: Hashable, Sendable, Codable {
  /// The states of a product order. A state that Mirakl adds later is `.other`: held, never paid.
  public enum State: Hashable, Sendable {
    case staging, waitingAcceptance, waitingDebit, waitingDebitPayment
    case shipping, shipped, toCollect, received, closed
    case refused, canceled
    case other(String)
  }

  /// Whether the prices of the order already hold the taxes.
  public enum TaxMode: String, Hashable, Sendable, Codable {
    case included = "TAX_INCLUDED"
    case excluded = "TAX_EXCLUDED"
  }

  /// An order line; amounts in major units of the order's currency.
  public struct Line: Hashable, Sendable, Codable {
    public var id: String
    public var state: State
    /// Σ `taxes[].amount`.
    public var taxes: MajorAmount
    /// Σ `shipping_taxes[].amount`.
    public var shippingTaxes: MajorAmount
    /// Σ of the parts of taxes and shipping taxes with `payable_to_shop: false` (M8).
    public var taxesNotPayableToShop: MajorAmount
    /// Σ of the parts of price and shipping price with `payable_to_shop: false` (M8).
    public var priceNotPayableToShop: MajorAmount
    /// What a capture needs to know (C6); nil where Mirakl does not say it in a usable form.
    public var charged: Charged?

    public init(
      id: String, state: State, taxes: MajorAmount = .zero, shippingTaxes: MajorAmount = .zero,
      taxesNotPayableToShop: MajorAmount = .zero, priceNotPayableToShop: MajorAmount = .zero,
      charged: Charged? = nil
    ) {
      self.id = id
      self.state = state
      self.taxes = taxes
      self.shippingTaxes = shippingTaxes
      self.taxesNotPayableToShop = taxesNotPayableToShop
      self.priceNotPayableToShop = priceNotPayableToShop
      self.charged = charged
    }

    /// Refused and cancelled lines are no longer part of what the customer pays.
    public var isActive: Bool { state != .refused && state != .canceled }
  }

  public var id: OrderID
  public var commercialID: CommercialOrderID
  public var state: State
  public var shopID: ShopID
  public var currency: Currency
  public var taxMode: TaxMode
  /// Price, shipping and fees of the active lines, without taxes in `.excluded` mode.
  public var totalPrice: MajorAmount
  /// The operator's commission, its own taxes included.
  public var totalCommission: MajorAmount
  public var lines: [Line]
  /// What PA01 reported as paid: a charge, a payment intent, or a foreign reference.
  public var transactionNumber: String?
  public var customerDebitedMs: Int64?
  public var customerPaysSellerDirectly: Bool
  /// `pay_out_psp_code`: who pays the seller out; another provider's orders are not ours.
  public var payOutProvider: String?
  public var createdMs: Int64
  public var lastUpdatedMs: Int64

  public init(
    id: OrderID, commercialID: CommercialOrderID, state: State, shopID: ShopID,
    currency: Currency, taxMode: TaxMode, totalPrice: MajorAmount, totalCommission: MajorAmount,
    lines: [Line], transactionNumber: String?, customerDebitedMs: Int64?,
    customerPaysSellerDirectly: Bool = false, payOutProvider: String? = nil, createdMs: Int64,
    lastUpdatedMs: Int64
  ) {
    self.id = id
    self.commercialID = commercialID
    self.state = state
    self.shopID = shopID
    self.currency = currency
    self.taxMode = taxMode
    self.totalPrice = totalPrice
    self.totalCommission = totalCommission
    self.lines = lines
    self.transactionNumber = transactionNumber
    self.customerDebitedMs = customerDebitedMs
    self.customerPaysSellerDirectly = customerPaysSellerDirectly
    self.payOutProvider = payOutProvider
    self.createdMs = createdMs
    self.lastUpdatedMs = lastUpdatedMs
  }
}

/// Mirakl's own words for the states (`order_state`, `order_line_state`).
extension OrderSnapshot.State: RawRepresentable, Codable {
  public init(rawValue: String) {
    self = Self.byName[rawValue] ?? .other(rawValue)
  }

  public var rawValue: String {
    switch self {
    case .staging: "STAGING"
    case .waitingAcceptance: "WAITING_ACCEPTANCE"
    case .waitingDebit: "WAITING_DEBIT"
    case .waitingDebitPayment: "WAITING_DEBIT_PAYMENT"
    case .shipping: "SHIPPING"
    case .shipped: "SHIPPED"
    case .toCollect: "TO_COLLECT"
    case .received: "RECEIVED"
    case .closed: "CLOSED"
    case .refused: "REFUSED"
    case .canceled: "CANCELED"
    case .other(let name): name
    }
  }

  private static let byName: [String: Self] = Dictionary(
    uniqueKeysWithValues: [
      Self.staging, .waitingAcceptance, .waitingDebit, .waitingDebitPayment, .shipping, .shipped,
      .toCollect, .received, .closed, .refused, .canceled,
    ].map { ($0.rawValue, $0) })
}

/// A Mirakl shop (S20), reduced to what decisions need.
public struct ShopSnapshot: Hashable, Sendable, Codable {
  public var id: ShopID
  public var name: String
  /// `OPEN`, `CLOSE`, `SUSPENDED`, `TERMINATED`; an open set.
  public var state: String
  public var additionalFields: [String: String]
  public var isProfessional: Bool?
  /// `contact_informations`.
  public var contact: Contact?
  /// `kyc.status`; nil where the instance does not keep one.
  public var kycStatus: String?
  /// Mirakl's own clock, milliseconds since 1970.
  public var lastUpdatedMs: Int64?

  /// How the seller can be reached.
  public struct Contact: Hashable, Sendable, Codable {
    public var email: String?
    public var phone: String?
    public var webSite: String?

    public init(email: String? = nil, phone: String? = nil, webSite: String? = nil) {
      self.email = email
      self.phone = phone
      self.webSite = webSite
    }
  }

  public init(
    id: ShopID, name: String, state: String, additionalFields: [String: String],
    isProfessional: Bool? = nil, contact: Contact? = nil, kycStatus: String? = nil,
    lastUpdatedMs: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.state = state
    self.additionalFields = additionalFields
    self.isProfessional = isProfessional
    self.contact = contact
    self.kycStatus = kycStatus
    self.lastUpdatedMs = lastUpdatedMs
  }
}
