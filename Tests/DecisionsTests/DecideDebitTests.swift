import Decisions
import Domain
import TestSupport
import Testing

@Suite struct DecideDebitTests {
  static let nowMs: Int64 = 1_764_000_000_000

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    var attempts: [PaymentAttempt] = [.make(.make(status: .toCapture, amountCaptured: 0))]
    var total = "100.00"
    var open = "100.00"
    var debit = Debit.make()
    var currencies: Set<Currency> = [.eur]
    var problem: String?
    var policy = ValidationPolicy(mode: .validate, livemode: false)
    var testDescription: String { name }
  }

  static func failed(_ minutesAgo: Int64, id: String = "ch_1") -> PaymentAttempt {
    .make(
      .make(chargeID: id, status: .failed, amountCaptured: 0),
      endedMs: nowMs - minutesAgo * 60_000)
  }

  static func policy(_ adjust: (inout ValidationPolicy) -> Void) -> ValidationPolicy {
    var policy = ValidationPolicy(mode: .validate, livemode: false)
    adjust(&policy)
    return policy
  }

  @Test(
    "a debit is confirmed, refused or held (C1, C2, C3, P1, P2)",
    arguments: [
      Row(name: "authorised", expected: "confirm ch_1"),
      Row(name: "captured", expected: "confirm ch_1", attempts: [.make()]),
      Row(name: "nothing known", expected: "No Stripe payment", attempts: []),
      Row(
        name: "of two, the one that succeeded", expected: "confirm ch_1",
        attempts: [failed(500, id: "ch_0"), .make()]),
      Row(
        name: "two succeeded", expected: "Paid twice: ch_1, ch_2",
        attempts: [.make(), .make(.make(chargeID: "ch_2"))]),
      Row(
        name: "pending proves nothing", expected: "still pending",
        attempts: [.make(.make(status: .pending, amountCaptured: 0))]),
      Row(
        name: "pending beside a failure still may succeed", expected: "still pending",
        attempts: [failed(500), .make(.make(chargeID: "ch_2", status: .pending))]),
      Row(
        name: "given back", expected: "was refunded",
        attempts: [.make(.make(status: .refunded, amountRefunded: 100_00))]),
      Row(name: "failed just now", expected: "failed", attempts: [failed(59)]),
      Row(name: "failed, grace over", expected: "refuse ch_1", attempts: [failed(60)]),
      Row(
        name: "the grace period counts from the last", expected: "failed",
        attempts: [failed(500), failed(10, id: "ch_2")]),
      Row(
        name: "released before capture", expected: "refuse ch_1",
        attempts: [
          .make(.make(status: .refunded, amountCaptured: 0), endedMs: nowMs - 3_600_000)
        ]),
      Row(
        name: "never refused when off", expected: "failed", attempts: [failed(9_999)],
        policy: policy { $0.refuseAfterMs = nil }),
      Row(
        name: "a failure of the other mode refuses nothing", expected: "other mode",
        attempts: [failed(9_999)], policy: policy { $0.livemode = true }),
      Row(
        name: "other mode", expected: "other mode", policy: policy { $0.livemode = true }),
      Row(
        name: "other basket", expected: "another commercial order",
        attempts: [.make(.make(commercialID: "O-2"))]),
      Row(
        name: "disputed", expected: "is disputed", attempts: [.make(.make(isDisputed: true))]),
      Row(name: "other currency", expected: "is in USD", debit: .make(currency: .usd)),
      Row(
        name: "other currency in the basket", expected: "is in USD", currencies: [.eur, .usd]),
      Row(name: "no currency", expected: "no currency", debit: .make(currency: nil)),
      Row(name: "negative", expected: "negative", debit: .make(amount: "-1")),
      Row(name: "a cent too little", expected: "100.01 EUR", total: "100.01"),
      Row(
        name: "a cent too little, warned", expected: "doubt ch_1", total: "100.01",
        policy: policy { $0.amountCheck = .warn }),
      Row(
        name: "a cent too little, off", expected: "confirm ch_1", total: "100.01",
        policy: policy { $0.amountCheck = .off }),
      Row(
        name: "refunded in part, the rest covers what is open", expected: "confirm ch_1",
        attempts: [.make(.make(amountRefunded: 40_00))], open: "60.00"),
      Row(
        name: "refunded in part, the rest does not", expected: "60.00 EUR",
        attempts: [.make(.make(amountRefunded: 40_00))], open: "60.01"),
      Row(
        name: "captured in part", expected: "80.00 EUR",
        attempts: [.make(.make(amountCaptured: 80_00))]),
      Row(name: "basket unreadable", expected: "cannot all be read", problem: "order X"),
      Row(
        name: "to be captured first", expected: "not captured yet",
        policy: policy { $0.confirmsAfterCapture = true }),
      Row(
        name: "captured first", expected: "confirm ch_1", attempts: [.make()],
        policy: policy { $0.confirmsAfterCapture = true }),
    ])
  func decides(_ row: Row) {
    let decision = decideDebit(
      DebitFacts(
        debit: row.debit, attempts: row.attempts,
        due: BasketDue(total: .of(row.total), open: .of(row.open)), currencies: row.currencies,
        basketProblem: row.problem, policy: row.policy, nowMs: Self.nowMs))
    #expect(Self.summary(decision).contains(row.expected))
  }

  static func summary(_ decision: DebitDecision) -> String {
    switch decision {
    case .confirm(let payment, nil): "confirm \(payment.chargeID)"
    case .confirm(let payment, .some): "doubt \(payment.chargeID)"
    case .refuse(let payment): "refuse \(payment.number)"
    case .hold(let reason): "hold: \(reason)"
    }
  }

  @Test("currencies without and with three decimals are compared in their own units (A2, C1)")
  func decimals() {
    for (currency, minor, enough, short) in [
      (Currency.jpy, Int64(500), "500", "501"), (.kwd, 1_230, "1.23", "1.24"),
      (.eur, 19_99, "19.99", "20.00"),
    ] {
      let payment = Payment.make(
        status: .toCapture, amount: .of(minor, currency), amountCaptured: 0)
      for (needed, isConfirmed) in [(enough, true), (short, false)] {
        let decision = decideDebit(
          DebitFacts(
            debit: .make(amount: needed, currency: currency), attempts: [.make(payment)],
            due: BasketDue(total: .of(needed), open: .of(needed)), currencies: [currency],
            policy: ValidationPolicy(mode: .validate), nowMs: Self.nowMs))
        #expect((decision == .confirm(payment, doubt: nil)) == isConfirmed)
      }
    }
  }
}

