import Decisions
import Domain
import Engine
import Sandbox
import Store

/// The naive account of a simulation: what must have moved, by the stories alone, against what
/// Stripe and Mirakl say has happened and what our records say.
///
/// Own integers and own arithmetic: nothing of the product's decides what is right here.
struct Books {
  /// Whether a movement must have been made, or depends on who was quicker.
  enum Duty: Hashable { case must, may, never }

  let simulation: Simulation
  let accounts: [Int64: String]
  let transfers: [String: [SandboxTransfer]]
  let reversed: [String: Int64]
  let charges: [String: SandboxCharge]
  var world: World { simulation.world }
  var operation: Operation { simulation.operation }

  init(_ simulation: Simulation) {
    self.simulation = simulation
    accounts = simulation.accounts
    let stripe = simulation.world.stripe
    transfers = Dictionary(grouping: stripe.transfers) { $0.metadata["miraklId"] ?? "?" }
    reversed = stripe.reversals.reduce(into: [:]) { $0[$1.transfer, default: 0] += $1.amount }
    charges = Dictionary(uniqueKeysWithValues: stripe.charges.map { ($0.id, $0) })
  }

  func problems() throws -> [String] {
    var problems: [String] = []
    var left = transfers
    // By account and currency, what must be there in the end.
    var balances = simulation.topUps
    for basket in simulation.baskets {
      problems += captured(basket)
      for order in basket.orders {
        problems += judge(order, basket, &left, &balances)
        problems += refunds(order, basket)
        problems += goods(order, basket)
      }
    }
    for document in simulation.documents { problems += judge(document, &left, &balances) }
    problems += left.sorted { $0.key < $1.key }.flatMap { key, all in
      all.map { "\(key): \($0.amount) \($0.currency) moved, and nothing was due" }
    }
    problems += Self.compare(balances, world.stripe)
    let records = Records(simulation)
    return try problems.map { $0 + (try records.words(about: $0)) } + records.problems()
  }

  private static func compare(
    _ expected: [String: [String: Int64]], _ stripe: StripeSandbox
  ) -> [String] {
    var problems: [String] = []
    for (account, own) in stripe.balances.sorted(by: { $0.key < $1.key })
    where account != stripe.platformID {
      for (currency, balance) in own.sorted(by: { $0.key < $1.key }) {
        let due = expected[account]?[currency] ?? 0
        if balance.total != due {
          problems.append("\(account) has \(balance.total) \(currency), due \(due)")
        }
      }
    }
    return problems
  }

  // MARK: - Payments

  /// Whether the basket's money is taken from the customer in the end.
  func payment(_ basket: Basket) -> Duty {
    switch basket.money {
    case .failed, .never: .never
    case .captured, .pendingThenPaid: .must
    case .capturedThenRefunded, .expires, .paidTwice, .disputed: .may
    case .authorized: operation.captures ? capture(basket) : .must
    }
  }

  /// Whether we capture: when every order has come to its decision, and one of them is to be paid.
  private func capture(_ basket: Basket) -> Duty {
    if basket.orders.contains(where: { $0.fate == .neverAccepted }) { return .never }
    switch basket.kind {
    case .service:
      // A service that nobody asks to be paid for is not seen: the rest might be the operator's.
      if basket.orders.allSatisfy(\.isAccepted) { return .must }
      return .never
    case .product:
      if basket.orders.contains(where: { $0.fate == .accepted || $0.fate == .acceptedLate }) {
        return .must
      }
      return basket.orders.contains { $0.fate == .acceptedThenCanceled } ? .may : .never
    }
  }

  private func captured(_ basket: Basket) -> [String] {
    guard let id = basket.charge?.charge, let charge = charges[id] else { return [] }
    let duty = payment(basket)
    if duty == .must, charge.amountCaptured == 0 { return ["\(basket.id): \(id) is not captured"] }
    if duty == .never, charge.amountCaptured > 0 { return ["\(basket.id): \(id) is captured"] }
    guard basket.money == .authorized, operation.captures, charge.amountCaptured > 0,
      basket.kind == .product
    else { return [] }
    let (most, least) = (
      basket.orders.filter(\.isAccepted), basket.orders.filter { $0.isAccepted && !$0.mayEnd }
    )
    let bounds = least.reduce(0) { $0 + $1.gross }...most.reduce(0) { $0 + $1.gross }
    guard bounds.contains(charge.amountCaptured) else {
      return ["\(basket.id): \(charge.amountCaptured) captured, due \(bounds)"]
    }
    return []
  }

