import Decisions
import Domain
import TestSupport
import Testing

@Suite struct DecideCaptureTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    var authorised = Money.of(100_00)
    var orders: [OrderSnapshot] = [Self.order()]
    var waiting: [Debit] = []
    var confirmed: [Debit] = []
    var refused: [Debit] = []
    var problem: String?
    var others: [Payment] = []
    var isDisputed = false
    var policy = ValidationPolicy(mode: .validateAndCapture, livemode: false)
    var testDescription: String { name }

    static func order(
      _ lines: [OrderSnapshot.Line] = [.charged(.shipping, .make())], id: String = "O-1-A",
      state: OrderSnapshot.State = .shipping, mode: OrderSnapshot.TaxMode = .excluded,
      currency: Currency = .eur, isDebited: Bool = true
    ) -> OrderSnapshot {
      .make(
        id: id, state: state, currency: currency, taxMode: mode, lines: lines,
        customerDebitedMs: isDebited ? 1 : nil)
    }
  }

  typealias Line = OrderSnapshot.Line
  static let refusedLine = Line.charged(
    .refused, .make(price: "30.00"), taxes: "5.00", shippingTaxes: "1.00")
  static let canceledLine = Line.charged(
    .canceled, .make(price: "0", canceledPrice: "30.00", canceledTaxes: "6.00"))
  static let partlyCanceled = Line.charged(
    .shipping, .make(price: "70.00", canceledPrice: "10.00", canceledTaxes: "2.00"))

  @Test(
    "what is captured is what was authorised, less what left the orders (C6)",
    arguments: [
      Row(name: "everything ships", expected: "100.00 EUR"),
      Row(
        name: "a refused line with its taxes", expected: "64.00 EUR",
        orders: [Row.order([refusedLine])]),
      Row(
        name: "a refused line, taxes included", expected: "70.00 EUR",
        orders: [Row.order([refusedLine], mode: .included)]),
      Row(
        name: "a canceled line", expected: "64.00 EUR", orders: [Row.order([canceledLine])]),
      Row(
        name: "a canceled line, taxes included", expected: "70.00 EUR",
        orders: [Row.order([canceledLine], mode: .included)]),
      Row(
        name: "canceled parts of a line that still ships", expected: "88.00 EUR",
        orders: [Row.order([partlyCanceled])]),
      Row(
        name: "the same, taxes included", expected: "90.00 EUR",
        orders: [Row.order([partlyCanceled], mode: .included)]),
      Row(
        name: "a canceled line without cancelations counts as it stands", expected: "70.00 EUR",
        orders: [Row.order([.charged(.canceled, .make(price: "30.00"))])]),
      Row(
        name: "several sellers, one of them refused whole", expected: "70.00 EUR",
        orders: [
          Row.order(),
          Row.order(
            [.charged(.shipping, .make(price: "30.00"))], id: "O-1-B", state: .refused,
            isDebited: false),
        ]),
      Row(
        name: "hybrid basket: the operator's share stays", expected: "20.00 EUR",
        orders: [Row.order([.charged(.refused, .make(price: "80.00"))])]),
      Row(
        name: "nothing left", expected: "release",
        orders: [Row.order([.charged(.refused, .make(price: "100.00"))], state: .refused)]),
      Row(
        name: "less than nothing left", expected: "release",
        orders: [Row.order([.charged(.refused, .make(price: "120.00"))], state: .refused)]),
      Row(
        name: "no decimals", expected: "70 JPY", authorised: .of(100, .jpy),
        orders: [Row.order([.charged(.refused, .make(price: "30"))], currency: .jpy)]),
      Row(
        name: "three decimals", expected: "0.990 KWD", authorised: .of(1_230, .kwd),
        orders: [Row.order([.charged(.refused, .make(price: "0.24"))], currency: .kwd)]),
      Row(
        name: "rounded half away from zero on the final figure", expected: "70.01 EUR from 70.005",
        orders: [Row.order([.charged(.refused, .make(price: "29.995"))])]),
      Row(
        name: "a refused service debit", expected: "75.00 EUR",
        refused: [.make(kind: .service, orderID: "O-1-S", amount: "25.00")]),
      Row(
        name: "services alone that come to the whole", expected: "60.00 EUR", orders: [],
        confirmed: [.make(kind: .service, orderID: "O-1-S", amount: "60.00")],
        refused: [.make(kind: .service, orderID: "O-1-T", amount: "40.00")]),
    ])
  func captures(_ row: Row) {
    #expect(Self.summary(decideCapture(Self.facts(row))) == row.expected)
  }

  @Test(
    "nothing is taken or given up while something is open (C2, C6, P1, R1)",
    arguments: [
      Row(name: "no orders", expected: "no order of this", orders: []),
      Row(
        name: "one seller has not accepted, another refused", expected: "WAITING_ACCEPTANCE",
        orders: [
          Row.order([.charged(.refused, .make(price: "100.00"))], state: .refused),
          Row.order(id: "O-1-B", state: .waitingAcceptance, isDebited: false),
        ]),
      Row(
        name: "staging", expected: "STAGING", orders: [Row.order(state: .staging, isDebited: false)]
      ),
      Row(
        name: "to be debited", expected: "WAITING_DEBIT_PAYMENT",
        orders: [Row.order(state: .waitingDebitPayment, isDebited: false)]),
      Row(
        name: "not debited", expected: "not debited yet", orders: [Row.order(isDebited: false)]),
      Row(
        name: "unknown state", expected: "TELEPORTED",
        orders: [Row.order(state: .other("TELEPORTED"))]),
      Row(name: "unreadable", expected: "cannot all be read", problem: "order X"),
      Row(
        name: "amounts of a line unknown", expected: "cannot be read",
        orders: [Row.order([.charged(.shipping, nil)])]),
      Row(
        name: "price of a refused line unknown", expected: "cannot be read",
        orders: [Row.order([.charged(.refused, .make(price: nil))])]),
      Row(
        name: "other currency", expected: "is in USD", orders: [Row.order(currency: .usd)]),
      Row(
        name: "negative", expected: "is negative",
        orders: [Row.order([.charged(.refused, .make(price: "-5"))])]),
      Row(
        name: "paid twice", expected: "Paid twice", others: [.make(chargeID: "ch_2")]),
      Row(name: "disputed", expected: "disputed", isDisputed: true),
      Row(
        name: "a service waits", expected: "S is not debited yet",
        waiting: [.make(kind: .service, orderID: "S", amount: "1")]),
      Row(
        name: "services that do not come to the whole", expected: "come to 60", orders: [],
        confirmed: [.make(kind: .service, orderID: "S", amount: "60.00")]),
      Row(
        name: "capture first, but the payment is too small", expected: "PAYMENT_AMOUNT_CHECK",
        orders: [Row.order(state: .waitingDebitPayment, isDebited: false)],
        waiting: [.make(amount: "100.01")],
        policy: ValidationPolicy(mode: .validateAndCapture, confirmsAfterCapture: true)),
    ])
  func holds(_ row: Row) {
    guard case .hold(let reason) = decideCapture(Self.facts(row)) else {
      Issue.record("not held: \(row.name)")
      return
    }
    #expect("\(reason)".contains(row.expected))
  }

  @Test("PA01_AFTER_CAPTURE captures an order that Mirakl waits to be told about (C2)")
  func beforeTheDebit() {
    let row = Row(
      name: "", expected: "",
      orders: [Row.order(state: .waitingDebitPayment, isDebited: false)],
      waiting: [.make()],
      policy: ValidationPolicy(mode: .validateAndCapture, confirmsAfterCapture: true))
    #expect(decideCapture(Self.facts(row)) == .capture(.of(100_00), roundedFrom: nil))
  }

  @Test("an order that the customer pays to the seller is none of the payment's")
  func paidDirectly() {
    var order = Row.order(
      [.charged(.refused, .make(price: "50"))], id: "O-1-B", state: .waitingAcceptance)
    order.customerPaysSellerDirectly = true
    let row = Row(name: "", expected: "", orders: [Row.order(), order])
    #expect(decideCapture(Self.facts(row)) == .capture(.of(100_00), roundedFrom: nil))
  }

  static func facts(_ row: Row) -> CaptureFacts {
    let payment = Payment.make(
      status: .toCapture, amount: row.authorised, amountCaptured: 0, isDisputed: row.isDisputed)
    return CaptureFacts(
      payment: payment, attempts: ([payment] + row.others).map { .make($0) }, orders: row.orders,
      basketProblem: row.problem, waiting: row.waiting, confirmedServices: row.confirmed,
      refusedServices: row.refused, policy: row.policy)
  }

  static func summary(_ decision: CaptureDecision) -> String {
    switch decision {
    case .capture(let amount, nil): "\(amount)"
    case .capture(let amount, .some(let exact)): "\(amount) from \(exact)"
    case .release: "release"
    case .hold(let reason): "hold: \(reason)"
    }
  }
}

