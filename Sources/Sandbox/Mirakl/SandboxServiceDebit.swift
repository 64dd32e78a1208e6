/// A debit of a service order in the Mirakl sandbox (SPA11).
public struct SandboxServiceDebit: Sendable, Hashable {
  public var id: String
  public var orderID: String
  public var customerID: String
  /// A decimal in major units, as text.
  public var amount: String
  /// Upper case.
  public var currency: String
  /// `WAITING`, `OK`, `REFUSED`; any text, to play a state that nobody knows.
  public var state: String
  public var transactionNumber: String?
  /// Of SPA01; milliseconds since 1970.
  public var transactionMs: Int64?
  public var createdMs: Int64
  /// Shown instead of everything else, even if it is no JSON.
  var raw: String?

  public init(
    id: String, orderID: String, amount: String, currency: String = "EUR",
    state: String = "WAITING", transactionNumber: String? = nil, customerID: String = "CUST-1",
    createdMs: Int64 = 0
  ) {
    self.id = id
    self.orderID = orderID
    self.amount = amount
    self.currency = currency
    self.state = state
    self.transactionNumber = transactionNumber
    self.customerID = customerID
    self.createdMs = createdMs
  }

  var json: JSONValue {
    if let raw { return .raw(raw) }
    return [
      "amount": .number(amount), "currency_code": .string(currency),
      "customer_id": .string(customerID), "date_created": .string(Timestamp.iso8601(createdMs)),
      "date_updated": .string(Timestamp.iso8601(transactionMs ?? createdMs)),
      "id": .string(id), "order_id": .string(orderID), "state": .string(state),
      "transaction_date": .string(transactionMs.map(Timestamp.iso8601)),
      "transaction_number": .string(transactionNumber),
    ]
  }
}
