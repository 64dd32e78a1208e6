import HTTPFormat

extension MiraklState {
  /// S20 `GET /api/shops`, by name.
  func shops(
    _ request: Request, pageSizeMax: Int, base: String
  ) throws(MiraklError) -> Response {
    let query = try MiraklQuery(
      request, known: ["shop_ids", "updated_since", "domains", "state"],
      pageSizeMax: pageSizeMax)
    let ids = try query.list("shop_ids")
    // Without the parameter Mirakl shows product shops only.
    let domains = try query.list("domains") ?? ["PRODUCT"]
    let since = try query.date("updated_since") ?? .min
    let state = query.text("state")
    let found = shops.values.filter { row in
      ids?.contains(String(row.shop.id)) ?? true && row.updatedMs >= since
        && !domains.isDisjoint(with: row.shop.domains) && state ?? row.shop.state == row.shop.state
    }
    let sorted = found.sorted { ($0.shop.name, $0.shop.id) < ($1.shop.name, $1.shop.id) }
    let rows = sorted.dropFirst(query.offset).prefix(query.max).map {
      $0.shop.json(createdMs: $0.createdMs, updatedMs: $0.updatedMs)
    }
    let page = MiraklPage(name: "shops", rows: Array(rows), totalCount: found.count)
    return page.response(to: request, query: query, base: base, loops: isLooping)
  }

  /// AF01 `GET /api/additional_fields`.
  func additionalFields(_ request: Request) throws(MiraklError) -> Response {
    let query = try MiraklQuery(request, known: ["entities"], pageSizeMax: 100)
    let isForShops = try query.list("entities")?.contains("SHOP") ?? true
    let fields = (isForShops ? additionalFields : []).map { field -> JSONValue in
      [
        "accepted_values": [], "code": .string(field.code), "entity": "SHOP",
        "label": .string(field.code), "regex": nil, "required": .bool(field.isRequired),
        "shop_permission": "READ_WRITE", "type": .string(field.type),
      ]
    }
    let body: JSONValue = ["additional_fields": .array(fields)]
    return .json(200, body.compact)
  }
}
