import Sandbox

/// A made-up marketplace and what must come of it.
///
/// Every figure is a whole number of the currency's minor unit from the start, and no type of the
/// product is used: the expectation must not share a mistake with what it judges.
struct DemoMarketplace {
  typealias Order = DemoOrder

  /// What happens to the payment of a basket.
  enum PaymentFate {
    case captured
    /// Authorised; the server confirms it to Mirakl, and captures once every order is accepted.
    case lateCapture
    /// Fails: nothing may be paid.
    case failed
    /// Captured, and taken back by the customer's bank before anybody was paid: nothing may be.
    case disputed
  }

  struct Basket {
    let id: String
    let currency: DemoCurrency
    let payment: PaymentFate
    let orders: [Order]
    /// Goods of the operator's own, which Mirakl knows nothing of.
    let operatorGoods: Int64
    var total: Int64 { orders.reduce(operatorGoods) { $0 + $1.gross } }
    /// The orders that must be paid, each once.
    var payable: [Order] {
      payment == .failed || payment == .disputed ? [] : orders.filter { $0.fate != .refused }
    }
    private var refused: Int64 {
      orders.filter { $0.fate == .refused }.reduce(0) { $0 + $1.gross }
    }
    /// What must be taken from the customer: of an authorisation, not what was refused.
    var captured: Int64 {
      switch payment {
      case .failed: 0
      case .lateCapture: total - refused
      case .captured, .disputed: total
      }
    }
    /// What stays with the operator, beside commissions: its own goods, and what was captured for
    /// orders that were refused afterwards.
    var stays: Int64 {
      switch payment {
      case .failed, .disputed: 0
      case .lateCapture: operatorGoods
      case .captured: operatorGoods + refused
      }
    }
    /// What the customer's bank has taken back.
    var disputed: Int64 { payment == .disputed ? total : 0 }
  }

  let shops: [Int64]
  let baskets: [Basket]
  var orderCount: Int { baskets.reduce(0) { $0 + $1.orders.count } }
  var payableCount: Int { baskets.reduce(0) { $0 + $1.payable.count } }
  /// Transfers that must be made, those of taxes included.
  var transferCount: Int {
    baskets.reduce(payableCount) { $0 + $1.payable.count { $0.tax > 0 } }
  }

  init(orders: Int, seed: UInt64) {
    var generator = DemoGenerator(seed: seed)
    // The last one sells nothing.
    let all = (1...max(5, min(40, orders / 10))).map { Int64(2_000 + $0) }
    let shops = Array(all.dropLast())
    var baskets: [Basket] = []
    var left = orders
    while left > 0 {
      let count = min(left, Int.random(in: 1...4, using: &generator))
      baskets.append(Self.basket(baskets.count + 1, count, shops, &generator))
      left -= count
    }
    self.shops = all
    self.baskets = baskets
  }

  private static func basket(
    _ number: Int, _ count: Int, _ shops: [Int64], _ generator: inout DemoGenerator
  ) -> Basket {
    let currency = DemoCurrency.all[Int.random(in: 0..<DemoCurrency.all.count, using: &generator)]
    let isService = number.isMultiple(of: 6)
    let id = (isService ? "SERVICE-" : "DEMO-") + "\(number)"
    let draw = Int.random(in: 0..<100, using: &generator)
    let payment: PaymentFate =
      isService
      ? .captured
      : number % 20 == 5
        ? .disputed
        : number % 20 == 7 || draw < 3 ? .failed : draw < 25 ? .lateCapture : .captured
    let sellers = shops.shuffled(using: &generator).prefix(count)
    let orders = zip(sellers, ["A", "B", "C", "D"]).map { shop, letter in
      order("\(id)-\(letter)", shop, currency, isService: isService, &generator)
    }
    let hasGoods = !isService && Int.random(in: 0..<4, using: &generator) == 0
    let goods =
      hasGoods ? Int64.random(in: 100...5_000, using: &generator) * currency.step : 0
    return Basket(
      id: id, currency: currency, payment: payment, orders: orders, operatorGoods: goods)
  }

  private static func order(
    _ id: String, _ shop: Int64, _ currency: DemoCurrency, isService: Bool,
    _ generator: inout DemoGenerator
  ) -> Order {
    let draw = Int.random(in: 0..<100, using: &generator)
    let fate: DemoOrder.Fate =
      isService ? .plain : draw < 8 ? .refused : draw < 30 ? .lateAcceptance : .plain
    let hasTaxes = Int.random(in: 0..<4, using: &generator) > 0
    let includesTaxes = Bool.random(using: &generator)
    func amount(_ range: ClosedRange<Int64>) -> Int64 {
      Int64.random(in: range, using: &generator) * currency.step
    }
    let count = isService ? 1 : Int.random(in: 1...3, using: &generator)
    let lines = (1...count).map { _ in
      let (price, shipping) = (amount(200...20_000), amount(0...900))
      // Less than a tenth, so that a seller's share is left of every part of a line.
      func tax(_ base: Int64) -> Int64 {
        guard hasTaxes, base / currency.step >= 10 else { return 0 }
        return amount(1...(base / currency.step / 10))
      }
      return DemoOrder.Line(
        price: price, shipping: shipping, tax: tax(price), shippingTax: tax(shipping),
        fee: amount(10...120))
    }
    return Order(
      id: id, shop: shop, isService: isService, fate: fate, includesTaxes: includesTaxes,
      lines: lines)
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
