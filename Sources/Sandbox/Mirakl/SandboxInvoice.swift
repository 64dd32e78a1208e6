/// A billing document of the Mirakl sandbox. Amounts are decimals in major units, as text.
public struct SandboxInvoice: Sendable, Hashable {
  /// `invoice_id`
  public var id: Int64
  /// `AUTO_INVOICE`, `MANUAL_INVOICE`, `MANUAL_CREDIT`
  public var type = "AUTO_INVOICE"
  /// `DRAFT`, `GENERATED`, `COMPLETE`
  public var state = "COMPLETE"
  /// `PENDING`, `PAID`, `FAILED`
  public var paymentState = "PENDING"
  /// The reference of a confirmation.
  public var paymentReference: String?
  public var payOutProvider = "NOT_SPECIFIED"
  /// nil shows a document without a shop.
  public var shopID: Int64?
  /// Upper case.
  public var currency = "EUR"
  public var amountTransferred: String
  public var subscription = "0"
  public var otherCredits = "0"
  public var otherInvoices = "0"
  public var billingCycleID: String?
  /// nil for the moment it is added.
  public var createdMs: Int64?

  public init(id: Int64, shopID: Int64?, amountTransferred: String) {
    self.id = id
    self.shopID = shopID
    self.amountTransferred = amountTransferred
    billingCycleID = "cycle-\(id)"
  }

  /// As IV01 shows it: names and nesting of the sample that Mirakl publishes.
  func json(createdMs: Int64) -> JSONValue {
    var json: JSONValue = [
      "currency_iso_code": .string(currency),
      "date_created": .string(Timestamp.iso8601(createdMs)), "details": [],
      "due_date": nil, "id": .string("00000000-0000-4000-8000-\(id)"),
      "invoice_id": .integer(id), "issue_date": .string(Timestamp.iso8601(createdMs)),
      "pay_out_psp_code": .string(payOutProvider),
      "payment": [
        "reference": .string(paymentReference), "state": .string(paymentState),
        "transaction_date": nil,
      ],
      "seller_billing_cycle_id": .string(billingCycleID), "shop_id": .integer(shopID),
      "shop_name": .string(shopID.map { "Shop \($0)" }), "state": .string(state),
      "total_amount_excl_taxes": 0, "total_amount_incl_taxes": 0, "total_charged_amount": 0,
      "total_taxes": [], "type": .string(type),
    ]
    if type == "AUTO_INVOICE" {
      json["summary"] = [
        "amount_transferred": .number(amountTransferred), "amount_transferred_to_operator": 0,
        "total_other_credits_incl_tax": .number(otherCredits),
        "total_other_invoices_incl_tax": .number(otherInvoices),
        "total_subscription_incl_tax": .number(subscription),
      ]
    }
    return json
  }

  /// Its billing cycle as SBC11 shows it.
  func cycleJSON(createdMs: Int64) -> JSONValue {
    var payOut: JSONValue = ["state": .string(paymentState == "PENDING" ? "TO_PAY" : paymentState)]
    if let paymentReference { payOut["reference"] = .string(paymentReference) }
    return [
      "amount_transferred_to_operator": 0,
      "amount_transferred_to_seller": .number(amountTransferred),
      "currency_iso_code": .string(currency),
      "date_created": .string(Timestamp.iso8601(createdMs)), "id": .string(billingCycleID),
      "pay_out": payOut, "pay_out_psp_code": .string(payOutProvider),
      "shop": ["shop_id": .integer(shopID), "shop_name": .string(shopID.map { "Shop \($0)" })],
      "summary": [:],
    ]
  }
}
