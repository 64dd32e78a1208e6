import Domain
import HTTPClient

/// OR11's answer.
struct WireOrderPage: Decodable { let orders: [WireElement<WireOrder>] }

/// One product order of OR11.
struct WireOrder: WireValue {
  let snapshot: OrderSnapshot

  /// - Throws: `DecodingError` naming the first field that cannot be used. Nothing that an amount
  ///   depends on has a default (A7).
  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let id = try fields.parsed("order_id") { try OrderID($0) }
    let created = try fields.moment("created_date")
    guard let created else { throw fields.problem("created_date", "missing") }
    let lines = try fields.required("order_lines", as: [WireOrderLine].self)
    let snapshots = lines.enumerated().map { $1.snapshot(position: $0) }
    snapshot = OrderSnapshot(
      id: id,
      commercialID: try fields.parsed("commercial_id") { try CommercialOrderID($0) },
      state: OrderSnapshot.State(rawValue: try fields.required("order_state")),
      shopID: try fields.shopID("shop_id"),
      currency: try fields.parsed("currency_iso_code") { try Currency($0) },
      taxMode: try Self.taxMode(fields, snapshots),
      totalPrice: try fields.amount("total_price"),
      totalCommission: try fields.amount("total_commission"), lines: snapshots,
      transactionNumber: try fields.optional("transaction_number", as: String.self)
        .flatMap { $0.isEmpty ? nil : $0 },
      customerDebitedMs: try fields.moment("customer_debited_date"),
      customerPaysSellerDirectly: try fields.flag("customer_directly_pays_seller") ?? false,
      payOutProvider: fields.lenientText("pay_out_psp_code"), createdMs: created,
      lastUpdatedMs: try fields.moment("last_updated_date") ?? created)
  }

  /// Without any tax both modes mean the same, and a missing one does no harm. With taxes a guess
  /// could pay them twice.
  private static func taxMode(
    _ fields: Fields, _ lines: [OrderSnapshot.Line]
  ) throws -> OrderSnapshot.TaxMode {
    let text = try fields.optional("order_tax_mode", as: String.self)
    if let mode = text.flatMap(OrderSnapshot.TaxMode.init) { return mode }
    let isWithoutTax = lines.allSatisfy {
      $0.taxes.isZero && $0.shippingTaxes.isZero && $0.taxesNotPayableToShop.isZero
    }
    if isWithoutTax { return .excluded }
    throw fields.problem(
      "order_tax_mode", text.map { "unknown mode \"\($0.prefix(40))\"" } ?? "missing")
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("order_id"), commercialID: fields?.lenientText("commercial_id"),
      shopID: try? fields?.shopID("shop_id"), createdMs: try? fields?.moment("created_date"),
      field: problem.field, reason: problem.reason)
  }
}

/// One line of an order.
struct WireOrderLine: Decodable {
  private let id: String?
  private let state: OrderSnapshot.State
  private let taxes: TaxSum
  private let shippingTaxes: TaxSum
  private let priceNotPayable: MajorAmount
  private let charged: OrderSnapshot.Line.Charged?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    id = fields.lenientText("order_line_id")
    state = OrderSnapshot.State(rawValue: try fields.required("order_line_state"))
    taxes = TaxSum(try fields.optional("taxes", as: [WireTax].self) ?? [])
    shippingTaxes = TaxSum(try fields.optional("shipping_taxes", as: [WireTax].self) ?? [])
    let breakdowns = [
      try fields.optional("price_amount_breakdown", as: WireBreakdown.self),
      try fields.optional("shipping_price_amount_breakdown", as: WireBreakdown.self),
    ]
    priceNotPayable = breakdowns.compactMap(\.?.notPayableToShop).total()
    charged = try? WireLineCharge(from: decoder).charged
  }

  /// - Parameter position: From 0; stands in for a missing id, which the split does not need.
  func snapshot(position: Int) -> OrderSnapshot.Line {
    OrderSnapshot.Line(
      id: id ?? "#\(position + 1)", state: state, taxes: taxes.amount,
      shippingTaxes: shippingTaxes.amount,
      taxesNotPayableToShop: taxes.notPayableToShop + shippingTaxes.notPayableToShop,
      priceNotPayableToShop: priceNotPayable, charged: charged)
  }
}

/// The sum of a list of taxes.
private struct TaxSum {
  let amount: MajorAmount
  let notPayableToShop: MajorAmount

  init(_ taxes: [WireTax]) {
    amount = taxes.map(\.amount).total()
    notPayableToShop = taxes.map(\.notPayableToShop).total()
  }
}

private struct WireTax: Decodable {
  let amount: MajorAmount
  let notPayableToShop: MajorAmount

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    amount = try fields.amount("amount")
    notPayableToShop =
      try fields.optional("amount_breakdown", as: WireBreakdown.self)?.notPayableToShop ?? .zero
  }
}

/// `*_breakdown`: whose an amount is, part by part (M8).
private struct WireBreakdown: Decodable {
  let notPayableToShop: MajorAmount

  init(from decoder: any Decoder) throws {
    let parts = try Fields(decoder).optional("parts", as: [Part].self) ?? []
    notPayableToShop = parts.filter { !$0.isPayableToShop }.map(\.amount).total()
  }

  private struct Part: Decodable {
    let amount: MajorAmount
    let isPayableToShop: Bool

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      isPayableToShop = try fields.flag("payable_to_shop") ?? true
      amount = try fields.amount("amount")
    }
  }
}