@Suite struct BasketDueTests {
  @Test("every order counts: asked for, before and after; over ones and direct ones do not (C1)")
  func sums() {
    let due = basketDue(
      orders: [
        .make(id: "A", state: .waitingDebitPayment, totalPrice: "10", customerDebitedMs: nil),
        .make(id: "B", state: .waitingAcceptance, totalPrice: "20", customerDebitedMs: nil),
        .make(id: "C", state: .shipping, totalPrice: "40"),
        .make(id: "D", state: .refused, totalPrice: "80", customerDebitedMs: nil),
        .make(id: "E", state: .canceled, totalPrice: "160", customerDebitedMs: nil),
        .make(
          id: "F", state: .shipping, totalPrice: "320", customerDebitedMs: nil,
          customerPaysSellerDirectly: true),
      ],
      waiting: [.make(orderID: "A", amount: "11"), .make(orderID: "G", amount: "1000")],
      confirmedServices: [.make(kind: .service, orderID: "S", amount: "5000")])
    #expect(due.total == .of("6071"))  // 11 + 20 + 40 + 1000 + 5000
    #expect(due.open == .of("1031"))
  }

  @Test("shipments of one order count together, and never for less than the order (C1)")
  func shipments() {
    let entity = { (id: String) in Debit.Entity(id: id, type: "SHIPMENT") }
    let order = OrderSnapshot.make(id: "A", totalPrice: "100", customerDebitedMs: nil)
    let due = { (amounts: [String]) in
      basketDue(
        orders: [order],
        waiting: amounts.enumerated().map {
          .make(orderID: "A", amount: $1, entity: entity("s\($0)"))
        }, confirmedServices: []
      ).total
    }
    #expect(due(["30"]) == .of("100"))
    #expect(due(["30", "80"]) == .of("110"))
  }
}
