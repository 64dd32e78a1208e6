import Sandbox

/// What sellers, customers, banks and Mirakl do.
extension Simulation {
  func openShops() {
    for number in 1...Operation.shops {
      var shop = SandboxShop(id: number, name: "Shop \(number)", domains: ["PRODUCT", "SERVICE"])
      if number == Operation.closedShop { shop.state = "CLOSE" }
      world.mirakl.addShop(shop)
    }
    // What credits are paid from.
    for coin in Coin.all { world.stripe.addFunds(1_000_000_000, currency: coin.lower) }
  }

  /// The account that was made for each shop.
  var accounts: [Int64: String] {
    var all: [Int64: String] = [:]
    for account in world.stripe.accounts {
      guard let shop = account.metadata["miraklShopId"].flatMap({ Int64($0) }) else { continue }
      all[shop] = account.id
    }
    return all
  }

  // MARK: - Orders

  func begin() {
    var basket = Basket.random(baskets.count, operation, &dice)
    trace.say("customer orders \(basket.summary)")
    basket.begin(world, operation)
    baskets.append(basket)
  }

  func endOne() {
    guard !baskets.isEmpty else { return }
    end(Int.random(in: 0..<baskets.count, using: &dice))
  }

  func end(_ index: Int) {
    trace.say("basket \(baskets[index].id) comes to its end")
    baskets[index].end(world, operation)
    for order in baskets[index].orders where !order.isAccepted || order.mayEnd {
      if order.fate != .neverAccepted { watch.end(order.id) }
    }
  }

  /// The marketplace moves on while we read or decide.
  func shift() {
    trace.say("the marketplace moves on meanwhile")
    if Bool.random(using: &dice) { begin() } else { endOne() }
  }

  // MARK: - Refunds

  func askForRefund() {
    guard let index = baskets.indices.randomElement(using: &dice) else { return }
    askForRefunds(index, all: false)
  }

  func askForRefunds(_ index: Int, all: Bool) {
    let basket = baskets[index]
    for (place, order) in basket.orders.enumerated() where basket.canBeRefunded(order, world) {
      guard let next = order.refunds.firstIndex(where: { !$0.isAsked }) else { continue }
      for number in all ? Array(next..<order.refunds.count) : [next] {
        let refund = order.refunds[number]
        guard !refund.isAsked else { continue }
        trace.say("customer of \(order.id) wants \(refund.total(order)) back: \(refund.id)")
        refund.ask(order, basket, world)
        baskets[index].orders[place].refunds[number].isAsked = true
      }
    }
  }

  // MARK: - Banks

  /// Banks deal with some of what waits for them.
  func bank() {
    settleRefunds { dice.oneIn(2) }
    settlePayouts { dice.oneIn(2) }
  }

  func settleRefunds(_ isNow: () -> Bool) {
    var fates: [String: Refund.Fate] = [:]
    for refund in baskets.flatMap(\.orders).flatMap(\.refunds) { fates[refund.id] = refund.fate }
    for made in world.stripe.refunds where made.status != "failed" {
      guard let fate = made.metadata["miraklRefundId"].flatMap({ fates[$0] }), isNow() else {
        continue
      }
      switch fate {
      case .fails:
        trace.say("the bank sends refund \(made.id) back")
        world.stripe.failRefund(made.id)
      case .succeeds, .pendingThenSucceeds:
        if made.status == "pending" { world.stripe.succeedRefund(made.id) }
      }
    }
  }

  func settlePayouts(_ isNow: () -> Bool) {
    for payout in world.stripe.payouts where payout.status != .failed && payout.status != .canceled
    {
      guard let id = payout.metadata["invoiceId"].flatMap({ Int64($0) }),
        let index = documents.firstIndex(where: { $0.id == id }), isNow()
      else { continue }
      judge(payout, &documents[index])
    }
  }

  private func judge(_ payout: SandboxPayout, _ document: inout Document) {
    let isFirst = document.judged.isEmpty || document.judged == [payout.id]
    document.judged.insert(payout.id)
    switch document.fate {
    case .failsOnce where isFirst:
      trace.say("the bank sends payout \(payout.id) back")
      world.stripe.failPayout(payout.id)
    case .failsLate where isFirst:
      trace.say("the bank sends payout \(payout.id) back though it was paid")
      world.stripe.payPayout(payout.id)
      world.stripe.failPayout(payout.id)
    case .accountFails where isFirst:
      trace.say("payout \(payout.id): the account is closed; the seller names another")
      world.stripe.failPayout(payout.id, code: "account_closed", message: "The account is closed.")
      world.stripe.setBankAccounts(
        Coin.all.map {
          SandboxBankAccount(id: "ba_\(payout.id)_\($0.lower)", currency: $0.lower)
        }, of: payout.owner)
    case .canceled where isFirst:
      trace.say("somebody cancels payout \(payout.id)")
      world.stripe.cancelPayout(payout.id)
    case .paid, .failsOnce, .failsLate, .accountFails, .canceled:
      if payout.status != .paid { world.stripe.payPayout(payout.id) }
    }
  }

  // MARK: - Sellers

  func seller() {
    guard let account = world.stripe.accounts.randomElement(using: &dice),
      let shop = account.metadata["miraklShopId"].flatMap({ Int64($0) }),
      shop != Operation.idleShop
    else { return }
    switch Int.random(in: 0..<4, using: &dice) {
    case 0:
      trace.say("Stripe wants more of shop \(shop)")
      world.stripe.requireMore(account.id, isPastDue: Bool.random(using: &dice))
    case 1: world.stripe.reviewAccount(account.id)
    default:
      trace.say("shop \(shop) completes its onboarding")
      world.stripe.completeOnboarding(account.id)
    }
  }

  func bill() {
    let document = Document.random(documents.count, operation, &dice)
    trace.say("billing document \(document)")
    document.add(world)
    let legs = [document.credits, document.subscription, document.invoices]
    watch.expect(legs: legs.count { $0 > 0 }, of: document.id)
    documents.append(document)
  }
}
