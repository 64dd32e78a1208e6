/// The order as OR11 shows it: names and nesting of the sample that Mirakl publishes.
extension SandboxOrder {
  func json(shopName: String, createdMs: Int64, updatedMs: Int64) -> JSONValue {
    let active = lines.filter { !["REFUSED", "CANCELED"].contains($0.state ?? state) }
    let price = DecimalText.sum(active.map(\.price))
    let shipping = DecimalText.sum(active.map(\.shippingPrice))
    let commission = DecimalText.sum(active.map(\.totalCommission))
    let lines = lines.enumerated().map { index, line in
      line.json(self, index: index + 1, createdMs: createdMs, updatedMs: updatedMs)
    }
    return [
      "acceptance_decision_date": nil, "can_cancel": false, "can_evaluate": false,
      "can_shop_ship": false, "channel": nil, "commercial_id": .string(commercialID),
      "created_date": .string(Timestamp.iso8601(createdMs)),
      "currency_iso_code": .string(currency), "customer": Self.customer,
      "customer_debited_date": .string(customerDebitedMs.map(Timestamp.iso8601)),
      "customer_directly_pays_seller": .bool(customerPaysSellerDirectly),
      "fulfillment": ["center": ["code": "DEFAULT"]], "fully_refunded": false,
      "has_customer_message": false, "has_incident": false, "has_invoice": false,
      "imprint_number": nil, "last_updated_date": .string(Timestamp.iso8601(updatedMs)),
      "leadtime_to_ship": 2, "order_additional_fields": [], "order_id": .string(id),
      "order_lines": .array(lines), "order_refunds": [], "order_state": .string(state),
      "order_state_reason_code": nil, "order_state_reason_label": nil,
      "order_tax_mode": .string(taxMode), "order_taxes": [],
      "pay_out_psp_code": .string(payOutProvider), "payment_type": "CARD",
      "payment_workflow": .string(paymentWorkflow), "price": .number(price),
      "promotions": ["applied_promotions": [], "total_deduced_amount": 0], "quote_id": nil,
      "references": [
        "order_reference_for_customer": nil, "order_reference_for_seller": nil,
      ],
      "shipping_price": .number(shipping), "shipping_type_code": "STD",
      "shipping_type_label": "Standard", "shop_id": .integer(shopID),
      "shop_name": .string(shopName),
      "total_commission": .number(totalCommission ?? commission),
      "total_price": .number(totalPrice ?? DecimalText.sum([price, shipping])),
      "transaction_date": .string(customerDebitedMs.map(Timestamp.iso8601)),
      "transaction_number": .string(transactionNumber),
      // Texts in Mirakl's own sample, though its description says boolean.
      "waiting_funding_confirmation": "false", "waiting_tax_confirmation": "false",
    ]
  }

  private static let customer: JSONValue = [
    "billing_address": nil, "civility": "Mrs", "customer_id": "CUST-1",
    "email": "customer@example.org", "firstname": "Nadia", "lastname": "Lefort",
    "locale": "fr_FR", "shipping_address": nil,
  ]
}

extension SandboxOrder.Line {
  fileprivate var totalCommission: String {
    DecimalText.sum([commissionFee] + commissionTaxes.map(\.amount))
  }

  fileprivate func json(
    _ order: SandboxOrder, index: Int, createdMs: Int64, updatedMs: Int64
  ) -> JSONValue {
    var json: JSONValue = [
      "can_open_incident": false, "can_refund": false,
      "cancelations": .array(
        cancelations.map { $0.json(createdMs: updatedMs) }),
      "category_code": "HOME", "category_label": "Home",
      "commission_fee": .number(commissionFee),
      "commission_taxes": .array(commissionTaxes.map(\.json)),
      "created_date": .string(Timestamp.iso8601(createdMs)),
      "debited_date": .string(order.customerDebitedMs.map(Timestamp.iso8601)),
      "description": nil, "fees": [],
      "last_updated_date": .string(Timestamp.iso8601(updatedMs)),
      "offer_id": .integer(Int64(2_000 + index)), "offer_sku": "SKU-\(index)",
      "offer_state_code": "11", "order_line_additional_fields": [],
      "order_line_id": .string(id ?? "\(order.id)-\(index)"),
      "order_line_index": .integer(Int64(index)),
      "order_line_state": .string(state ?? order.state),
      "order_line_state_reason_code": nil, "order_line_state_reason_label": nil,
      "price": .number(price), "price_additional_info": nil, "price_unit": .number(price),
      "product_medias": [], "product_sku": "MKP-\(index)", "product_title": "Article \(index)",
      "promotions": [], "quantity": 1, "received_date": nil, "refunds": [],
      "shipped_date": nil, "shipping_price": .number(shippingPrice),
      "shipping_taxes": .array(shippingTaxes.map(\.json)),
      "taxes": .array(taxes.map(\.json)), "total_commission": .number(totalCommission),
      "total_price": .number(DecimalText.sum([price, shippingPrice])),
    ]
    if let priceNotPayableToShop {
      let rest = DecimalText.sum([price, DecimalText.negated(priceNotPayableToShop)])
      json["price_amount_breakdown"] = [
        "parts": [part(rest, toShop: true), part(priceNotPayableToShop, toShop: false)]
      ]
    }
    return json
  }
}

extension SandboxOrder.Tax {
  fileprivate var json: JSONValue {
    var json: JSONValue = ["amount": .number(amount), "code": .string(code), "rate": 20]
    if let payableToShop {
      json["amount_breakdown"] = ["parts": [part(amount, toShop: payableToShop)]]
    }
    return json
  }
}

extension SandboxOrder.Cancelation {
  fileprivate func json(createdMs: Int64) -> JSONValue {
    [
      "amount": .number(amount), "commission_amount": 0, "commission_taxes": [],
      "commission_total_amount": 0, "created_date": .string(Timestamp.iso8601(createdMs)),
      "fees": [], "id": .string(id), "quantity": 1, "reason_code": "34",
      "shipping_amount": .number(shippingAmount),
      "shipping_taxes": .array(shippingTaxes.map(\.json)), "taxes": .array(taxes.map(\.json)),
    ]
  }
}

private func part(_ amount: String, toShop: Bool) -> JSONValue {
  [
    "amount": .number(amount), "commissionable": true, "debitable_from_customer": true,
    "payable_to_shop": .bool(toShop),
  ]
}
