import Domain
import HTTPClient

/// PA11's answer: lists inside objects, and nothing at all where nothing is due.
struct WireDebitPage: Decodable {
  let elements: [PageElement<Debit>]

  init(from decoder: any Decoder) throws {
    let list = try Fields(decoder).optional("orders", as: List.self)
    elements = list?.elements ?? []
  }

  private struct List: Decodable {
    let elements: [PageElement<Debit>]

    init(from decoder: any Decoder) throws {
      let entries = try Fields(decoder).optional("order", as: [WireElement<WireDebit>].self)
      elements = entries?.map(\.element) ?? []
    }
  }
}

/// One order or shipment of PA11.
struct WireDebit: WireValue {
  let snapshot: Debit

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    snapshot = Debit(
      kind: .product, orderID: try fields.parsed("order_id") { try OrderID($0) },
      commercialID: try fields.parsed("order_commercial_id") { try CommercialOrderID($0) },
      customerID: try fields.text("customer_id"), amount: try fields.amount("amount"),
      currency: fields.isPresent("currency_iso_code")
        ? try fields.parsed("currency_iso_code") { try Currency($0) } : nil,
      shopID: try? fields.shopID("shop_id"),
      entity: try fields.optional("debit_entity", as: Entity.self)?.entity)
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("order_id"),
      commercialID: fields?.lenientText("order_commercial_id"),
      shopID: try? fields?.shopID("shop_id"), field: problem.field, reason: problem.reason)
  }

  private struct Entity: Decodable {
    let entity: Debit.Entity

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      // Part of a business key, so it obeys the rules of an id.
      let id = try fields.parsed("id") { try OrderID($0) }
      entity = Debit.Entity(id: id.rawValue, type: try fields.required("type"))
    }
  }
}

/// SPA11's answer.
struct WireServiceDebitPage: Decodable {
  let data: [WireElement<WireServiceDebit>]
  let nextToken: String?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    data = try fields.optional("data") ?? []
    nextToken = fields.lenientText("next_page_token")
  }
}

/// One debit of SPA11.
struct WireServiceDebit: WireValue {
  let snapshot: ServiceDebit

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let orderID = try fields.parsed("order_id") { try OrderID($0) }
    snapshot = ServiceDebit(
      debit: Debit(
        kind: .service, orderID: orderID,
        commercialID: try fields.parsed("order_id") { _ in
          try CommercialOrderID(serviceOrder: orderID)
        },
        debitID: try fields.parsed("id") { try OrderID($0).rawValue },
        customerID: fields.lenientText("customer_id") ?? "", amount: try fields.amount("amount"),
        currency: try fields.parsed("currency_code") { try Currency($0) }),
      state: ServiceDebit.State(try fields.required("state")),
      transactionNumber: fields.lenientText("transaction_number"),
      updatedMs: try? fields.moment("date_updated"))
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("id"), field: problem.field, reason: problem.reason)
  }
}

extension Fields {
  /// Text, or a number that stands for one: ids are written in both ways.
  func text(_ name: String) throws -> String {
    if let number = try? required(name, as: Int64.self) { return String(number) }
    return try required(name, as: String.self)
  }
}
