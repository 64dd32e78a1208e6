import HTTPFormat

extension MiraklState {
  /// SPA11 `GET /api/mms/debits`: debits in every state, by token.
  func serviceDebits(_ request: Request, limitMax: Int) throws(MiraklError) -> Response {
    guard hasServices else { throw MiraklError(status: 404, message: "Not Found") }
    let query = try SeekQuery(request, known: ["order_id"], limitMax: limitMax)
    let ids = try query.values("order_id")
    let found = serviceDebits.filter { ids?.contains($0.orderID) ?? true }
    return query.response(found.map(\.json), loops: isLooping)
  }

  /// SPA01 `PUT /api/mms/debits`: 200 with an error for each debit that is not taken.
  mutating func confirmServiceDebits(
    _ request: Request, nowMs: Int64
  ) throws(MiraklError) -> Response {
    guard hasServices else { throw MiraklError(status: 404, message: "Not Found") }
    let text = String(decoding: request.body, as: UTF8.self)
    guard case .array(let items)? = try? JSONValue(parsing: text), !items.isEmpty else {
      throw .badRequest("The body must be a list of debits")
    }
    var (errors, done): ([JSONValue], [JSONValue]) = ([], [])
    for item in items {
      let id = item["id"]?.text ?? ""
      if let (code, field, message) = confirm(item, id, nowMs: nowMs) {
        errors.append([
          "debit_id": .string(id),
          "debit_errors": [
            ["code": .string(code), "field": .string(field), "message": .string(message)]
          ],
        ])
      } else {
        done.append(["id": .string(id)])
      }
    }
    let body: JSONValue = ["errors": .array(errors), "success": ["debits": .array(done)]]
    return .json(200, body.compact)
  }

  /// - Returns: why a debit is not taken, nil if it is.
  private mutating func confirm(
    _ item: JSONValue, _ id: String, nowMs: Int64
  ) -> (code: String, field: String, message: String)? {
    guard let index = serviceDebits.firstIndex(where: { $0.id == id }) else {
      return ("DEBIT_NOT_FOUND", "id", "Debit not found")
    }
    var debit = serviceDebits[index]
    guard item["order_id"]?.text == debit.orderID else {
      return ("INVALID_ORDER", "order_id", "Debit belongs to another order")
    }
    guard debit.state == "WAITING" else {
      return ("INVALID_STATE", "state", "Debit is not waiting for confirmation")
    }
    guard DecimalText.areEqual(item["amount"]?.numberText ?? "", debit.amount) else {
      return ("INVALID_AMOUNT", "amount", "Expected \(debit.amount)")
    }
    guard item["currency_code"]?.text == debit.currency else {
      return ("INVALID_CURRENCY", "currency_code", "Expected \(debit.currency)")
    }
    guard let state = item["state"]?.text, state == "OK" || state == "REFUSED" else {
      return ("INVALID_STATE", "state", "State must be OK or REFUSED")
    }
    (debit.state, debit.transactionMs) = (state, nowMs)
    debit.transactionNumber = item["transaction_number"]?.text
    serviceDebits[index] = debit
    return nil
  }

  private static func limit(_ text: String?, _ most: Int) throws(MiraklError) -> Int {
    guard let text else { return 10 }
    guard let value = Int(text), (1...most).contains(value) else {
      throw .badRequest("'limit' must be a number between 1 and \(most)")
    }
    return value
  }
}
