/// A refund of a line of a product order. Amounts are decimals in major units, as text.
public struct SandboxOrderRefund: Sendable, Hashable {
  public var id: String
  public var orderID: String
  /// From 0.
  public var line: Int
  public var amount: String
  public var shippingAmount: String
  public var taxes: [SandboxOrder.Tax]
  public var shippingTaxes: [SandboxOrder.Tax]
  /// `commission_total_amount`; nil leaves it out.
  public var commission: String?
  /// `WAITING_REFUND_PAYMENT`, `REFUNDED`.
  public var state = "WAITING_REFUND_PAYMENT"
  public var transactionNumber: String?

  public init(
    id: String, orderID: String, line: Int = 0, amount: String, shippingAmount: String = "0",
    taxes: [SandboxOrder.Tax] = [], shippingTaxes: [SandboxOrder.Tax] = [], commission: String?
  ) {
    self.id = id
    self.orderID = orderID
    self.line = line
    self.amount = amount
    self.shippingAmount = shippingAmount
    self.taxes = taxes
    self.shippingTaxes = shippingTaxes
    self.commission = commission
  }

  /// What the customer gets back: with the taxes, where the prices do not hold them.
  func total(taxMode: String) -> String {
    let taxes = taxMode == "TAX_INCLUDED" ? [] : (taxes + shippingTaxes).map(\.amount)
    return DecimalText.sum([amount, shippingAmount] + taxes)
  }

  /// As OR11 shows it within its line.
  var json: JSONValue {
    var json: JSONValue = [
      "amount": .number(amount), "commission_amount": .number(commission ?? "0"),
      "commission_taxes": [], "fees": [], "id": .string(id), "quantity": 1, "reason_code": "15",
      "refund_state": .string(state), "shipping_amount": .number(shippingAmount),
      "shipping_taxes": .array(shippingTaxes.map(Self.tax)), "state": .string(state),
      "taxes": .array(taxes.map(Self.tax)), "transaction_date": nil,
      "transaction_number": .string(transactionNumber),
    ]
    if let commission { json["commission_total_amount"] = .number(commission) }
    return json
  }

  private static func tax(_ tax: SandboxOrder.Tax) -> JSONValue {
    ["amount": .number(tax.amount), "code": .string(tax.code), "rate": 20]
  }
}

/// A refund of a service order, as SPA12 and SOR11 show it.
public struct SandboxServiceRefund: Sendable, Hashable {
  public var id: String
  public var orderID: String
  /// What the customer gets back, in major units, taxes included.
  public var amount: String
  /// Upper case.
  public var currency: String
  /// The taxes within `amount`, which SOR11 shows.
  public var taxes: [String]
  /// `commission.amount_including_taxes`; nil while Mirakl has not worked it out.
  public var commission: String?
  /// Whether SPA12 shows the commission too: its description has no such field, but some
  /// connectors read it there.
  public var listsCommission = true
  /// `WAITING`, `OK`.
  public var state = "WAITING"
  public var transactionNumber: String?
  /// Of SPA02; milliseconds since 1970.
  public var transactionMs: Int64?
  /// nil for the moment it is added.
  public var createdMs: Int64?

  public init(
    id: String, orderID: String, amount: String, currency: String = "EUR", taxes: [String] = [],
    commission: String?
  ) {
    self.id = id
    self.orderID = orderID
    self.amount = amount
    self.currency = currency
    self.taxes = taxes
    self.commission = commission
  }

  /// As SOR11 shows it within its order: without the taxes, where the order's prices are without.
  func orderJSON(taxMode: String?) -> JSONValue {
    let net = DecimalText.sum([amount] + taxes.map(DecimalText.negated))
    return [
      "amount": .number(taxMode == "TAX_INCLUDED" ? amount : net),
      "commission": commission.map { commission in
        [
          "amount_excluding_taxes": .number(commission),
          "amount_including_taxes": .number(commission), "commission_taxes": [],
        ]
      } ?? [:],
      "creation_date": .string(createdMs.map(Timestamp.iso8601)), "id": .string(id),
      "options": [], "reason_code": "AGREEMENT_FOUND", "state": .string(state),
      "taxes": .array(taxes.map { ["amount": .number($0), "code": "VAT20"] }),
      "transaction_date": .string(transactionMs.map(Timestamp.iso8601)),
      "transaction_number": .string(transactionNumber),
    ]
  }

  var json: JSONValue {
    let createdMs = createdMs ?? 0
    var json: JSONValue = [
      "amount": .number(amount), "currency_code": .string(currency), "customer_id": "CUST-1",
      "date_created": .string(Timestamp.iso8601(createdMs)),
      "date_updated": .string(Timestamp.iso8601(transactionMs ?? createdMs)), "id": .string(id),
      "order_id": .string(orderID), "state": .string(state),
      "transaction_date": .string(transactionMs.map(Timestamp.iso8601)),
      "transaction_number": .string(transactionNumber),
    ]
    if listsCommission, let commission {
      json["commission"] = ["amount_including_taxes": .number(commission)]
    }
    return json
  }
}
