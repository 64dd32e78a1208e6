/// A product order of the Mirakl sandbox. Amounts are decimals in major units, as text.
public struct SandboxOrder: Sendable, Hashable {
  /// A tax amount of a line.
  public struct Tax: Sendable, Hashable {
    public var code: String
    public var amount: String
    /// nil leaves `amount_breakdown` out, as on platforms without advanced features.
    public var payableToShop: Bool?

    public init(_ amount: String, code: String = "VAT20", payableToShop: Bool? = nil) {
      self.amount = amount
      self.code = code
      self.payableToShop = payableToShop
    }
  }

  /// A part of a line that was cancelled, and is no longer in the line's amounts.
  public struct Cancelation: Sendable, Hashable {
    public var id: String
    public var amount: String
    public var shippingAmount: String
    public var taxes: [Tax]
    public var shippingTaxes: [Tax]

    public init(
      id: String, amount: String, shippingAmount: String = "0", taxes: [Tax] = [],
      shippingTaxes: [Tax] = []
    ) {
      self.id = id
      self.amount = amount
      self.shippingAmount = shippingAmount
      self.taxes = taxes
      self.shippingTaxes = shippingTaxes
    }
  }

  public struct Line: Sendable, Hashable {
    /// nil for the order id with `-1`, `-2`, ….
    public var id: String?
    /// nil for the order's state.
    public var state: String?
    public var price: String
    public var shippingPrice: String
    public var taxes: [Tax]
    public var shippingTaxes: [Tax]
    /// Without its taxes.
    public var commissionFee: String
    public var commissionTaxes: [Tax]
    /// The part of the price that is not the shop's; nil for none.
    public var priceNotPayableToShop: String?
    public var cancelations: [Cancelation]

    public init(
      price: String, shippingPrice: String = "0", taxes: [Tax] = [], shippingTaxes: [Tax] = [],
      commissionFee: String = "0", commissionTaxes: [Tax] = [], state: String? = nil,
      id: String? = nil, priceNotPayableToShop: String? = nil, cancelations: [Cancelation] = []
    ) {
      self.id = id
      self.state = state
      self.price = price
      self.shippingPrice = shippingPrice
      self.taxes = taxes
      self.shippingTaxes = shippingTaxes
      self.commissionFee = commissionFee
      self.commissionTaxes = commissionTaxes
      self.priceNotPayableToShop = priceNotPayableToShop
      self.cancelations = cancelations
    }
  }

  public var id: String
  public var commercialID: String
  public var shopID: Int64
  /// `STAGING`, …, `SHIPPED`, `CANCELED`; any text, to play a state that nobody knows.
  public var state: String
  /// Upper case.
  public var currency: String
  /// `TAX_INCLUDED` or `TAX_EXCLUDED`.
  public var taxMode: String
  public var lines: [Line]
  /// nil for the sum over the lines that are neither refused nor canceled.
  public var totalPrice: String?
  public var totalCommission: String?
  public var transactionNumber: String?
  public var customerDebitedMs: Int64?
  public var customerPaysSellerDirectly = false
  public var payOutProvider = "NOT_SPECIFIED"
  public var paymentWorkflow = "PAY_ON_ACCEPTANCE"
  /// nil for the moment it is added.
  public var createdMs: Int64?
  /// nil for the moment it is added or updated.
  public var updatedMs: Int64?

  public init(
    id: String, commercialID: String, shopID: Int64, state: String = "SHIPPING",
    currency: String = "EUR", taxMode: String = "TAX_INCLUDED", lines: [Line],
    transactionNumber: String? = nil, customerDebitedMs: Int64? = nil, createdMs: Int64? = nil,
    updatedMs: Int64? = nil
  ) {
    self.id = id
    self.commercialID = commercialID
    self.shopID = shopID
    self.state = state
    self.currency = currency
    self.taxMode = taxMode
    self.lines = lines
    self.transactionNumber = transactionNumber
    self.customerDebitedMs = customerDebitedMs
    self.createdMs = createdMs
    self.updatedMs = updatedMs
  }
}
