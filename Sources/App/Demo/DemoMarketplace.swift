import Sandbox

/// A made-up marketplace and what must come of it.
///
/// Every figure is a whole number of the currency's minor unit from the start, and no type of the
/// product is used: the expectation must not share a mistake with what it judges.
struct DemoMarketplace {
  /// What happens to an order.
  enum Fate: CaseIterable {
    /// Accepted and debited from the start.
    case plain
    /// Waits for the seller, is accepted later.
    case lateAcceptance
    /// Refused by the seller: the money stays with the operator (until it is refunded).
    case refused
  }

  /// What happens to the payment of a basket.
  enum PaymentFate {
    case captured
    /// Authorised; the server confirms it to Mirakl, and captures once every order is accepted.
    case lateCapture
    /// Fails: nothing may be paid.
    case failed
  }

  struct Order {
    let id: String
    let shop: Int64
    let fate: Fate
    /// What the customer pays, taxes included.
    let gross: Int64
    let commission: Int64
    let template: SandboxOrder
    var sellerShare: Int64 { gross - commission }
  }

  struct Basket {
    let id: String
    let currency: DemoCurrency
    let payment: PaymentFate
    let orders: [Order]
    var total: Int64 { orders.reduce(0) { $0 + $1.gross } }
    /// The orders that must be paid, each once.
    var payable: [Order] { payment == .failed ? [] : orders.filter { $0.fate != .refused } }
  }

  let shops: [Int64]
  let baskets: [Basket]
  var orderCount: Int { baskets.reduce(0) { $0 + $1.orders.count } }
  var payableCount: Int { baskets.reduce(0) { $0 + $1.payable.count } }

  init(orders: Int, seed: UInt64, nowMs: Int64) {
    var generator = DemoGenerator(seed: seed)
    let shops = (1...max(4, min(40, orders / 10))).map { Int64(2_000 + $0) }
    var baskets: [Basket] = []
    var left = orders
    while left > 0 {
      let count = min(left, Int.random(in: 1...4, using: &generator))
      baskets.append(
        Self.basket(baskets.count + 1, count, shops, nowMs: nowMs, &generator))
      left -= count
    }
    self.shops = shops
    self.baskets = baskets
  }

  private static func basket(
    _ number: Int, _ count: Int, _ shops: [Int64], nowMs: Int64,
    _ generator: inout DemoGenerator
  ) -> Basket {
    let id = "DEMO-\(number)"
    let currency = DemoCurrency.all[Int.random(in: 0..<DemoCurrency.all.count, using: &generator)]
    let draw = Int.random(in: 0..<100, using: &generator)
    let payment: PaymentFate = draw < 4 ? .failed : draw < 20 ? .lateCapture : .captured
    let sellers = shops.shuffled(using: &generator).prefix(count)
    let orders = zip(sellers, ["A", "B", "C", "D"]).map { shop, letter in
      order(
        "\(id)-\(letter)", basket: id, shop, currency, isDebited: payment != .lateCapture,
        nowMs: nowMs, &generator)
    }
    return Basket(id: id, currency: currency, payment: payment, orders: orders)
  }

  private static func order(
    _ id: String, basket: String, _ shop: Int64, _ currency: DemoCurrency, isDebited: Bool,
    nowMs: Int64, _ generator: inout DemoGenerator
  ) -> Order {
    let draw = Int.random(in: 0..<100, using: &generator)
    // What is captured late is captured by the server, without what was refused.
    let fate: Fate = draw < 8 && isDebited ? .refused : draw < 25 ? .lateAcceptance : .plain
    let hasTaxes = Int.random(in: 0..<3, using: &generator) > 0
    let excludesTaxes = hasTaxes && Bool.random(using: &generator)
    func amount(_ range: ClosedRange<Int64>) -> Int64 {
      Int64.random(in: range, using: &generator) * currency.step
    }
    var (gross, commission): (Int64, Int64) = (0, 0)
    var lines: [SandboxOrder.Line] = []
    for _ in 1...Int.random(in: 1...3, using: &generator) {
      let (price, shipping) = (amount(200...20_000), amount(0...900))
      let (tax, shippingTax) = hasTaxes ? (amount(10...400), amount(0...40)) : (0, 0)
      let fee = amount(10...150)
      gross += price + shipping + (excludesTaxes ? tax + shippingTax : 0)
      commission += fee
      lines.append(
        SandboxOrder.Line(
          price: currency.text(price), shippingPrice: currency.text(shipping),
          taxes: hasTaxes ? [.init(currency.text(tax))] : [],
          shippingTaxes: hasTaxes ? [.init(currency.text(shippingTax))] : [],
          commissionFee: currency.text(fee)))
    }
    let template = SandboxOrder(
      id: id, commercialID: basket, shopID: shop,
      state: fate == .refused
        ? "REFUSED" : fate == .lateAcceptance ? "WAITING_ACCEPTANCE" : accepted(isDebited),
      currency: currency.code, taxMode: excludesTaxes ? "TAX_EXCLUDED" : "TAX_INCLUDED",
      lines: lines, customerDebitedMs: fate == .plain && isDebited ? nowMs : nil)
    return Order(
      id: id, shop: shop, fate: fate, gross: gross, commission: commission, template: template)
  }
}

extension DemoMarketplace {
  /// What Mirakl makes of an order that the seller has accepted: the debit is waited for, or known.
  static func accepted(_ isDebited: Bool) -> String {
    isDebited ? "SHIPPING" : "WAITING_DEBIT_PAYMENT"
  }
}

/// A currency of the demonstration, with its own rules written out.
struct DemoCurrency: Hashable {
  let code: String
  let decimals: Int
  /// Stripe wants the last digit of three-decimal amounts to be 0.
  let step: Int64

  static let all = [
    DemoCurrency(code: "EUR", decimals: 2, step: 1),
    DemoCurrency(code: "USD", decimals: 2, step: 1),
    DemoCurrency(code: "JPY", decimals: 0, step: 1),
    DemoCurrency(code: "KWD", decimals: 3, step: 10),
  ]

  /// The decimal text of an amount in minor units: `1999` of EUR is `19.99`.
  func text(_ minor: Int64) -> String {
    guard decimals > 0 else { return String(minor) }
    let digits = String(minor.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (minor < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}

/// xorshift64*: the same marketplace for the same seed, on every machine.
struct DemoGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
