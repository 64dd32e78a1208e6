/// Random stories. What is drawn depends on the seed and on nothing else.
extension Basket {
  static func random(
    _ number: Int, _ operation: Operation, _ dice: inout SeededGenerator
  ) -> Basket {
    let coin = dice.pick(Coin.all)
    let kind: Kind = dice.oneIn(3) ? .service : .product
    let money = dice.oneIn(3) ? dice.pick(Money.allCases) : .captured
    let asksForDebit = operation.validates && dice.oneIn(2)
    // Only metadata leads from a basket to its payment: a number is given with the debit.
    let naming = dice.pick(
      Naming.allCases.filter { $0.isMetadata || !asksForDebit && !money.needsMetadata })
    let id = "S-\(number)"
    let orders = (0..<Int.random(in: 1...3, using: &dice)).map { index in
      var order = Order.random("\(id)-\(index)", coin, money, asksForDebit, operation, &dice)
      // The sandbox does not say which taxes of a service are given back: with a tax split its
      // reversals would wait for ever, as they must.
      if kind == .service, operation.splitsTaxes, !order.refunds.isEmpty {
        order.tax = 0
        for index in order.refunds.indices { order.refunds[index].tax = 0 }
      }
      return order
    }
    return Basket(
      kind: kind, id: id, coin: coin, money: money, naming: naming, orders: orders,
      isOld: operation.hasStart && dice.oneIn(8))
  }
}

extension Basket.Money {
  /// What the engine must find by the basket, and not by the order.
  var needsMetadata: Bool {
    switch self {
    case .authorized, .expires, .paidTwice, .failed: true
    case .captured, .pendingThenPaid, .never, .capturedThenRefunded, .disputed: false
    }
  }
}

extension Order {
  static func random(
    _ id: String, _ coin: Coin, _ money: Basket.Money, _ asksForDebit: Bool,
    _ operation: Operation, _ dice: inout SeededGenerator
  ) -> Order {
    let price = dice.amount(100...9_999, coin)
    let tax = Bool.random(using: &dice) ? dice.amount(1...20, coin) : 0
    var order = Order(
      id: id, shop: Int64.random(in: 1...Operation.shops, using: &dice),
      fate: dice.oneIn(3) ? dice.pick(Fate.allCases) : .accepted, price: price, tax: tax,
      commission: Bool.random(using: &dice)
        ? dice.amount(0...50, coin) : price * 6 / 10 / coin.step * coin.step,
      isTaxIncluded: Bool.random(using: &dice), asksForDebit: asksForDebit)
    let isSteady = order.fate == .accepted || order.fate == .acceptedLate
    guard isSteady, money == .captured || money == .pendingThenPaid || money == .authorized,
      dice.oneIn(2)
    else { return order }
    order.refunds = Refund.random(order, coin, &dice)
    return order
  }
}

extension Refund {
  /// One or two, of parts or of everything; of the commission sometimes less than its share, so
  /// that more is asked for than is left of the transfer.
  static func random(_ order: Order, _ coin: Coin, _ dice: inout SeededGenerator) -> [Refund] {
    var (price, tax, commission) = (order.price, order.tax, order.commission)
    return (0..<Int.random(in: 1...2, using: &dice)).map { index in
      let isRest = dice.oneIn(3)
      func part(_ left: Int64, _ dice: inout SeededGenerator) -> Int64 {
        guard left > 0 else { return 0 }
        let share = isRest ? left : left * Int64.random(in: 10...90, using: &dice) / 100
        return share / coin.step * coin.step
      }
      let own = (part(price, &dice), part(tax, &dice), part(commission, &dice))
      price -= own.0
      tax -= own.1
      let returned = dice.oneIn(4) ? 0 : min(own.2, own.0)
      commission -= returned
      return Refund(
        id: "\(order.id)-R\(index)", fate: dice.oneIn(3) ? dice.pick(Fate.allCases) : .succeeds,
        price: own.0, tax: own.1, commission: returned)
    }.filter { $0.price > 0 }
  }
}

extension Document {
  static func random(
    _ number: Int, _ operation: Operation, _ dice: inout SeededGenerator
  ) -> Document {
    let coin = dice.pick(Coin.all)
    func leg(_ dice: inout SeededGenerator) -> Int64 {
      Bool.random(using: &dice) ? 0 : dice.amount(1...400, coin)
    }
    let sort: Sort = dice.oneIn(4) ? dice.pick(Sort.allCases) : .ours
    return Document(
      id: Int64(7_000 + number), shop: Int64.random(in: 1...Operation.shops, using: &dice),
      coin: coin, sort: sort == .old && !operation.hasStart ? .ours : sort,
      fate: dice.oneIn(2) ? dice.pick(Fate.allCases) : .paid, credits: leg(&dice),
      subscription: leg(&dice), invoices: leg(&dice),
      amount: dice.oneIn(6) ? dice.amount(-50...0, coin) : dice.amount(1...6_000, coin))
  }
}
