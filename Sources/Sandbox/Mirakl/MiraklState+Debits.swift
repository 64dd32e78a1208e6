import HTTPFormat

extension MiraklState {
  static let customerID = "CUST-1"

  /// PA11 `GET /api/payment/debit`: the orders that wait to be debited.
  func debits(
    _ request: Request, pageSizeMax: Int, base: String
  ) throws(MiraklError) -> Response {
    let query = try MiraklQuery(request, known: [], pageSizeMax: pageSizeMax)
    let waiting = orders.compactMap { row -> JSONValue? in
      if let id = row.id, let raw = rawDebits[id] { return .raw(raw) }
      guard case .made(let order) = row.source, order.state == "WAITING_DEBIT_PAYMENT" else {
        return nil
      }
      return order.debitJSON
    }
    let page = MiraklPage(
      name: "order", rows: Array(waiting.dropFirst(query.offset).prefix(query.max)),
      totalCount: waiting.count)
    var response = page.response(to: request, query: query, base: base, loops: isLooping)
    let body: JSONValue = [
      "orders": ["order": .array(page.rows)], "total_count": .integer(Int64(waiting.count)),
    ]
    response.body = Array(body.compact.utf8)
    return response
  }

  /// PA01 `PUT /api/payment/debit`: all orders of the call or none.
  mutating func confirmDebits(
    _ request: Request, nowMs: Int64
  ) throws(MiraklError) -> Response {
    let text = String(decoding: request.body, as: UTF8.self)
    guard let orders = (try? JSONValue(parsing: text))?["orders"]?.elements, !orders.isEmpty else {
      throw .badRequest("'orders' must not be empty")
    }
    var changes: [(id: String, order: SandboxOrder)] = []
    for item in orders { changes.append(try answered(item, nowMs: nowMs)) }
    for change in changes {
      guard let row = order(change.id) else { continue }
      var next = row
      next.source = .made(change.order)
      (next.state, next.isDebited) = (change.order.state, change.order.customerDebitedMs != nil)
      next.updatedMs = nowMs
      _ = replace(id: change.id, with: next)
    }
    return Response(status: 204)
  }

  private func answered(
    _ item: JSONValue, nowMs: Int64
  ) throws(MiraklError) -> (id: String, order: SandboxOrder) {
    guard let id = item["order_id"]?.text, let row = order(id), case .made(var order) = row.source
    else { throw .badRequest("Order '\(item["order_id"]?.text ?? "")' not found") }
    guard item["customer_id"]?.text == Self.customerID else {
      throw .badRequest("The customer id is incorrect for the order with id '\(id)'")
    }
    let status = item["payment_status"]?.text
    guard status == "OK" || status == "REFUSED" else {
      throw .badRequest("'payment_status' must be OK or REFUSED")
    }
    let target = status == "OK" ? "SHIPPING" : "CANCELED"
    guard order.state == "WAITING_DEBIT_PAYMENT" else {
      throw .badRequest(
        "Cannot update the order with id '\(id)' to status '\(target)'. The order does not have "
          + "the expected status 'WAITING_DEBIT_PAYMENT'.")
    }
    if let currency = item["currency_iso_code"]?.text, currency != order.currency {
      throw .badRequest("The currency is incorrect for the order with id '\(id)'")
    }
    guard status == "OK" else {
      order.cancelAll()
      return (id, order)
    }
    let amount = item["amount"]?.numberText ?? ""
    guard DecimalText.areEqual(amount, order.debitAmount) else {
      throw .badRequest(
        "The amount is incorrect for the order with id '\(id)', actual: '\(amount)', expected: "
          + "'\(order.debitAmount)'")
    }
    order.state = "SHIPPING"
    order.customerDebitedMs = nowMs
    order.transactionNumber = item["transaction_number"]?.text
    return (id, order)
  }
}

extension SandboxOrder {
  /// What the customer is to pay: lines that are neither refused nor canceled, with their taxes.
  var debitAmount: String {
    let active = lines.filter { !["REFUSED", "CANCELED"].contains($0.state ?? state) }
    let price = totalPrice ?? DecimalText.sum(active.flatMap { [$0.price, $0.shippingPrice] })
    guard taxMode == "TAX_EXCLUDED" else { return price }
    return DecimalText.sum(
      [price] + active.flatMap { ($0.taxes + $0.shippingTaxes).map(\.amount) })
  }

  /// The payment was refused: nothing of the order is left.
  fileprivate mutating func cancelAll() {
    for index in lines.indices where lines[index].state != "REFUSED" {
      let line = lines[index]
      lines[index].cancelations.append(
        Cancelation(
          id: "\(id)-\(index + 1)-refused", amount: line.price, shippingAmount: line.shippingPrice,
          taxes: line.taxes, shippingTaxes: line.shippingTaxes))
      (lines[index].price, lines[index].shippingPrice) = ("0", "0")
      (lines[index].taxes, lines[index].shippingTaxes) = ([], [])
      lines[index].state = "CANCELED"
    }
    totalPrice = nil
    state = "CANCELED"
  }

  fileprivate var debitJSON: JSONValue {
    let lines = lines.enumerated().filter {
      !["REFUSED", "CANCELED"].contains($0.element.state ?? state)
    }
    return [
      "amount": .number(debitAmount), "currency_iso_code": .string(currency),
      "customer_id": .string(MiraklState.customerID),
      "debit_entity": ["id": .string(id), "type": "ORDER"], "imprint_number": nil,
      "order_commercial_id": .string(commercialID), "order_id": .string(id),
      "order_lines": [
        "order_line": .array(
          lines.map { index, line in
            [
              "offer_id": .string(String(2_001 + index)),
              "order_line_amount": .number(DecimalText.sum([line.price, line.shippingPrice])),
              "order_line_id": .string(line.id ?? "\(id)-\(index + 1)"),
              "order_line_quantity": 1,
            ]
          })
      ],
      "pay_out_psp_code": .string(payOutProvider), "payment_destination": nil,
      "payment_type": "CARD", "shop_id": .string(String(shopID)),
    ]
  }
}

extension DecimalText {
  /// Whether two texts are the same number; false for anything that is none.
  static func areEqual(_ left: String, _ right: String) -> Bool {
    guard isDecimal(left), isDecimal(right) else { return false }
    return sum([left, negated(right)]).allSatisfy { "0.-".contains($0) }
  }

  private static func isDecimal(_ text: String) -> Bool {
    let digits = text.drop { $0 == "-" }
    let halves = digits.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 24 && (1...2).contains(halves.count)
      && halves.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
      && (halves.count == 1 || halves[1].utf8.count <= 12)
  }
}
