/// A complete order as OR11 writes it; `changes` replaces fields by JSON text, an empty text leaves
/// the field out.
func orderJSON(_ changes: [String: String] = [:]) -> String {
  object(
    [
      "order_id": "\"A\"", "commercial_id": "\"C\"", "order_state": "\"SHIPPED\"",
      "shop_id": "2043", "currency_iso_code": "\"EUR\"", "order_tax_mode": "\"TAX_EXCLUDED\"",
      "total_price": "54.80", "total_commission": "6.58", "order_lines": "[\(lineJSON())]",
      "created_date": "\"2026-01-15T09:41:07Z\"", "last_updated_date": "\"2026-01-20T16:22:45Z\"",
      "transaction_number": "\"ch_1\"", "customer_debited_date": "\"2026-01-15T10:04:33.040Z\"",
      "customer_directly_pays_seller": "false", "pay_out_psp_code": "\"NOT_SPECIFIED\"",
    ], changes)
}

/// A complete order line; `changes` as above.
func lineJSON(_ changes: [String: String] = [:]) -> String {
  object(
    [
      "order_line_id": "\"A-1\"", "order_line_state": "\"SHIPPED\"",
      "taxes": #"[{"code":"VAT","amount":9.98},{"code":"X","amount":0}]"#,
      "shipping_taxes": #"[{"code":"VAT","amount":0.98}]"#, "price": "49.90",
    ], changes)
}

private func object(_ fields: [String: String], _ changes: [String: String]) -> String {
  let merged = fields.merging(changes) { _, changed in changed }
  let members = merged.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
  return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}
