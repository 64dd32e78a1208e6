import HTTPFormat

/// PA12, PA02, SPA12, SPA02, and the refunds that OR11 shows.
extension MiraklState {
  /// PA12 `GET /api/payment/refund`: one element per order with refunds that wait.
  func refunds(
    _ request: Request, pageSizeMax: Int, base: String
  ) throws(MiraklError) -> Response {
    let query = try MiraklQuery(request, known: [], pageSizeMax: pageSizeMax)
    let waiting = orderRefunds.filter { $0.state == "WAITING_REFUND_PAYMENT" }
    var ids: [String] = []
    for refund in waiting where !ids.contains(refund.orderID) { ids.append(refund.orderID) }
    let all = ids.compactMap { id in order(id).flatMap { refundJSON($0, waiting) } }
    let rows = Array(all.dropFirst(query.offset).prefix(query.max))
    var page = MiraklPage(name: "orders", rows: rows, totalCount: all.count)
    page.innerName = "order"
    return page.response(to: request, query: query, base: base, loops: isLooping)
  }

  private func refundJSON(_ row: OrderRow, _ waiting: [SandboxOrderRefund]) -> JSONValue? {
    guard case .made(let order) = row.source else { return nil }
    let own = waiting.filter { $0.orderID == order.id }
    let lines = order.lines.indices.compactMap { index -> JSONValue? in
      let refunds = own.filter { $0.line == index }
      guard !refunds.isEmpty else { return nil }
      let amounts = refunds.map { $0.total(taxMode: order.taxMode) }
      return [
        "offer_id": "\(2_001 + index)", "order_line_amount": .number(DecimalText.sum(amounts)),
        "order_line_id": .string(order.lines[index].id ?? "\(order.id)-\(index + 1)"),
        "order_line_quantity": 1,
        "refunds": [
          "refund": .array(
            zip(refunds, amounts).map { ["amount": .number($1), "id": .string($0.id)] })
        ],
      ]
    }
    return [
      "amount": .number(DecimalText.sum(own.map { $0.total(taxMode: order.taxMode) })),
      "currency_iso_code": .string(order.currency), "customer_id": "CUST-1",
      "imprint_number": nil, "order_commercial_id": .string(order.commercialID),
      "order_id": .string(order.id), "order_lines": ["order_line": .array(lines)],
      "pay_out_psp_code": .string(order.payOutProvider), "payment_destination": nil,
      "payment_type": "CARD", "payment_workflow": .string(order.paymentWorkflow),
      // Text here, a number in OR11.
      "shop_id": "\(order.shopID)",
    ]
  }

  /// PA02 `PUT /api/payment/refund`: all of it or, with one bad refund, nothing.
  mutating func confirmRefunds(_ request: Request) throws(MiraklError) -> Response {
    let body = try Self.body(request)
    var after = orderRefunds
    for entry in body["refunds"]?.elements ?? [] {
      guard let id = entry["refund_id"]?.text,
        let index = after.firstIndex(where: { $0.id == id })
      else { throw .badRequest("Unknown refund '\(entry["refund_id"]?.text ?? "")'") }
      guard after[index].state == "WAITING_REFUND_PAYMENT" else {
        throw .badRequest(
          "Cannot update the refund with id '\(id)' to status 'REFUNDED'. The refund does not have "
            + "the expected status 'WAITING_REFUND_PAYMENT'.")
      }
      guard entry["payment_status"]?.text == "OK",
        case .made(let order)? = self.order(after[index].orderID)?.source
      else { throw .badRequest("payment_status must be OK or REFUSED") }
      guard entry["currency_iso_code"]?.text == order.currency else {
        throw .badRequest("The currency of refund '\(id)' is \(order.currency)")
      }
      let expected = after[index].total(taxMode: order.taxMode)
      guard Self.isEqual(entry["amount"]?.numberText, expected) else {
        throw .badRequest(
          "The amount is incorrect for the refund '\(id)', actual: "
            + "'\(entry["amount"]?.numberText ?? "")', expected: '\(expected)'")
      }
      after[index].state = "REFUNDED"
      after[index].transactionNumber = entry["transaction_number"]?.text
    }
    orderRefunds = after
    return Response(status: 204)
  }

  /// SPA12 `GET /api/mms/refunds`: seek paging over all of them, done or not.
  func serviceRefunds(_ request: Request) throws(MiraklError) -> Response {
    let items = request.queryItems
    func number(_ name: String) -> Int? {
      items.first { $0.name == name }.flatMap { Int($0.value) }
    }
    let offset = number("page_token") ?? 0
    let limit = min(number("limit") ?? (offset > 0 ? seekPageSize : 10), seekPageSize)
    let rows = serviceRefunds.dropFirst(offset).prefix(limit)
    var body: JSONValue = ["data": .array(rows.map(\.json))]
    if offset + limit < serviceRefunds.count {
      body["next_page_token"] = .string("\(offset + limit)")
    }
    return .json(200, body.compact)
  }

  /// SPA02 `PUT /api/mms/refunds`: 200 with errors for single refunds.
  mutating func confirmServiceRefunds(
    _ request: Request, nowMs: Int64
  ) throws(MiraklError) -> Response {
    var (errors, done): ([JSONValue], [JSONValue]) = ([], [])
    for entry in try Self.body(request).elements {
      let id = entry["id"]?.text ?? ""
      if let problem = confirm(entry, id, nowMs: nowMs) {
        errors.append([
          "refund_errors": [["code": "INVALID", "field": nil, "message": .string(problem)]],
          "refund_id": .string(id),
        ])
      } else {
        done.append(["id": .string(id)])
      }
    }
    let body: JSONValue = ["errors": .array(errors), "success": ["refunds": .array(done)]]
    return .json(200, body.compact)
  }

  private mutating func confirm(_ entry: JSONValue, _ id: String, nowMs: Int64) -> String? {
    guard let index = serviceRefunds.firstIndex(where: { $0.id == id }) else {
      return "Unknown refund '\(id)'"
    }
    let refund = serviceRefunds[index]
    guard refund.state == "WAITING" else { return "Refund is not waiting for confirmation" }
    guard entry["order_id"]?.text == refund.orderID, entry["state"]?.text == "OK",
      entry["currency_code"]?.text == refund.currency,
      Self.isEqual(entry["amount"]?.numberText, refund.amount)
    else { return "The refund '\(id)' is another one" }
    (serviceRefunds[index].state, serviceRefunds[index].transactionMs) = ("OK", nowMs)
    serviceRefunds[index].transactionNumber = entry["transaction_number"]?.text
    return nil
  }

  /// The refunds of an order put into its lines, as OR11 shows them.
  func withRefunds(_ json: JSONValue, of id: String) -> JSONValue {
    let own = orderRefunds.filter { $0.orderID == id }
    guard !own.isEmpty, let lines = json["order_lines"]?.elements else { return json }
    var json = json
    json["order_lines"] = .array(
      lines.enumerated().map { index, line in
        var line = line
        line["refunds"] = .array(own.filter { $0.line == index }.map(\.json))
        return line
      })
    return json
  }

  private static func body(_ request: Request) throws(MiraklError) -> JSONValue {
    do { return try JSONValue(parsing: request.body) } catch {
      throw .badRequest("The body is not JSON")
    }
  }

  private static func isEqual(_ text: String?, _ other: String) -> Bool {
    guard let text, !text.isEmpty else { return false }
    return DecimalText.sum([text, DecimalText.negated(other)]).allSatisfy { "0.-".contains($0) }
  }
}
