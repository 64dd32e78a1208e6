import Domain
import TestSupport
import Testing

@testable import Decisions

/// One row: what differs from a payable order of 100.00 EUR less 10.00, and what follows.
struct ServiceCase: CustomTestStringConvertible, Sendable {
  let name: String
  let expected: String
  var state: ServiceOrderSnapshot.State = .pending
  var price: ServiceOrderSnapshot.Price? = .init(unitAmount: .of("100.00"))
  var commission: String? = "10.00"
  var taxMode: OrderSnapshot.TaxMode = .excluded
  var debits: [(amount: String, state: ServiceOrderDebit.State)] = [("100.00", .confirmed)]
  var debitCurrency: Currency = .eur
  var isMapped = true
  var isIgnored = false
  var hasTaxAccount = false
  var isStrict = true
  var startMs: Int64?
  var payment: Payment.Status = .captured
  var testDescription: String { name }

  func decide() -> SplitDecision {
    let order = ServiceOrderSnapshot(
      id: .of("S-1-A"), commercialID: .of("O-1"), state: state, shopID: ShopID(1), currency: .eur,
      taxMode: taxMode, price: price, commission: commission.map { .of($0) },
      createdMs: 1_000, lastUpdatedMs: 1_000)
    var policy = SplitPolicy(startMs: startMs, taxAccount: hasTaxAccount ? .of("acct_tax") : nil)
    policy.holdsMismatchedDebits = isStrict
    let listed = debits.enumerated().map { index, debit in
      ServiceOrderDebit(
        id: "d\(index + 1)", orderID: .of("S-1-A"), amount: .of(debit.amount),
        currency: debitCurrency, state: debit.state)
    }
    return decideServiceSplit(
      ServiceSplitFacts(
        order: order, debits: listed, mapping: isMapped ? .make(isIgnored: isIgnored) : nil,
        source: .charge(.make(status: payment, amount: .of(1_000_00))), committedGross: 0,
        policy: policy))
  }
}

@Suite struct DecideServiceSplitTests {
  private func summary(_ decision: SplitDecision) -> String {
    switch decision {
    case .pay(let plans): plans.map { "\($0.part) \($0.amount.minorUnits)" }.joined(separator: ", ")
    case .hold(let reason): "hold: \(reason)"
    case .abort(let reason): "abort: \(reason)"
    case .ignore: "ignore"
    case .notOurs: "not ours"
    }
  }

  @Test(
    "what a service order means (M2, M4, M5, A7)",
    arguments: [
      ServiceCase(name: "payable: the debit less the commission", expected: "seller 9000"),
      ServiceCase(name: "accepted", expected: "seller 9000", state: .accepted),
      ServiceCase(name: "consumed", expected: "seller 9000", state: .consumed),
      ServiceCase(name: "closed", expected: "seller 9000", state: .closed),
      ServiceCase(
        name: "scoring", expected: "hold: Order is WAITING_SCORING: not accepted yet",
        state: .waitingScoring),
      ServiceCase(
        name: "scored", expected: "hold: Order is SCORING_OK: not accepted yet", state: .scoringOK),
      ServiceCase(
        name: "scored badly", expected: "hold: Order is SCORING_KO: not accepted yet",
        state: .scoringKO),
      ServiceCase(
        name: "not accepted", expected: "hold: Order is WAITING_ACCEPTANCE: not accepted yet",
        state: .waitingAcceptance),
      ServiceCase(
        name: "a state of tomorrow",
        expected: "hold: state \"NEW\" is not known to this version: not paid until it is",
        state: .other("NEW")),
      ServiceCase(
        name: "refused", expected: "abort: Order is ORDER_REFUSED", state: .refused),
      ServiceCase(
        name: "expired", expected: "abort: Order is ORDER_EXPIRED", state: .expired),
      ServiceCase(
        name: "cancelled, no commission", expected: "abort: Order is ORDER_CANCELLED",
        state: .cancelled, commission: nil),
      ServiceCase(
        name: "no mapping", expected: "hold: Shop 1 has no Stripe account yet", isMapped: false),
      ServiceCase(name: "ignored", expected: "ignore", isIgnored: true),
      ServiceCase(name: "too old", expected: "not ours", startMs: 1_001),
      ServiceCase(name: "just in time", expected: "seller 9000", startMs: 1_000),
      ServiceCase(
        name: "commission missing",
        expected:
          "hold: commission.amount_including_taxes is missing: it is never taken for zero",
        commission: nil),
      ServiceCase(name: "no commission at all", expected: "seller 10000", commission: "0"),
      ServiceCase(
        name: "a negative commission",
        expected: "hold: commission.amount_including_taxes is negative (-1)", commission: "-1"),
      ServiceCase(
        name: "commission takes all",
        expected: "abort: Nothing to pay: price less commission is 0 EUR", commission: "100"),
    ])
  func decides(_ row: ServiceCase) {
    #expect(summary(row.decide()) == row.expected)
  }

