import Domain

/// What a capture needs to know of an order line (C6). Read by itself: an order whose
/// cancelations cannot be read is paid all the same, only its payment is not captured.
struct WireLineCharge: Decodable {
  let charged: OrderSnapshot.Line.Charged

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let cancelations = try fields.optional("cancelations", as: [Cancelation].self) ?? []
    charged = OrderSnapshot.Line.Charged(
      price: try Self.price(fields), canceledPrice: cancelations.map(\.price).total(),
      canceledTaxes: cancelations.map(\.taxes).total(), hasCancelations: !cancelations.isEmpty)
  }

  /// `total_price`, which holds shipping and fees; else price and shipping.
  private static func price(_ fields: Fields) throws -> MajorAmount? {
    if fields.isPresent("total_price") { return try fields.amount("total_price") }
    guard fields.isPresent("price") else { return nil }
    return try fields.amount("price") + (try fields.amountOrZero("shipping_price"))
  }

  private struct Cancelation: Decodable {
    let price: MajorAmount
    let taxes: MajorAmount

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      let fees = try fields.optional("fees", as: [Part].self) ?? []
      price =
        try fields.amount("amount") + (try fields.amountOrZero("shipping_amount"))
        + fees.map(\.amount).total()
      taxes =
        (try fields.optional("taxes", as: [Part].self) ?? []).map(\.amount).total()
        + (try fields.optional("shipping_taxes", as: [Part].self) ?? []).map(\.amount).total()
    }
  }

  private struct Part: Decodable {
    let amount: MajorAmount
    init(from decoder: any Decoder) throws { amount = try Fields(decoder).amount("amount") }
  }
}

extension Fields {
  /// For amounts that Mirakl leaves out where there are none.
  func amountOrZero(_ name: String) throws -> MajorAmount {
    isPresent(name) ? try amount(name) : .zero
  }
}
