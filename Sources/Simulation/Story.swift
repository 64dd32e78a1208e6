import Sandbox

/// What will happen to one basket, and what must have come of it in the end. Own integers and own
/// arithmetic: nothing of the product's is used to say what is right.
struct Story {
  /// How the money of the basket behaves.
  enum Money: CaseIterable {
    case captured, authorizedThenCaptured, pendingThenPaid, capturedThenRefunded, failed, never
  }
  /// How the order names its payment.
  enum Naming: CaseIterable { case chargeMetadata, intentMetadata, chargeNumber, intentNumber }
  /// What becomes of an order at the marketplace.
  enum Fate: CaseIterable {
    case accepted, acceptedLate, acceptedThenCanceled, refused, canceled, neverAccepted
  }

  struct Order {
    var id: String
    var shop: Int64
    var fate: Fate
    /// Minor units of the basket's currency.
    var price: Int64
    var tax: Int64
    var commission: Int64
    var isTaxIncluded: Bool

    var isAcceptedAtOnce: Bool { fate == .accepted || fate == .acceptedThenCanceled }
    var gross: Int64 { isTaxIncluded ? price : price + tax }
    func seller(splitsTaxes: Bool) -> Int64 { gross - commission - (splitsTaxes ? tax : 0) }
  }

  var basket: String
  var currency: String
  var decimals: Int
  var money: Money
  var naming: Naming
  var orders: [Order]
  var charge: ChargeIDs?

  var isPaidInTheEnd: Bool { money != .failed && money != .never }

  /// Whether the order may have been paid or not, as it depends on who was quicker.
  func isRace(_ order: Order) -> Bool {
    money == .capturedThenRefunded || order.fate == .acceptedThenCanceled
  }
}

/// The marketplace's own figures: major units, as Mirakl writes them.
func decimalText(_ minor: Int64, decimals: Int) -> String {
  guard decimals > 0 else { return String(minor) }
  let digits = String(minor)
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  return padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

extension Story {
  static let currencies: [(code: String, decimals: Int, step: Int64)] = [
    ("EUR", 2, 1), ("JPY", 0, 1), ("KWD", 3, 10), ("USD", 2, 1),
  ]

  static func random(_ number: Int, shops: Int64, _ dice: inout SeededGenerator) -> Story {
    let currency = currencies.randomElement(using: &dice)!
    func amount(_ range: ClosedRange<Int64>, _ dice: inout SeededGenerator) -> Int64 {
      Int64.random(in: range, using: &dice) * currency.step
    }
    let count = Int.random(in: 1...3, using: &dice)
    let orders = (0..<count).map { index in
      let price = amount(100...9_999, &dice)
      let tax = Bool.random(using: &dice) ? amount(1...20, &dice) : 0
      return Order(
        id: "S-\(number)-\(index)", shop: Int64.random(in: 1...shops, using: &dice),
        fate: Int.random(in: 0..<3, using: &dice) == 0
          ? Fate.allCases.randomElement(using: &dice)! : .accepted,
        price: price, tax: tax,
        commission: Bool.random(using: &dice)
          ? amount(0...50, &dice) : price * 6 / 10 / currency.step * currency.step,
        isTaxIncluded: Bool.random(using: &dice))
    }
    let money: Money =
      Int.random(in: 0..<3, using: &dice) == 0
      ? Money.allCases.randomElement(using: &dice)! : .captured
    return Story(
      basket: "S-\(number)", currency: currency.code, decimals: currency.decimals, money: money,
      naming: Naming.allCases.randomElement(using: &dice)!, orders: orders)
  }

  /// The customer orders and pays: the first page of the story.
  mutating func begin(_ world: World) {
    let gross = orders.reduce(0) { $0 + $1.gross }
    if money != .never {
      var new = NewCharge(amount: gross, currency: currency.lowercased())
      switch money {
      case .captured, .capturedThenRefunded: new.outcome = .captured
      case .authorizedThenCaptured: new.outcome = .authorized
      case .pendingThenPaid: new.outcome = .pending
      case .failed, .never: new.outcome = .failed
      }
      switch naming {
      case .chargeMetadata: new.metadata = ["mirakl_order_id": basket]
      case .intentMetadata: new.intentMetadata = ["mirakl_order_id": basket]
      case .chargeNumber, .intentNumber: break
      }
      charge = world.stripe.createCharge(new)
    }
    for order in orders { add(order, world) }
  }

  private func add(_ order: Order, _ world: World) {
    let number: String? =
      switch naming {
      case .chargeNumber: charge?.charge
      case .intentNumber: charge?.paymentIntent
      case .chargeMetadata, .intentMetadata: nil
      }
    var line = SandboxOrder.Line(
      price: decimalText(order.price, decimals: decimals),
      commissionFee: decimalText(order.commission, decimals: decimals))
    if order.tax > 0 {
      line.taxes = [SandboxOrder.Tax(decimalText(order.tax, decimals: decimals))]
    }
    var row = SandboxOrder(
      id: order.id, commercialID: basket, shopID: order.shop,
      state: order.isAcceptedAtOnce ? "SHIPPING" : "WAITING_ACCEPTANCE", currency: currency,
      taxMode: order.isTaxIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED", lines: [line],
      transactionNumber: number,
      customerDebitedMs: order.isAcceptedAtOnce ? world.clock.nowMs : nil)
    row.createdMs = world.clock.nowMs
    world.mirakl.addOrder(row)
  }

  /// The rest of the story: captured or failed, accepted or refused.
  func end(_ world: World) {
    if let charge {
      switch money {
      case .authorizedThenCaptured, .pendingThenPaid: world.stripe.captureCharge(charge.charge)
      case .capturedThenRefunded: world.stripe.refundCharge(charge.charge)
      case .captured, .failed, .never: break
      }
    }
    for order in orders {
      let state: String
      switch order.fate {
      case .accepted: state = "SHIPPED"
      case .acceptedLate: state = "SHIPPING"
      case .refused: state = "REFUSED"
      case .canceled, .acceptedThenCanceled: state = "CANCELED"
      case .neverAccepted: continue
      }
      let nowMs = world.clock.nowMs
      world.mirakl.updateOrder(order.id) { row in
        row.state = state
        if state.hasPrefix("SHIPP") { row.customerDebitedMs = row.customerDebitedMs ?? nowMs }
      }
    }
  }
}