  // MARK: - Orders

  /// Whether the seller's share moves.
  func duty(_ order: Order, _ basket: Basket) -> Duty {
    guard !basket.isOld, order.isAccepted, order.shop != Operation.closedShop,
      order.shop != Operation.idleShop, order.seller(splitsTaxes: operation.splitsTaxes) > 0
    else { return .never }
    let paid = payment(basket)
    guard paid == .must else { return paid }
    if order.mayEnd { return .may }
    // Given back whole before the split: nothing has to move (M6).
    let given = basket.orders.flatMap { order in order.refunds.map { $0.total(order) } }
    let whole = basket.orders.filter(\.isAccepted).reduce(0) { $0 + $1.gross }
    return given.reduce(0, +) >= whole ? .may : .must
  }

  /// What leaves the seller's share for the tax account.
  private func tax(_ order: Order, _ basket: Basket) -> Int64 {
    guard operation.splitsTaxes else { return 0 }
    return basket.kind == .service && order.isTaxIncluded ? 0 : order.tax
  }

  private func judge(
    _ order: Order, _ basket: Basket, _ left: inout [String: [SandboxTransfer]],
    _ balances: inout [String: [String: Int64]]
  ) -> [String] {
    let duty = duty(order, basket)
    let tax = tax(order, basket)
    let share = order.gross - order.commission - tax
    var problems: [String] = []
    let shares = Shares(order, tax: tax > 0)
    for (key, amount, account, given) in [
      (order.id, share, accounts[order.shop] ?? "none", shares.seller),
      (order.id + "_TAX", tax, simulation.taxAccount, shares.tax),
    ] where amount > 0 && duty != .never {
      let made = left.removeValue(forKey: key) ?? []
      guard !made.isEmpty || duty == .must else { continue }
      guard made.count == 1, let transfer = made.first else {
        problems.append("\(key): \(made.count) transfers instead of 1")
        continue
      }
      if transfer.amount != amount || transfer.destination != account
        || transfer.currency != basket.coin.lower
        || transfer.sourceTransaction.map({ !isPaidBy($0, basket) }) ?? true
      {
        problems.append(
          "\(key): \(transfer.amount) \(transfer.currency) to \(transfer.destination) from "
            + "\(transfer.sourceTransaction ?? "nothing"), due \(amount) \(basket.coin.lower) to "
            + "\(account)")
      }
      let back = reversed[transfer.id] ?? 0
      let bounds = min(amount, given.certain)...min(amount, given.most)
      if !bounds.contains(back) { problems.append("\(key): \(back) reversed, due \(bounds)") }
      balances[account, default: [:]][basket.coin.lower, default: 0] += amount - back
    }
    return problems
  }

  private func isPaidBy(_ charge: String, _ basket: Basket) -> Bool {
    basket.money == .paidTwice
      ? charges[charge]?.amount == basket.gross : charge == basket.charge?.charge
  }

  /// What refunds take back from an order's transfers.
  struct Shares {
    var seller = (certain: Int64(0), most: Int64(0))
    var tax = (certain: Int64(0), most: Int64(0))

    init(_ order: Order, tax splitsTaxes: Bool) {
      for refund in order.refunds where refund.isAsked {
        let own = splitsTaxes ? refund.tax : 0
        let share = max(0, refund.total(order) - refund.commission - own)
        seller.most += share
        tax.most += own
        guard refund.fate != .fails else { continue }
        seller.certain += share
        tax.certain += own
      }
    }
  }

  // MARK: - Refunds

  private func refunds(_ order: Order, _ basket: Basket) -> [String] {
    var problems: [String] = []
    let isFound = basket.naming.isMetadata || transfers[order.id] != nil
    let paid = payment(basket)
    for refund in order.refunds where refund.isAsked {
      let made = world.stripe.refunds.filter { $0.metadata["miraklRefundId"] == refund.id }
      let total = refund.total(order)
      if made.isEmpty {
        if paid == .must, isFound { problems.append("\(refund.id): \(total) not given back") }
        continue
      }
      if made.count != 1 || made[0].amount != total || made[0].charge != basket.charge?.charge {
        problems.append("\(refund.id): \(made.map(\.amount)) given back, due [\(total)]")
      }
      let state = stateInMirakl(refund, basket)
      let isDone = state.state == "REFUNDED" || state.state == "OK"
      if refund.fate != .fails, !isDone || state.number != made[0].id {
        problems.append("\(refund.id): \(made[0].id) is \(state) in Mirakl")
      }
    }
    return problems
  }

