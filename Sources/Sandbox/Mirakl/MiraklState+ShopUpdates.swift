import HTTPFormat

extension MiraklState {
  /// S07 `PUT /api/shops`: 200 with an entry a shop, which is either the shop or its errors.
  mutating func updateShops(
    _ request: Request, nowMs: Int64
  ) throws(MiraklError) -> Response {
    guard let body = try? JSONValue(parsing: request.body), case .array(let shops)? = body["shops"]
    else { throw .badRequest("The request body is not valid") }
    guard shops.count <= MiraklQuery.listMax else {
      throw .badRequest("'shops' must not have more than \(MiraklQuery.listMax) elements")
    }
    var returns: [JSONValue] = []
    for input in shops {
      guard let id = input["shop_id"]?.integer else {
        throw .badRequest("'shop_id' is required")
      }
      returns.append(updateShop(id, input, nowMs: nowMs))
    }
    let answer: JSONValue = ["shop_returns": .array(returns)]
    return .json(200, answer.compact)
  }

  private mutating func updateShop(_ id: Int64, _ input: JSONValue, nowMs: Int64) -> JSONValue {
    guard var row = shops[id] else {
      return Self.refusal("SHOP_NOT_FOUND", "shop_id", "Shop not found", input)
    }
    if let message = shopRefusals[id] {
      return Self.refusal("INVALID", "shop_additional_fields", message, input)
    }
    if let status = input["kyc"]?["status"]?.text {
      guard Self.kycStatuses.contains(status) else {
        return Self.refusal("INVALID_VALUE", "kyc.status", "Unknown status '\(status)'", input)
      }
      row.shop.kycStatus = status
    }
    if case .array(let fields)? = input["shop_additional_fields"] {
      for field in fields {
        guard let code = field["code"]?.text else { continue }
        let value = field["value"]?.text
        let type = additionalFields.first { $0.code == code }?.type
        if type == "LINK", let value, !value.hasPrefix("http") || value.contains(" ") {
          return Self.refusal(
            "INVALID_VALUE", "shop_additional_fields.\(code)", "'\(value)' is not a valid URL",
            input)
        }
        row.shop.fields[code] = value  // without a value the field is erased
      }
    }
    row.shop.updatedMs = nil
    row.updatedMs = nowMs
    shops[id] = row
    shopUpdates[id, default: 0] += 1
    return ["shop_updated": row.shop.json(createdMs: row.createdMs, updatedMs: row.updatedMs)]
  }

  private static func refusal(
    _ code: String, _ field: String, _ message: String, _ input: JSONValue
  ) -> JSONValue {
    [
      "shop_error": [
        "errors": [
          ["code": .string(code), "field": .string(field), "message": .string(message)]
        ],
        "input": input,
      ]
    ]
  }

  private static let kycStatuses = [
    "PENDING_SUBMISSION", "PENDING_APPROVAL", "REFUSED", "APPROVED",
  ]
}
