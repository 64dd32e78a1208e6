/// The order as SOR11 shows it, but for its refunds: names and nesting of Mirakl's description.
extension SandboxServiceOrder {
  func json(createdMs: Int64, updatedMs: Int64) -> JSONValue {
    var json: JSONValue = [
      "booking": ["type": "NO_BOOKING"], "can_evaluate": false,
      "commercial_order_id": .string(commercialID),
      "consumption": ["type": "CONFIRMATION_BY_SHOP", "date_consumed": nil],
      "currency_code": .string(currency), "custom_attribute_values": [],
      "customer": ["id": "CUST-1", "last_name": "Roca", "locale": "fr_FR"],
      "date_created": .string(Timestamp.iso8601(createdMs)),
      "date_updated": .string(Timestamp.iso8601(updatedMs)), "id": .string(id),
      "imprint_number": nil, "location": ["type": "NO_LOCATION"], "payment_type": "CARD",
      "price": priceJSON, "refunds": [],
      "service": [
        "category": ["code": "INSTALL", "label": "Installation"], "code": "SRV-1",
        "custom_attribute_values": [], "medias": [], "model": ["code": "STD", "label": "Standard"],
        "title": "Service",
      ],
      "shop": ["id": .integer(shopID), "name": .string("Shop \(shopID)")],
      "state": .string(state), "warnings": [], "workflow": ["type": .string(workflow)],
    ]
    if let commission {
      json["commission"] = [
        "amount_excluding_taxes": .number(commission),
        "amount_including_taxes": .number(commission), "commission_taxes": [],
      ]
    }
    if let taxMode { json["order_tax_mode"] = .string(taxMode) }
    return json
  }

  private var priceJSON: JSONValue {
    var json: JSONValue = [
      "options": .array(options.enumerated().map { $1.json(number: $0 + 1) }),
      "type": .string(priceType),
    ]
    if priceType.hasSuffix("_MULTI") {
      let values = units.enumerated().map { index, unit -> JSONValue in
        [
          "amount": .number(unit.amount), "code": .string("unit-\(index + 1)"),
          "ordered_quantity": .integer(Int64(unit.quantity)),
        ]
      }
      json["ordered_service_units"] = [
        ["code": "units", "label": "Units", "type": "VALUE_LIST", "values": .array(values)]
      ]
    } else {
      json["quantity"] = .integer(Int64(quantity))
      json["taxes"] = taxJSON(taxes)
      if let price { json["amount"] = .number(price) }
    }
    return json
  }
}

extension SandboxServiceOrder.Option {
  fileprivate func json(number: Int) -> JSONValue {
    var json: JSONValue = [
      "code": .string("option-\(number)"), "label": .string("Option \(number)"),
      "type": .string(type),
    ]
    if type == "VALUE_LIST" {
      json["values"] = [
        ["amount": .number(amount), "code": "v", "label": "Value", "taxes": taxJSON(taxes)]
      ]
    } else {
      json["amount"] = .number(amount)
      json["taxes"] = taxJSON(taxes)
      json["value"] = .bool(isChosen)
    }
    return json
  }
}

private func taxJSON(_ amounts: [String]) -> JSONValue {
  .array(amounts.map { ["amount": .number($0), "code": "VAT20"] })
}
