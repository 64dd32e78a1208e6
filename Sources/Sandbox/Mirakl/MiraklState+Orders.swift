import HTTPFormat

extension MiraklState {
  private static let orderParameters: Set<String> = [
    "order_ids", "commercial_ids", "shop_ids", "order_state_codes", "start_date", "end_date",
    "start_update_date", "end_update_date", "customer_debited", "sort", "order",
  ]

  /// OR11 `GET /api/orders`.
  func orders(
    _ request: Request, pageSizeMax: Int, base: String
  ) throws(MiraklError) -> Response {
    let query = try MiraklQuery(request, known: Self.orderParameters, pageSizeMax: pageSizeMax)
    let filter = try OrderFilter(query)
    var found: [Int] = []
    for index in orders.indices where filter.includes(orders[index]) { found.append(index) }
    if try isDescending(query) { found.reverse() }
    let rows = found.dropFirst(query.offset).prefix(query.max).map { json(orders[$0]) }
    let page = MiraklPage(name: "orders", rows: rows, totalCount: found.count)
    return page.response(to: request, query: query, base: base, loops: isLooping)
  }

  private func isDescending(_ query: MiraklQuery) throws(MiraklError) -> Bool {
    guard query.text("sort") ?? "dateCreated" == "dateCreated" else {
      throw .badRequest("'sort' must be dateCreated")
    }
    switch query.text("order") ?? "asc" {
    case "asc": return false
    case "desc": return true
    case let other: throw .badRequest("'order' must be asc or desc, not '\(other)'")
    }
  }

  private func json(_ row: OrderRow) -> JSONValue {
    switch row.source {
    case .raw(let text): return .raw(text)
    case .made(let order):
      let name = shops[order.shopID]?.shop.name ?? "Shop \(order.shopID)"
      let json = order.json(
        shopName: name, createdMs: row.createdMs, updatedMs: row.updatedMs)
      return withRefunds(json, of: order.id)
    }
  }
}

/// Which orders OR11 was asked for.
private struct OrderFilter {
  let ids: Set<String>?
  let commercialIDs: Set<String>?
  let shopIDs: Set<String>?
  let states: Set<String>?
  let created: (from: Int64?, to: Int64?)
  let updated: (from: Int64?, to: Int64?)
  let isDebited: Bool?

  init(_ query: MiraklQuery) throws(MiraklError) {
    ids = try query.list("order_ids")
    commercialIDs = try query.list("commercial_ids")
    shopIDs = try query.list("shop_ids")
    states = try query.list("order_state_codes")
    created = (try query.date("start_date"), try query.date("end_date"))
    updated = (try query.date("start_update_date"), try query.date("end_update_date"))
    isDebited = try query.flag("customer_debited")
  }

  func includes(_ row: MiraklState.OrderRow) -> Bool {
    Self.names(ids, row.id) && Self.names(commercialIDs, row.commercialID)
      && Self.names(shopIDs, row.shopID.map { String($0) }) && Self.names(states, row.state)
      && Self.spans(created, row.createdMs) && Self.spans(updated, row.updatedMs)
      && isDebited ?? row.isDebited == row.isDebited
  }

  private static func names(_ names: Set<String>?, _ name: String?) -> Bool {
    guard let names else { return true }
    return name.map(names.contains) ?? false
  }

  private static func spans(_ window: (from: Int64?, to: Int64?), _ ms: Int64) -> Bool {
    ms >= window.from ?? .min && ms <= window.to ?? .max
  }
}
