import Decisions
import Domain
import TestSupport
import Testing

/// One case: what differs from a payable order, and what follows.
struct SplitCase: CustomTestStringConvertible, Sendable {
  let name: String
  let expected: String
  var order = OrderSnapshot.make()
  var mapping: AccountMapping? = .make()
  var source = PaymentSource.charge(.make())
  var committed: Int64 = 0
  var policy = SplitPolicy(startMs: nil)
  var testDescription: String { name }
}

/// The decision in one short line.
func summary(_ decision: SplitDecision) -> String {
  switch decision {
  case .pay(let plans):
    "pay "
      + plans.map { "\($0.part) \($0.amount.minorUnits) from \($0.source?.rawValue ?? "balance")" }
      .joined(separator: ", ")
  case .hold(let reason): "hold: \(reason)"
  case .abort(let reason): "abort: \(reason)"
  case .ignore: "ignore"
  case .notOurs: "not ours"
  }
}

private let platformBalance = SplitPolicy(startMs: nil, withoutCharge: .platformBalance)

@Test(arguments: [
  SplitCase(name: "payable: 100.00 less 10.00 (M1)", expected: "pay seller 9000 from ch_1"),
  SplitCase(
    name: "step 1: a shop without mapping waits", expected: "hold: Shop 1 has no", mapping: nil),
  SplitCase(
    name: "step 1: an ignored shop is ignored (M5)", expected: "ignore",
    mapping: .make(isIgnored: true)),
  SplitCase(
    name: "step 2: refused", expected: "abort: Order is REFUSED", order: .make(state: .refused)),
  SplitCase(
    name: "step 2: canceled", expected: "abort: Order is CANCELED", order: .make(state: .canceled)),
  SplitCase(
    name: "step 3: staging", expected: "hold: Order is STAGING", order: .make(state: .staging)),
  SplitCase(
    name: "step 3: waiting for acceptance", expected: "hold: Order is WAITING_ACCEPTANCE",
    order: .make(state: .waitingAcceptance)),
  SplitCase(
    name: "step 3: waiting for the debit", expected: "hold: Order is WAITING_DEBIT:",
    order: .make(state: .waitingDebit)),
  SplitCase(
    name: "step 3: waiting for the payment", expected: "hold: Order is WAITING_DEBIT_PAYMENT",
    order: .make(state: .waitingDebitPayment)),
  SplitCase(
    name: "a state that we do not know is held and named (M4)",
    expected: #"hold: order_state "TELEPORTED""#, order: .make(state: .other("TELEPORTED"))),
  SplitCase(
    name: "step 4: not debited", expected: "hold: customer_debited_date",
    order: .make(customerDebitedMs: nil)),
  SplitCase(
    name: "no payment known waits (M1)", expected: "hold: No Stripe payment", source: .unknown),
  SplitCase(
    name: "a foreign number waits (M1)", expected: #"hold: transaction_number "TR_9""#,
    source: .foreign("TR_9")),
  SplitCase(
    name: "no payment, paid from the balance on request (M1)",
    expected: "pay seller 9000 from balance", source: .unknown, policy: platformBalance),
  SplitCase(
    name: "a foreign number, paid from the balance on request (M1)",
    expected: "pay seller 9000 from balance", source: .foreign("TR_9"), policy: platformBalance),
  SplitCase(
    name: "a pending charge proves nothing (P2)", expected: "hold: Payment ch_1 is still pending",
    source: .charge(.make(status: .pending)), policy: platformBalance),
  SplitCase(
    name: "an authorisation is no payment (P2)", expected: "hold: Payment ch_1 is authorised",
    source: .charge(.make(status: .toCapture))),
  SplitCase(
    name: "a failed charge ends it", expected: "abort: Payment ch_1 failed",
    source: .charge(.make(status: .failed))),
  SplitCase(
    name: "a refunded charge ends it", expected: "abort: Payment ch_1 was refunded",
    source: .charge(.make(status: .refunded))),
  SplitCase(
    name: "a canceled payment intent ends it", expected: "abort: Payment pi_1 was canceled",
    source: .canceled(.of("pi_1"))),
  SplitCase(
    name: "an unfinished payment intent waits", expected: "hold: Payment pi_1 is processing",
    source: .unfinished(.of("pi_1"), status: "processing")),
  SplitCase(
    name: "an unknown charge among known ones ends it (Q8)",
    expected: "abort: Stripe does not know ch_9", source: .missing("ch_9", isProven: true)),
  SplitCase(
    name: "an unknown charge ends nothing while our key may be wrong (Q8)",
    expected: "hold: Stripe does not know ch_9, nor", source: .missing("ch_9", isProven: false)),
  SplitCase(
    name: "paid twice is held (P1)", expected: "hold: Paid twice: ch_1, ch_2",
    source: .ambiguous([.of("ch_1"), .of("ch_2")])),
  SplitCase(
    name: "the charge of another basket is not touched (P4)",
    expected: "hold: Payment ch_1 belongs to commercial order O-2",
    source: .charge(.make(commercialID: "O-2"))),
  SplitCase(
    name: "a charge without basket named by the order is taken",
    expected: "pay seller 9000 from ch_1", source: .charge(.make(commercialID: nil))),
  SplitCase(
    name: "a disputed charge waits", expected: "hold: Payment ch_1 is disputed",
    source: .charge(.make(isDisputed: true))),
  SplitCase(
    name: "test and live never mix (X2)", expected: "hold: Payment ch_1 is of the other mode",
    source: .charge(.make(livemode: true)), policy: SplitPolicy(startMs: nil, livemode: false)),
  SplitCase(
    name: "order and charge in two currencies (A5)",
    expected: "hold: The order is in EUR but payment ch_1 is in USD",
    source: .charge(.make(amount: .of(100_00, .usd), balanceCurrency: .usd))),
  SplitCase(
    name: "settled in another currency (A5)",
    expected: "hold: The order is in EUR but payment ch_1 was settled in USD",
    source: .charge(.make(balanceCurrency: .usd))),
  SplitCase(
    name: "not settled yet: Stripe itself refuses a wrong currency (A5)",
    expected: "pay seller 9000 from ch_1", source: .charge(.make(balanceCurrency: nil))),
  SplitCase(
    name: "exactly what is left of the charge is enough (A6)",
    expected: "pay seller 9000 from ch_1", source: .charge(.make(amount: .of(150_00))),
    committed: 50_00),
  SplitCase(
    name: "one cent more than is left is not (A6)", expected: "hold: Payment ch_1 has 150.00 EUR",
    source: .charge(.make(amount: .of(150_00))), committed: 50_01),
  SplitCase(
    name: "what was refunded is not there any more (A6)",
    expected: "hold: Payment ch_1 has 99.99 EUR", source: .charge(.make(amountRefunded: 1))),
  SplitCase(
    name: "partly captured bounds the orders (A6)", expected: "hold: Payment ch_1 has 60.00 EUR",
    source: .charge(.make(amountCaptured: 60_00))),
  SplitCase(
    name: "sums near the limit do not overflow (A6)", expected: "hold: Payment ch_1 has",
    committed: .max),
  SplitCase(
    name: "above the limit it needs approval (A7)",
    expected: "hold: Approval needed: 90.00 EUR is above MAX_TRANSFER_AMOUNT 89.99 EUR",
    policy: SplitPolicy(startMs: nil, amountMax: [.eur: 89_99])),
  SplitCase(
    name: "at the limit it does not (A7)", expected: "pay seller 9000 from ch_1",
    policy: SplitPolicy(startMs: nil, amountMax: [.eur: 90_00, .usd: 1])),
  SplitCase(
    name: "commission takes all: nothing to pay", expected: "abort: Nothing to pay",
    order: .make(totalCommission: "100.00")),
  SplitCase(
    name: "commission takes more than all", expected: "abort: Nothing to pay",
    order: .make(totalCommission: "100.01")),
  SplitCase(
    name: "less than half a cent is nothing (A3)", expected: "abort: Nothing to pay",
    order: .make(totalCommission: "99.996")),
  SplitCase(
    name: "19.999 is rounded on the final figure (A3)", expected: "pay seller 2000 from ch_1",
    order: .make(totalPrice: "29.999", totalCommission: "10")),
  SplitCase(
    name: "sub-cent parts are summed before they are rounded (A3)",
    expected: "pay seller 101 from ch_1",
    order: .make(
      totalPrice: "1", totalCommission: "0",
      lines: [.make(taxes: "0.004"), .make(id: "2", taxes: "0.004")])),
  SplitCase(
    name: "parts that are rounded apart never exceed the whole (A3, A6)",
    expected: "pay seller 1000 from ch_1, tax 1 from ch_1",
    order: .make(
      taxMode: .included, totalPrice: "10.01", totalCommission: "0",
      lines: [.make(taxes: "0.005")]),
    policy: SplitPolicy(startMs: nil, taxAccount: .of("acct_tax"))),
  SplitCase(
    name: "a negative price is held (A7)", expected: "hold: total_price is negative (-1)",
    order: .make(totalPrice: "-1")),
  SplitCase(
    name: "a negative commission is held (A7)", expected: "hold: total_commission is negative",
    order: .make(totalCommission: "-0.01")),
  SplitCase(
    name: "a negative tax is held (A7)", expected: "hold: taxes of line O-1-A-1 is negative",
    order: .make(lines: [.make(taxes: "-1")])),
  SplitCase(
    name: "gigantic is held, not sent", expected: "hold: The amount 100000000000000 EUR",
    order: .make(totalPrice: "100000000000000"), source: .unknown, policy: platformBalance),
  SplitCase(
    name: "older than the start date (M2)", expected: "not ours",
    policy: SplitPolicy(startMs: 1_764_000_000_001)),
  SplitCase(
    name: "as old as the start date (M2)", expected: "pay seller 9000 from ch_1",
    policy: SplitPolicy(startMs: 1_764_000_000_000)),
  SplitCase(
    name: "the customer pays the seller directly", expected: "abort: The customer pays",
    order: .make(customerPaysSellerDirectly: true)),
  SplitCase(
    name: "another provider pays out", expected: "abort: Paid out by MIRAKL_PAYOUT",
    order: .make(payOutProvider: "MIRAKL_PAYOUT")),
  SplitCase(
    name: "no provider named is ours", expected: "pay seller 9000 from ch_1",
    order: .make(payOutProvider: "NOT_SPECIFIED")),
  SplitCase(
    name: "yen have no decimals (A2)", expected: "pay seller 9000 from ch_1",
    order: .make(currency: .jpy, totalPrice: "10000", totalCommission: "1000"),
    source: .charge(.make(amount: .of(10_000, .jpy), balanceCurrency: .jpy))),
  SplitCase(
    name: "dinars have three, the last one 0 (A2)", expected: "pay seller 9010 from ch_1",
    order: .make(currency: .kwd, totalPrice: "10.005", totalCommission: "1"),
    source: .charge(.make(amount: .of(10_010, .kwd), balanceCurrency: .kwd))),
])
func decidesSplit(_ row: SplitCase) {
  let decision = decideSplit(
    SplitFacts(
      order: row.order, mapping: row.mapping, source: row.source, committedGross: row.committed,
      policy: row.policy))
  let line = summary(decision)
  #expect(line.hasPrefix(row.expected), "\(line)")
}

@Test("an order that waits anyway is decided without asking for its payment")
func earlyDecisions() {
  let policy = SplitPolicy(startMs: nil)
  #expect(decideSplitBeforePayment(.make(), mapping: .make(), policy: policy) == nil)
  for order in [
    OrderSnapshot.make(state: .staging), .make(customerDebitedMs: nil), .make(state: .canceled),
  ] {
    let early = decideSplitBeforePayment(order, mapping: .make(), policy: policy)
    let full = decideSplit(
      SplitFacts(
        order: order, mapping: .make(), source: .unknown, committedGross: 0, policy: policy))
    #expect(early == full)
  }
}

@Test("no order, however odd, is paid more than the customer paid (A6)")
func neverMoreThanPaid() {
  var generator = SeededGenerator(7)
  for round in 0..<20_000 {
    let order = randomOrder(&generator)
    let paid = Int64.random(in: 0...20_000, using: &generator)
    let decision = decideSplit(
      SplitFacts(
        order: order, mapping: .make(), source: .charge(.make(amount: .of(paid))),
        committedGross: 0,
        policy: SplitPolicy(
          startMs: nil, taxAccount: Bool.random(using: &generator) ? .of("acct_tax") : nil)))
    guard case .pay(let plans) = decision else { continue }
    let sum = plans.reduce(0) { $0 + $1.amount.minorUnits }
    #expect(sum <= paid && plans.allSatisfy { $0.amount.isPositive }, "round \(round): \(order)")
  }
}

private func randomOrder(_ generator: inout SeededGenerator) -> OrderSnapshot {
  func amount(_ max: Int64) -> String {
    MajorAmount(Money.of(Int64.random(in: 0...max, using: &generator))).description
  }
  return .make(
    taxMode: Bool.random(using: &generator) ? .included : .excluded, totalPrice: amount(15_000),
    totalCommission: amount(3_000),
    lines: (0..<Int.random(in: 1...3, using: &generator)).map { index in
      .make(
        id: "\(index)", state: Int.random(in: 0..<4, using: &generator) == 0 ? .refused : .shipping,
        taxes: amount(1_500), shippingTaxes: amount(300))
    })
}
