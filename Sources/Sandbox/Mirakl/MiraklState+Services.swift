import HTTPFormat

/// The service part of the marketplace: orders by their ids.
struct MiraklServices: Sendable {
  struct OrderRow: Sendable {
    /// nil for raw text.
    var order: SandboxServiceOrder?
    var raw: String?
    var id: String
    var commercialID: String
    var createdMs: Int64
    var updatedMs: Int64
  }

  /// In the order of arrival.
  var orders: [OrderRow] = []
  var orderPlaces: [String: Int] = [:]
}

extension MiraklState {
  /// SOR11 `GET /api/mms/orders`.
  func serviceOrders(_ request: Request, limitMax: Int) throws(MiraklError) -> Response {
    let query = try SeekQuery(
      request, known: ["order_id", "commercial_order_id", "date_created_start"],
      limitMax: limitMax)
    let ids = try query.values("order_id")
    let baskets = try query.values("commercial_order_id")
    let since = try query.date("date_created_start") ?? .min
    let found: [MiraklServices.OrderRow]
    if let ids {
      found = ids.compactMap { services.orderPlaces[$0] }.sorted().map { services.orders[$0] }
    } else {
      found = services.orders
    }
    let rows = found.filter { row in
      row.createdMs >= since && baskets?.contains(row.commercialID) ?? true
    }
    return query.response(
      rows.map { row in
        row.raw.map { .raw($0) } ?? row.order.map { shown($0, row) } ?? .null
      }, loops: isLooping)
  }

  private func shown(_ order: SandboxServiceOrder, _ row: MiraklServices.OrderRow) -> JSONValue {
    let refunds = serviceRefunds.filter { $0.orderID == order.id }
    let updatedMs = refunds.map { $0.transactionMs ?? $0.createdMs ?? 0 }.max() ?? 0
    var json = order.json(
      createdMs: row.createdMs, updatedMs: max(row.updatedMs, updatedMs))
    json["refunds"] = .array(refunds.map { $0.orderJSON(taxMode: order.taxMode) })
    return json
  }
}
