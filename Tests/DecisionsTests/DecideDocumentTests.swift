import Decisions
import Domain
import TestSupport
import Testing

extension InvoiceSnapshot {
  /// A payable document of shop 1: 801.00 EUR, nothing else.
  static func make(
    type: String = "AUTO_INVOICE", state: String? = "COMPLETE", paymentState: String? = "PENDING",
    payOutProvider: String? = "NOT_SPECIFIED", shopID: Int64? = 1, currency: Currency = .eur,
    amount: String = "801.00", subscription: String = "0", credits: String = "0",
    invoices: String = "0", hasSummary: Bool = true
  ) -> InvoiceSnapshot {
    InvoiceSnapshot(
      id: 7, type: type, state: state, paymentState: paymentState, payOutProvider: payOutProvider,
      shopID: shopID.map { ShopID($0) }, currency: currency, createdMs: 1_764_000_000_000,
      summary: hasSummary
        ? Summary(
          amountTransferred: .of(amount), subscription: .of(subscription),
          otherCredits: .of(credits), otherInvoices: .of(invoices)) : nil,
      billingCycleID: "cycle-7")
  }
}

@Suite struct DecideDocumentTests {
  private func word(_ decision: DocumentDecision) -> String {
    switch decision {
    case .notOurs(let why): "not ours: \(why)"
    case .hold: "hold"
    case .ignore: "ignore"
    case .abort: "abort"
    case .settle: "settle"
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String, expected: String
    var document = InvoiceSnapshot.make()
    var mapping: AccountMapping? = .make()
    var policy = SettlementPolicy(startMs: nil)
    var isConfirmedByUs = false
    var testDescription: String { name }
  }

  @Test(
    "which documents are settled (S4, M2, M5)",
    arguments: [
      Row(name: "complete, pending", expected: "settle"),
      Row(
        name: "no states at all", expected: "settle",
        document: .make(state: nil, paymentState: nil, payOutProvider: nil)),
      Row(name: "payment failed", expected: "settle", document: .make(paymentState: "FAILED")),
      Row(name: "draft", expected: "hold", document: .make(state: "DRAFT")),
      Row(name: "generated", expected: "hold", document: .make(state: "GENERATED")),
      Row(name: "a state of tomorrow", expected: "hold", document: .make(state: "ARCHIVED")),
      Row(name: "paid", expected: "not ours: paid", document: .make(paymentState: "PAID")),
      Row(
        name: "paid, as we said", expected: "settle", document: .make(paymentState: "PAID"),
        isConfirmedByUs: true),
      Row(name: "manual", expected: "not ours: manual", document: .make(type: "MANUAL_CREDIT")),
      Row(
        name: "manual, as we said", expected: "not ours: manual",
        document: .make(type: "MANUAL_INVOICE"), isConfirmedByUs: true),
      Row(
        name: "other provider", expected: "not ours: otherProvider(\"MANGOPAY\")",
        document: .make(payOutProvider: "MANGOPAY")),
      Row(
        name: "too old", expected: "not ours: tooOld",
        policy: SettlementPolicy(startMs: 1_764_000_000_001)),
      Row(name: "no shop", expected: "abort", document: .make(shopID: nil)),
      Row(name: "shop 0", expected: "abort", document: .make(shopID: 0)),
      Row(name: "not mapped", expected: "hold", mapping: nil),
      Row(name: "ignored", expected: "ignore", mapping: .make(isIgnored: true)),
      Row(name: "no summary", expected: "hold", document: .make(hasSummary: false)),
    ])
  func documents(_ row: Row) {
    let decision = decideDocument(
      row.document, mapping: row.mapping, policy: row.policy, isConfirmedByUs: row.isConfirmedByUs)
    #expect(word(decision) == row.expected)
  }

  private func plan(_ document: InvoiceSnapshot, max: Int64? = nil) throws -> SettlementPlan {
    let policy = SettlementPolicy(
      startMs: nil, amountMax: max.map { [document.currency: $0] } ?? [:])
    guard case .settle(let plan) = decideDocument(document, mapping: .make(), policy: policy)
    else { throw MoneyError.overflow }
    return plan
  }

  private func word(_ step: LegPlan.Step) -> String {
    switch step {
    case .move(let money, let exact): "move \(money)" + (exact.map { " for \($0)" } ?? "")
    case .nothing: "nothing"
    case .hold: "hold"
    }
  }

  @Test(
    "the direction follows from the field, whatever the sign (S3)",
    arguments: [
      ("-40.00", "10.00", "-5.00", "move 40.00 EUR", "move 10.00 EUR", "move 5.00 EUR"),
      ("40.00", "10.00", "5.00", "move 40.00 EUR", "move 10.00 EUR", "move 5.00 EUR"),
      ("0", "0", "0.00", "nothing", "nothing", "nothing"),
      ("0.001", "0.001", "-0.001", "nothing", "nothing", "nothing"),
      ("-0.005", "-0.001", "0", "move 0.01 EUR for 0.005", "hold", "nothing"),
      ("-67.37", "-93.90", "1", "move 67.37 EUR", "hold", "move 1.00 EUR"),
      ("-99999999999", "99999999999", "0", "hold", "hold", "nothing"),
    ])
  func signs(
    _ subscription: String, _ credits: String, _ invoices: String, _ first: String,
    _ second: String, _ third: String
  ) throws {
    let plan = try plan(
      .make(subscription: subscription, credits: credits, invoices: invoices))
    #expect(plan.legs.map(\.kind) == [.extraCredits, .subscription, .extraInvoices])
    #expect(plan.legs.map(\.direction) == [.toSeller, .fromSeller, .fromSeller])
    #expect(plan.legs.map { word($0.step) } == [second, first, third])
  }

  private func word(_ payout: PayoutPlan) -> String {
    switch payout {
    case .pay(let money, let rest, _): "pay \(money)" + (rest.map { ", rest \($0)" } ?? "")
    case .nothing(_, let owed): "nothing" + (owed.map { ", owed \($0)" } ?? "")
    case .hold: "hold"
    }
  }

  @Test(
    "the payout is amount_transferred in the steps of its currency (A1, A2, A3, S3)",
    arguments: [
      ("EUR", "801.00", "pay 801.00 EUR"), ("EUR", "0", "nothing"),
      ("EUR", "-25.50", "nothing, owed 25.5"), ("EUR", "0.004", "nothing"),
      ("EUR", "0.005", "pay 0.01 EUR"), ("JPY", "12000", "pay 12000 JPY"),
      ("JPY", "12000.5", "pay 12001 JPY"), ("KWD", "801.234", "pay 801.230 KWD"),
      ("HUF", "1234.56", "pay 1234.00 HUF, rest 0.56 HUF"), ("HUF", "0.56", "nothing"),
      ("TWD", "10.99", "pay 10.00 TWD, rest 0.99 TWD"), ("ISK", "1500.4", "pay 1500.00 ISK"),
      ("EUR", "99999999999", "hold"),
    ])
  func payouts(_ currency: String, _ amount: String, _ expected: String) throws {
    let plan = try plan(.make(currency: try Currency(currency), amount: amount))
    #expect(word(plan.payout) == expected)
  }

  @Test("above the maximum each movement waits for approval (A7)")
  func approval() throws {
    let plan = try plan(.make(subscription: "-40.00", credits: "10.00"), max: 39_99)
    #expect(plan.legs.map { word($0.step) } == ["move 10.00 EUR", "hold", "nothing"])
    #expect(word(plan.payout) == "hold")
  }
}