@Suite struct ValidationFailuresTests {
  @Test("failures of captures and answers: what may have happened is settled (Q3, C4, B2)")
  func table() {
    let rows: [(CallFailure.Kind, MovementFailureDecision)] = [
      (.notSent(reason: ""), .sendAgain(afterMs: nil)),
      (.throttled(retryAfterMs: 5), .sendAgain(afterMs: 5)), (.unknown(reason: ""), .settle),
      (.unreadable(reason: ""), .settle), (.unauthorized(message: ""), .pause),
      (.refused(Refusal(status: 400, message: "")), .fail),
    ]
    for (kind, expected) in rows {
      let failure = CallFailure(kind, trace: CallTrace(operation: ""))
      #expect(decideCaptureFailure(failure) == expected)
      #expect(decideAnswerFailure(failure) == expected)
    }
  }

  @Test("after a refusal the charge decides: captured, over, or still authorised (C4)")
  func refusals() {
    #expect(decideCaptureRefusal(.make()) == .captured(.of(100_00)))
    #expect(
      decideCaptureRefusal(.make(status: .refunded, amountRefunded: 100_00))
        == .captured(.of(100_00)))
    #expect(decideCaptureRefusal(.make(status: .refunded, amountCaptured: 0)) == .over)
    #expect(decideCaptureRefusal(.make(status: .failed, amountCaptured: 0)) == .over)
    #expect(decideCaptureRefusal(.make(status: .toCapture, amountCaptured: 0)) == .stillAuthorised)
  }
}
