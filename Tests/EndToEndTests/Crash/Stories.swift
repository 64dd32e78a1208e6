import Sandbox
import TestSupport
import Testing

@testable import App

/// What happens in a marketplace while the program is killed, and what must come of it: figures
/// written down when the story begins, compared with the sandboxes' ledgers at the end.
final class Stories {
  private let world: World
  private var accounts: [Int64: String] = [:]
  private var number = 0
  private var generator: SeededGenerator

  // What is due, by the name under which it must be found.
  private var transfers: [String: Int64] = [:]
  private var captures: [String: Int64] = [:]
  private var refunds: [String: Int64] = [:]
  private var reversals: [String: Int64] = [:]
  private var payouts: [String: Int64] = [:]
  private var subscriptions: [String: Int64] = [:]
  /// Orders of which a part can still be given back.
  private var refundable: [String] = []

  init(_ world: World, seed: UInt64) throws {
    self.world = world
    generator = SeededGenerator(seed ^ 0x5707_1E5)
    for shop in Int64(1)...4 { accounts[shop] = try world.openShop(shop) }
    world.stripe.addFunds(10_000_000_00, currency: "eur")
    for account in accounts.values {
      world.stripe.addFunds(10_000_000_00, currency: "eur", to: account)
    }
  }

  /// A few more of them.
  func goOn() {
    number += 1
    sell("C-\(number)", isAuthorised: false)
    if number.isMultiple(of: 2) { sell("A-\(number)", isAuthorised: true) }
    if let order = refundable.popLast() { giveBack(order) }
    if number.isMultiple(of: 3) { bill() }
  }

  /// Two orders of two shops, paid with one charge.
  private func sell(_ basket: String, isAuthorised: Bool) {
    let prices = (0..<2).map { _ in Int64.random(in: 10_00...90_00, using: &generator) }
    var charge = NewCharge(
      amount: prices.reduce(0, +), currency: "eur",
      outcome: isAuthorised ? .authorized : .captured,
      metadata: ["mirakl_commercial_order_id": basket])
    charge.fee = 0
    let id = world.stripe.createCharge(charge).charge
    captures[id] = charge.amount
    for (index, price) in prices.enumerated() {
      let order = "\(basket)-\(index)"
      let commission = price / 10
      world.mirakl.addOrder(
        SandboxOrder(
          id: order, commercialID: basket, shopID: Int64.random(in: 1...4, using: &generator),
          state: isAuthorised ? "WAITING_DEBIT_PAYMENT" : "SHIPPING",
          lines: [.init(price: decimal(price), commissionFee: decimal(commission))],
          customerDebitedMs: isAuthorised ? nil : SystemClock().nowMs))
      transfers[order] = price - commission
      if index == 0, !isAuthorised { refundable.insert(order, at: 0) }
    }
  }

  private func giveBack(_ order: String) {
    let refund = "\(5_000 + refunds.count)"
    let amount = Int64.random(in: 1_00...5_00, using: &generator)
    let commission = amount / 10
    world.mirakl.addRefund(
      refund, order: order, amount: decimal(amount), commission: decimal(commission))
    refunds[refund] = amount
    reversals[refund] = amount - commission
  }

  private func bill() {
    let id = 70_000 + Int64(payouts.count)
    let (paid, owed) = (
      Int64.random(in: 1_00...50_00, using: &generator),
      Int64.random(in: 1_00...9_00, using: &generator)
    )
    var invoice = SandboxInvoice(
      id: id, shopID: Int64.random(in: 1...4, using: &generator),
      amountTransferred: decimal(paid))
    invoice.subscription = "-" + decimal(owed)
    world.mirakl.addInvoice(invoice)
    payouts["\(id)"] = paid
    subscriptions["\(id)"] = owed
  }

  private func decimal(_ minorUnits: Int64) -> String {
    let cents = minorUnits % 100
    return "\(minorUnits / 100).\(cents < 10 ? "0" : "")\(cents)"
  }

  // MARK: - What came of it

  /// Whether all that is due has happened, once or more.
  var isOver: Bool { problems(stopsAtFirst: true).isEmpty }

  /// Every difference between what is due and what the sandboxes' ledgers say.
  func problems(stopsAtFirst: Bool = false) -> [String] {
    let stripe = world.stripe
    let mine = stripe.transfers.filter { $0.owner == stripe.platformID }
    let theirs = stripe.transfers.filter { $0.owner != stripe.platformID }
    let captured = stripe.charges.filter(\.isCaptured)
    var problems: [String] = []
    for (what, due, made) in [
      ("transfer", transfers, mine.map { ($0.metadata["miraklId"], $0.amount) }),
      ("capture", captures, captured.map { (.some($0.id), $0.amountCaptured) }),
      ("refund", refunds, stripe.refunds.map { ($0.metadata["miraklRefundId"], $0.amount) }),
      ("reversal", reversals, stripe.reversals.map { ($0.metadata["miraklId"], $0.amount) }),
      ("payout", payouts, stripe.payouts.map { ($0.metadata["invoiceId"], $0.amount) }),
      ("subscription", subscriptions, theirs.map { ($0.metadata["miraklId"], $0.amount) }),
    ] as [(String, [String: Int64], [(String?, Int64)])] {
      problems += compare(what, due, made)
      if stopsAtFirst, !problems.isEmpty { break }
    }
    return problems
  }

  private func compare(
    _ what: String, _ due: [String: Int64], _ made: [(String?, Int64)]
  ) -> [String] {
    let found = Dictionary(grouping: made) { $0.0 ?? "?" }.mapValues { $0.map(\.1) }
    let wrong = due.filter { found[$0.key] != [$0.value] }.map { id, amount in
      "\(what) \(id): due \(amount), made \(found[id] ?? [])"
    }
    let extra = found.filter { due[$0.key] == nil }.map { "\(what) \($0.key): made \($0.value)" }
    return wrong + extra
  }

  var summary: String {
    "\(transfers.count) transfers, \(captures.count) captures, \(refunds.count) refunds, "
      + "\(payouts.count) payouts"
  }
}
