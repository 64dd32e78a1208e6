import Domain
import HTTPClient

/// One service order of SOR11.
struct WireServiceOrder: WireValue {
  let snapshot: ServiceOrderSnapshot

  /// - Throws: `DecodingError` naming the first field that cannot be used. Nothing that an amount
  ///   depends on has a default (A7).
  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let id = try fields.parsed("id") { try OrderID($0) }
    guard let created = try fields.moment("date_created") else {
      throw fields.problem("date_created", "missing")
    }
    let price = try fields.optional("price", as: WireServicePrice.self)?.price
    snapshot = ServiceOrderSnapshot(
      id: id,
      commercialID: try fields.parsed("commercial_order_id") { try CommercialOrderID($0) },
      state: ServiceOrderSnapshot.State(rawValue: try fields.required("state")),
      shopID: try fields.required("shop", as: WireShopReference.self).id,
      currency: try fields.parsed("currency_code") { try Currency($0) },
      taxMode: try Self.taxMode(fields, price), price: price,
      commission: try fields.optional("commission", as: WireServiceCommission.self)?.amount,
      createdMs: created, lastUpdatedMs: try fields.moment("date_updated") ?? created)
  }

  /// Taxes come on top of the price unless an `order_tax_mode` says otherwise; a word that we do
  /// not know could pay them twice.
  private static func taxMode(
    _ fields: Fields, _ price: ServiceOrderSnapshot.Price?
  ) throws -> OrderSnapshot.TaxMode {
    guard let text = try fields.optional("order_tax_mode", as: String.self) else {
      return .excluded
    }
    if let mode = OrderSnapshot.TaxMode(rawValue: text) { return mode }
    guard let price, !(price.taxes + price.optionTaxes).isZero else { return .excluded }
    throw fields.problem("order_tax_mode", "unknown mode \"\(text.prefix(40))\"")
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("id"), commercialID: fields?.lenientText("commercial_order_id"),
      shopID: (try? fields?.required("shop", as: WireShopReference.self))?.id,
      createdMs: try? fields?.moment("date_created"), field: problem.field,
      reason: problem.reason)
  }
}

private struct WireShopReference: Decodable {
  let id: ShopID
  init(from decoder: any Decoder) throws { id = try Fields(decoder).shopID("id") }
}

private struct WireServiceCommission: Decodable {
  /// nil while Mirakl has not worked it out.
  let amount: MajorAmount?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    amount = try fields.amountIfPresent("amount_including_taxes")
  }
}

/// `price` of a service order: a unit price with a quantity, or units of several kinds
/// (`*_MULTI`), and options.
struct WireServicePrice: Decodable {
  /// nil where an estimate has no amount yet.
  let price: ServiceOrderSnapshot.Price?

  /// More units than any order has: a quantity beyond is a mistake.
  private static let quantityMax = 1_000_000

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let taxes = (try fields.optional("taxes", as: [WireAmount].self) ?? []).map(\.amount).total()
    let options = try fields.optional("options", as: [WireServiceOption].self) ?? []
    let quantity: Int
    let unitAmount: MajorAmount?
    if let units = try fields.optional("ordered_service_units", as: [Unit].self) {
      (unitAmount, quantity) = (units.map(\.amount).total(), 1)
    } else {
      unitAmount = try fields.amountIfPresent("amount")
      quantity = try fields.optional("quantity", as: Int.self) ?? 1
      guard (1...Self.quantityMax).contains(quantity) else {
        throw fields.problem("quantity", "\(quantity) is not a quantity")
      }
    }
    price = unitAmount.map { amount in
      ServiceOrderSnapshot.Price(
        unitAmount: amount, quantity: quantity, taxes: taxes,
        options: options.map(\.amount).total(), optionTaxes: options.map(\.taxes).total())
    }
  }

  /// One kind of unit of a `*_MULTI` price.
  private struct Unit: Decodable {
    let amount: MajorAmount

    init(from decoder: any Decoder) throws {
      let values = try Fields(decoder).required("values", as: [Value].self)
      amount = values.map(\.amount).total()
    }
  }

  private struct Value: Decodable {
    let amount: MajorAmount

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      let count = try fields.required("ordered_quantity", as: Int.self)
      guard (0...quantityMax).contains(count) else {
        throw fields.problem("ordered_quantity", "\(count) is not a quantity")
      }
      let unitAmount = try fields.amount("amount")
      do { amount = try unitAmount.times(count) } catch {
        throw fields.problem("amount", "\(error)")
      }
    }
  }
}

/// One option. Only a chosen one of type `BOOLEAN`, and the values of a `VALUE_LIST`, cost
/// something.
private struct WireServiceOption: Decodable {
  let amount: MajorAmount
  let taxes: MajorAmount

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let chosen: [WireAmount]
    switch try fields.optional("type", as: String.self) {
    case "BOOLEAN":
      chosen = try fields.flag("value") == false ? [] : [try WireAmount(from: decoder)]
    case "VALUE_LIST": chosen = try fields.required("values")
    default:
      // An amount of a type that is not known is not left out silently.
      chosen = try fields.amountIfPresent("amount") == nil ? [] : [try WireAmount(from: decoder)]
    }
    amount = chosen.map(\.amount).total()
    taxes = chosen.map(\.taxes).total()
  }
}

/// An amount with its taxes.
private struct WireAmount: Decodable {
  let amount: MajorAmount
  let taxes: MajorAmount

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    amount = try fields.amount("amount")
    taxes = (try fields.optional("taxes", as: [WireAmount].self) ?? []).map(\.amount).total()
  }
}

/// One debit of SPA11.
struct WireServiceOrderDebit: WireValue {
  let snapshot: ServiceOrderDebit

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    snapshot = ServiceOrderDebit(
      id: try fields.required("id"), orderID: try fields.parsed("order_id") { try OrderID($0) },
      amount: try fields.amount("amount"),
      currency: try fields.parsed("currency_code") { try Currency($0) },
      state: ServiceOrderDebit.State(rawValue: try fields.required("state")),
      transactionNumber: fields.lenientText("transaction_number"))
  }

  /// Under its order's id: that is what has to wait.
  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("order_id"), field: "debit.\(problem.field)", reason: problem.reason)
  }
}

extension Fields {
  /// nil if the field is missing or null.
  func amountIfPresent(_ name: String) throws -> MajorAmount? {
    try optional(name, as: Anything.self) == nil ? nil : try amount(name)
  }

  private struct Anything: Decodable { init(from decoder: any Decoder) {} }
}
