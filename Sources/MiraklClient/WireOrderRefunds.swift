import Domain
import HTTPClient

/// OR11's answer, read for the refunds of its orders alone.
struct WireOrderRefundsPage: Decodable { let orders: [WireElement<WireOrderRefunds>] }

/// SOR11's answer, read for the refunds of its orders alone.
struct WireServiceOrderRefundsPage: Decodable {
  let elements: [PageElement<OrderRefunds>]
  let nextToken: String?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    elements = try fields.required("data", as: [WireElement<WireServiceOrderRefunds>].self)
      .map(\.element)
    nextToken = fields.lenientText("next_page_token")
  }
}

/// The refunds of a product order.
struct WireOrderRefunds: WireValue {
  let snapshot: OrderRefunds

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let lines = try fields.required("order_lines", as: [Line].self)
    snapshot = OrderRefunds(
      orderID: try fields.parsed("order_id") { try OrderID($0) },
      shopID: try? fields.shopID("shop_id"), orderCreatedMs: try? fields.moment("created_date"),
      refunds: lines.flatMap(\.refunds))
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("order_id"), field: problem.field, reason: problem.reason)
  }

  private struct Line: Decodable {
    let refunds: [OrderRefunds.Refund]
    init(from decoder: any Decoder) throws {
      refunds = try Fields(decoder).optional("refunds", as: [Refund].self)?.map(\.refund) ?? []
    }
  }

  private struct Refund: Decodable {
    let refund: OrderRefunds.Refund

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      let taxes = RefundTaxes(
        (try fields.optional("taxes", as: [RefundTax].self) ?? [])
          + (try fields.optional("shipping_taxes", as: [RefundTax].self) ?? []))
      let breakdowns = try ["amount_breakdown", "shipping_amount_breakdown"].map {
        try fields.optional($0, as: RefundBreakdown.self)?.notPayableToShop ?? .zero
      }
      refund = OrderRefunds.Refund(
        id: try fields.refundID("id"),
        // Missing is not zero (R4): the reversal waits for it.
        commission: fields.isPresent("commission_total_amount")
          ? try fields.amount("commission_total_amount") : nil,
        taxes: taxes.amount, notPayableToShop: breakdowns.total(),
        taxesNotPayableToShop: taxes.notPayableToShop,
        createdMs: try? fields.moment("created_date"))
    }
  }
}

/// The refunds of a service order.
struct WireServiceOrderRefunds: WireValue {
  let snapshot: OrderRefunds

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    snapshot = OrderRefunds(
      orderID: try fields.parsed("id") { try OrderID($0) },
      shopID: try? fields.optional("shop", as: Shop.self)?.id,
      orderCreatedMs: try? fields.moment("date_created"),
      refunds: try fields.optional("refunds", as: [Refund].self)?.map(\.refund) ?? [])
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(id: fields?.lenientText("id"), field: problem.field, reason: problem.reason)
  }

  private struct Shop: Decodable {
    let id: ShopID
    init(from decoder: any Decoder) throws { id = try Fields(decoder).shopID("id") }
  }

  private struct Refund: Decodable {
    let refund: OrderRefunds.Refund

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      let own = RefundTaxes(try fields.optional("taxes", as: [RefundTax].self) ?? [])
      let options = try fields.optional("options", as: [Option].self) ?? []
      refund = OrderRefunds.Refund(
        id: try fields.refundID("id"),
        commission: try fields.optional("commission", as: WireCommission.self)?.amount,
        taxes: own.amount + options.map(\.taxes).total(),
        createdMs: try? fields.moment("creation_date"))
    }
  }

  /// An option of a service, or a list of chosen values with their own taxes.
  private struct Option: Decodable {
    let taxes: MajorAmount
    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      let own = RefundTaxes(try fields.optional("taxes", as: [RefundTax].self) ?? [])
      let values = try fields.optional("values", as: [Option].self) ?? []
      taxes = own.amount + values.map(\.taxes).total()
    }
  }
}

private struct RefundTaxes {
  let amount: MajorAmount
  let notPayableToShop: MajorAmount
  init(_ taxes: [RefundTax]) {
    amount = taxes.map(\.amount).total()
    notPayableToShop = taxes.map(\.notPayableToShop).total()
  }
}

private struct RefundTax: Decodable {
  let amount: MajorAmount
  let notPayableToShop: MajorAmount

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    amount = try fields.amount("amount")
    notPayableToShop =
      try fields.optional("amount_breakdown", as: RefundBreakdown.self)?.notPayableToShop ?? .zero
  }
}

/// The parts of an amount that the shop never got (M8).
private struct RefundBreakdown: Decodable {
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