  private func stateInMirakl(
    _ refund: Refund, _ basket: Basket
  ) -> (state: String?, number: String?) {
    switch basket.kind {
    case .product:
      let row = world.mirakl.orderRefunds.first { $0.id == refund.id }
      return (row?.state, row?.transactionNumber)
    case .service:
      let row = world.mirakl.serviceRefunds.first { $0.id == refund.id }
      return (row?.state, row?.transactionNumber)
    }
  }

  // MARK: - Goods

  /// C1, C3: what Mirakl was told of the money, which releases the goods or ends the order.
  private func goods(_ order: Order, _ basket: Basket) -> [String] {
    guard order.asksForDebit, order.fate == .accepted || order.fate == .acceptedLate else {
      return []
    }
    let isDebited: Bool
    let isRefused: Bool
    switch basket.kind {
    case .product:
      guard let row = world.mirakl.order(order.id) else { return [] }
      (isDebited, isRefused) = (row.customerDebitedMs != nil, row.state == "CANCELED")
    case .service:
      let state = world.mirakl.serviceDebits.first { $0.orderID == order.id }?.state
      (isDebited, isRefused) = (state == "OK", state == "REFUSED")
    }
    switch basket.money {
    case .failed:
      if isDebited { return ["\(order.id): goods released, and the payment failed"] }
      return isRefused ? [] : ["\(order.id): Mirakl was not told that the payment failed"]
    case .never: return isDebited ? ["\(order.id): goods released without a payment"] : []
    case .captured, .pendingThenPaid:
      return isDebited ? [] : ["\(order.id): paid, and Mirakl was not told"]
    case .authorized, .capturedThenRefunded, .expires, .paidTwice, .disputed: return []
    }
  }

  // MARK: - Documents

  private func judge(
    _ document: Document, _ left: inout [String: [SandboxTransfer]],
    _ balances: inout [String: [String: Int64]]
  ) -> [String] {
    let payouts = world.stripe.payouts.filter { $0.metadata["invoiceId"] == String(document.id) }
    guard document.sort == .ours, document.shop != Operation.closedShop,
      document.shop != Operation.idleShop, let account = accounts[document.shop]
    else { return payouts.map { "document \(document.id): \($0.amount) paid out, nothing due" } }
    var problems: [String] = []
    let made = left.removeValue(forKey: String(document.id)) ?? []
    let (platform, coin) = (world.stripe.platformID, document.coin.lower)
    let given = made.filter { $0.owner == platform && $0.destination == account }.map(\.amount)
    let taken = made.filter { $0.owner == account && $0.destination == platform }.map(\.amount)
    let owed = [document.subscription, document.invoices].filter { $0 > 0 }
    if given != [document.credits].filter({ $0 > 0 }) || taken.sorted() != owed.sorted()
      || given.count + taken.count != made.count || made.contains(where: { $0.currency != coin })
    {
      problems.append(
        "document \(document.id): credits \(given) due \(document.credits), debits \(taken) due "
          + "\(owed)")
    }
    let live = payouts.filter { $0.status != .failed && $0.status != .canceled }
    let isOver = document.fate == .canceled && payouts.contains { $0.status == .canceled }
    let due = document.amount > 0 && !isOver ? [document.amount] : []
    if live.map(\.amount) != due || live.contains(where: { $0.currency != coin }) {
      problems.append("document \(document.id): paid out \(live.map(\.amount)), due \(due)")
    }
    if payouts.contains(where: { $0.owner != account }) {
      problems.append("document \(document.id): paid out by another account")
    }
    let isConfirmed =
      world.mirakl.invoices.first { $0.id == document.id }?.paymentState == "PAID"
    if operation.confirmation != .off, live.isEmpty == isConfirmed {
      problems.append("document \(document.id): PAID in Mirakl is \(isConfirmed)")
    }
    balances[account, default: [:]][coin, default: 0] +=
      document.credits - document.subscription - document.invoices - due.reduce(0, +)
    return problems
  }
}

extension Order {
  /// It depends on who is quicker whether it is paid.
  var mayEnd: Bool { fate == .acceptedThenCanceled }
}
