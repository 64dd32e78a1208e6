import Decisions
import Domain

// Builders for debits and captures. The defaults are a debit of 100.00 EUR that one authorised
// payment of 100.00 EUR covers.

extension Debit {
  public static func make(
    kind: Kind = .product, orderID: String = "O-1-A", commercialID: String = "O-1",
    debitID: String? = nil, amount: String = "100.00", currency: Currency? = .eur,
    entity: Entity? = nil
  ) -> Debit {
    Debit(
      kind: kind, orderID: .of(orderID), commercialID: .of(commercialID), debitID: debitID,
      customerID: "CUST-1", amount: .of(amount), currency: currency, entity: entity)
  }
}

extension OrderSnapshot.Line.Charged {
  public static func make(
    price: String? = "100.00", canceledPrice: String = "0", canceledTaxes: String = "0",
    hasCancelations: Bool? = nil
  ) -> Self {
    Self(
      price: price.map { .of($0) }, canceledPrice: .of(canceledPrice),
      canceledTaxes: .of(canceledTaxes), hasCancelations: hasCancelations ?? (canceledPrice != "0"))
  }
}

extension OrderSnapshot.Line {
  /// A line with what a capture needs to know of it.
  public static func charged(
    _ state: OrderSnapshot.State, _ charged: Charged?, taxes: String = "0",
    shippingTaxes: String = "0"
  ) -> Self {
    var line = Self.make(state: state, taxes: taxes, shippingTaxes: shippingTaxes)
    line.charged = charged
    return line
  }
}

extension PaymentAttempt {
  public static func make(_ payment: Payment = .make(), endedMs: Int64 = 0) -> PaymentAttempt {
    PaymentAttempt(payment: payment, endedMs: endedMs)
  }
}
