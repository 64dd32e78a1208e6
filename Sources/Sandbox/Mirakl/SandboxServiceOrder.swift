/// A service order of the Mirakl sandbox. Amounts are decimals in major units, as text.
public struct SandboxServiceOrder: Sendable, Hashable {
  /// An option that the customer chose.
  public struct Option: Sendable, Hashable {
    /// `BOOLEAN`, or `VALUE_LIST` with the amount as its one value.
    public var type: String
    public var amount: String
    public var taxes: [String]
    /// Of a `BOOLEAN`: whether it was chosen.
    public var isChosen: Bool

    public init(
      _ amount: String, type: String = "BOOLEAN", taxes: [String] = [], isChosen: Bool = true
    ) {
      self.type = type
      self.amount = amount
      self.taxes = taxes
      self.isChosen = isChosen
    }
  }

  /// One kind of unit of a `*_MULTI` price.
  public struct Unit: Sendable, Hashable {
    public var amount: String
    public var quantity: Int

    public init(_ amount: String, quantity: Int) {
      self.amount = amount
      self.quantity = quantity
    }
  }

  public var id: String
  public var commercialID: String
  public var shopID: Int64
  /// `WAITING_SCORING`, …, `ORDER_CANCELLED`; any text, to play a state that nobody knows.
  public var state: String
  /// Upper case.
  public var currency: String
  /// `FIXED_PRICE`, `ESTIMATED_PRICE`, or with `_MULTI`.
  public var priceType = "FIXED_PRICE"
  /// Of one unit; nil leaves it out, as in an estimate.
  public var price: String?
  public var quantity = 1
  public var taxes: [String] = []
  public var options: [Option] = []
  /// For `*_MULTI`.
  public var units: [Unit] = []
  /// Taxes included; nil leaves the commission out.
  public var commission: String?
  public var workflow = "PAY_ON_ACCEPTANCE"
  /// nil leaves `order_tax_mode` out, as Mirakl does.
  public var taxMode: String?
  /// nil for the moment it is added.
  public var createdMs: Int64?

  public init(
    id: String, commercialID: String, shopID: Int64, state: String = "ORDER_PENDING",
    currency: String = "EUR", price: String? = "100.00", commission: String? = "10.00",
    createdMs: Int64? = nil
  ) {
    self.id = id
    self.commercialID = commercialID
    self.shopID = shopID
    self.state = state
    self.currency = currency
    self.price = price
    self.commission = commission
    self.createdMs = createdMs
  }
}