  @Test(
    "what its debits say (A4)",
    arguments: [
      ServiceCase(
        name: "none", expected: "hold: Mirakl has no debit for this order yet (SPA11)", debits: []),
      ServiceCase(
        name: "waiting", expected: "hold: The debit is WAITING: the customer has not been debited",
        debits: [("100.00", .waiting)]),
      ServiceCase(
        name: "refused", expected: "hold: The debit is REFUSED: the customer has not been debited",
        debits: [("100.00", .refused)]),
      ServiceCase(
        name: "refused, then OK", expected: "seller 9000",
        debits: [("100.00", .refused), ("100.00", .confirmed)]),
      ServiceCase(
        name: "twice OK", expected: "hold: The order was debited more than once: d1, d2",
        debits: [("100.00", .confirmed), ("100.00", .confirmed)]),
      ServiceCase(
        name: "other currency", expected: "hold: The order is in EUR but its debit is in USD",
        debitCurrency: .usd),
      ServiceCase(
        name: "more than the order adds up to",
        expected: "hold: The customer was debited 120 EUR, but price, options and taxes add up to "
          + "100 EUR; see PAYMENT_AMOUNT_CHECK", debits: [("120.00", .confirmed)]),
      ServiceCase(
        name: "the same without the check: the debit counts", expected: "seller 11000",
        debits: [("120.00", .confirmed)], isStrict: false),
      ServiceCase(
        name: "less than a cent apart is rounding", expected: "seller 9000",
        price: .init(unitAmount: .of("99.996"))),
      ServiceCase(
        name: "no price to compare with", expected: "seller 9000", price: nil),
      ServiceCase(
        name: "rounded once, at the end (A3)", expected: "seller 8999", commission: "10.0051"),
      ServiceCase(
        name: "not captured", expected: "hold: Payment ch_1 is authorised but not captured yet",
        payment: .toCapture),
      ServiceCase(
        name: "failed", expected: "abort: Payment ch_1 failed", payment: .failed),
    ])
  func debits(_ row: ServiceCase) {
    #expect(summary(row.decide()) == row.expected)
  }

  @Test(
    "how it adds up, and which part is taxes (T1)",
    arguments: [
      ServiceCase(
        name: "options and taxes on top", expected: "seller 9240, tax 2100",
        price: full, commission: "12.60", debits: [("126.00", .confirmed)], hasTaxAccount: true),
      ServiceCase(
        name: "without a tax account the seller gets them", expected: "seller 11340",
        price: full, commission: "12.60", debits: [("126.00", .confirmed)]),
      ServiceCase(
        name: "taxes within stay with the seller", expected: "seller 9240",
        price: full, commission: "12.60", taxMode: .included, debits: [("105.00", .confirmed)],
        hasTaxAccount: true),
      ServiceCase(
        name: "three units, taxes of all of them", expected: "seller 29000, tax 500",
        price: .init(unitAmount: .of("100"), quantity: 3, taxes: .of("5")),
        debits: [("305.00", .confirmed)], hasTaxAccount: true),
      ServiceCase(
        name: "three units, taxes of each", expected: "seller 29000, tax 1500",
        price: .init(unitAmount: .of("100"), quantity: 3, taxes: .of("5")),
        debits: [("315.00", .confirmed)], hasTaxAccount: true),
      ServiceCase(
        name: "three units, but debited for one",
        expected: "hold: The customer was debited 100 EUR, but price, options and taxes add up to "
          + "300 EUR; see PAYMENT_AMOUNT_CHECK",
        price: .init(unitAmount: .of("100"), quantity: 3)),
      ServiceCase(
        name: "taxes cannot be told without a price",
        expected: "hold: The order has no price yet: its taxes cannot be told", price: nil,
        hasTaxAccount: true),
      ServiceCase(
        name: "negative taxes", expected: "hold: taxes is negative (-1)",
        price: .init(unitAmount: .of("101"), taxes: .of("-1")), hasTaxAccount: true),
    ])
  func amounts(_ row: ServiceCase) {
    #expect(summary(row.decide()) == row.expected)
  }

  private static let full = ServiceOrderSnapshot.Price(
    unitAmount: .of("90.00"), taxes: .of("18.00"), options: .of("15.00"), optionTaxes: .of("3.00"))
}
