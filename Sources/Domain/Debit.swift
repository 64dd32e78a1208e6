/// A debit that Mirakl waits for: a product order in PA11, or a service debit of SPA11 that is
/// `WAITING`. To be answered once, with OK or REFUSED.
public struct Debit: Hashable, Sendable, Codable {
  /// Which list it stands in. Stored; never rename one.
  public enum Kind: String, CaseIterable, Sendable, Codable {
    /// PA11, answered by PA01.
    case product
    /// SPA11, answered by SPA01.
    case service
  }

  /// PA11's `debit_entity`: an order is debited as a whole, or shipment by shipment.
  public struct Entity: Hashable, Sendable, Codable {
    public var id: String
    /// `ORDER`, `SHIPMENT`; an open set.
    public var type: String

    public init(id: String, type: String) {
      self.id = id
      self.type = type
    }
  }

  public var kind: Kind
  public var orderID: OrderID
  /// The basket it is part of.
  public var commercialID: CommercialOrderID
  /// Of a service debit; nil in PA11.
  public var debitID: String?
  public var customerID: String
  /// Mirakl's own decimals, to be given back unchanged (A4).
  public var amount: MajorAmount
  /// nil where PA11 leaves it out; the order's own then.
  public var currency: Currency?
  public var shopID: ShopID?
  /// Echoed in PA01 where PA11 has one.
  public var entity: Entity?

  public init(
    kind: Kind, orderID: OrderID, commercialID: CommercialOrderID, debitID: String? = nil,
    customerID: String, amount: MajorAmount, currency: Currency?, shopID: ShopID? = nil,
    entity: Entity? = nil
  ) {
    self.kind = kind
    self.orderID = orderID
    self.commercialID = commercialID
    self.debitID = debitID
    self.customerID = customerID
    self.amount = amount
    self.currency = currency
    self.shopID = shopID
    self.entity = entity
  }

  /// What it is answered under: the service debit, the shipment, or else the order. Unique within
  /// its kind, and made of Mirakl's ids alone.
  public var subject: String {
    if let debitID { return debitID }
    if let entity, entity.type != "ORDER" { return "\(entity.type)/\(entity.id)" }
    return orderID.rawValue
  }
}

/// What SPA11 says of one debit, whatever its state.
public struct ServiceDebit: Hashable, Sendable, Codable {
  /// Where it stands; a value that Mirakl adds later is none of ours to answer.
  public enum State: Hashable, Sendable, Codable {
    case waiting, confirmed, refused
    case other(String)

    public init(_ text: String) {
      switch text {
      case "WAITING": self = .waiting
      case "OK": self = .confirmed
      case "REFUSED": self = .refused
      default: self = .other(text)
      }
    }
  }

  public var debit: Debit
  public var state: State
  public var transactionNumber: String?
  /// When Mirakl last changed it; milliseconds since 1970.
  public var updatedMs: Int64?

  public init(
    debit: Debit, state: State, transactionNumber: String? = nil, updatedMs: Int64? = nil
  ) {
    self.debit = debit
    self.state = state
    self.transactionNumber = transactionNumber
    self.updatedMs = updatedMs
  }
}

extension ID where Kind == MiraklCommercialOrder {
  /// The basket of a service order: its id up to the last `-` (interface.md §10), the whole id
  /// where there is none.
  public init(serviceOrder id: OrderID) throws(InvalidID) {
    let text = id.rawValue
    guard let dash = text.lastIndex(of: "-"), dash > text.startIndex else {
      self = try Self(text)
      return
    }
    self = try Self(String(text[..<dash]))
  }
}
