import Decisions
import Domain
import TestSupport
import Testing

extension RefundAsk {
  fileprivate static func make(
    amount: String = "30.00", commission: String? = "3.00", taxes: String? = "5.00",
    currency: Currency = .eur, notPayable: String = "0", taxesNotPayable: String = "0",
    orderCreatedMs: Int64? = nil
  ) -> RefundAsk {
    RefundAsk(
      kind: .productOrder, id: "R-1", orderID: .of("O-1-A"), commercialID: .of("O-1"),
      currency: currency, amount: .of(amount), commission: commission.map { .of($0) },
      taxes: taxes.map { .of($0) }, notPayableToShop: .of(notPayable),
      taxesNotPayableToShop: .of(taxesNotPayable), orderCreatedMs: orderCreatedMs)
  }
}

private func word(_ decision: RefundDecision) -> String {
  switch decision {
  case .pay(let plan): "pay \(plan.amount)"
  case .hold: "hold"
  case .abort: "abort"
  }
}

@Suite struct DecideRefundTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    var ask = RefundAsk.make()
    var source = PaymentSource.charge(.make())
    var policy = SplitPolicy(startMs: nil, livemode: false)
    var testDescription: String { name }
  }

  @Test(
    "a refund is paid, waits or ends by its payment (R1, R6, P2, A3, A7)",
    arguments: [
      Row(name: "captured", expected: "pay 30.00 EUR"),
      Row(name: "zero", expected: "abort", ask: .make(amount: "0")),
      Row(name: "negative", expected: "abort", ask: .make(amount: "-1")),
      Row(name: "less than a cent", expected: "abort", ask: .make(amount: "0.004")),
      Row(name: "rounded half away", expected: "pay 0.01 EUR", ask: .make(amount: "0.005")),
      Row(
        name: "authorised", expected: "hold", source: .charge(.make(status: .toCapture))),
      Row(name: "pending", expected: "hold", source: .charge(.make(status: .pending))),
      Row(name: "failed", expected: "abort", source: .charge(.make(status: .failed))),
      Row(name: "refunded", expected: "abort", source: .charge(.make(status: .refunded))),
      Row(
        name: "too little left", expected: "hold",
        source: .charge(.make(amountRefunded: 70_01))),
      Row(
        name: "just enough left", expected: "pay 30.00 EUR",
        source: .charge(.make(amountRefunded: 70_00))),
      Row(name: "disputed", expected: "hold", source: .charge(.make(isDisputed: true))),
      Row(name: "live charge", expected: "hold", source: .charge(.make(livemode: true))),
      Row(
        name: "another basket", expected: "hold", source: .charge(.make(commercialID: "O-2"))),
      Row(name: "another currency", expected: "hold", ask: .make(currency: .usd)),
      Row(
        name: "above the limit", expected: "hold",
        policy: SplitPolicy(startMs: nil, amountMax: [.eur: 29_99])),
      Row(name: "no payment", expected: "hold", source: .unknown),
      Row(name: "foreign", expected: "hold", source: .foreign("X")),
      Row(name: "paid twice", expected: "hold", source: .ambiguous([.of("ch_1"), .of("ch_2")])),
      Row(name: "unfinished", expected: "hold", source: .unfinished(.of("pi_1"), status: "x")),
      Row(name: "canceled", expected: "abort", source: .canceled(.of("pi_1"))),
      Row(name: "missing", expected: "abort", source: .missing("ch_1", isProven: true)),
      Row(name: "not proven", expected: "hold", source: .missing("ch_1", isProven: false)),
    ])
  func decides(_ row: Row) {
    #expect(word(decideRefund(row.ask, source: row.source, policy: row.policy)) == row.expected)
  }

  @Test("only our own refunds are left out of what went back, and never more than that (A6)")
  func ownRefunds() {
    #expect(Payment.make(amountRefunded: 50_00).withoutOwnRefunds(30_00).amountRefunded == 20_00)
    #expect(Payment.make(amountRefunded: 0).withoutOwnRefunds(30_00).amountRefunded == 0)
  }

  @Test("a state of a refund that is not known proves nothing (R3)")
  func progress() {
    #expect(refundProgress("succeeded") == .made)
    #expect(refundProgress("pending") == .underWay)
    #expect(refundProgress("requires_action") == .underWay)
    #expect(refundProgress("new_word") == .underWay)
    #expect(refundProgress(nil) == .underWay)
    #expect(refundProgress("failed") == .failed)
    #expect(refundProgress("canceled") == .failed)
  }

  @Test(
    "the shares mirror the split: with taxes apart, and without what the shop never got (T2, M8)")
  func shares() {
    let ask = RefundAsk.make()
    #expect(
      reversalShares(ask, splitsTaxes: false) == ReversalShares(seller: .of("27.00"), tax: nil))
    #expect(
      reversalShares(ask, splitsTaxes: true)
        == ReversalShares(seller: .of("22.00"), tax: .of("5.00")))
    let kept = RefundAsk.make(notPayable: "1.00", taxesNotPayable: "2.00")
    #expect(reversalShares(kept, splitsTaxes: false).seller == .of("24.00"))
    #expect(reversalShares(kept, splitsTaxes: true).seller == .of("21.00"))
    #expect(reversalShares(.make(commission: nil), splitsTaxes: false).seller == nil)
    #expect(reversalShares(.make(taxes: nil), splitsTaxes: true).seller == nil)
    #expect(reversalShares(.make(taxes: nil), splitsTaxes: false).seller == .of("27.00"))
  }

  @Test("funds that are too low wait, whatever Stripe's words (R5)")
  func shortOfFunds() {
    for refusal in [
      Refusal(status: 400, code: "balance_insufficient", message: "x"),
      Refusal(
        status: 400,
        message: "The recipient of this transfer does not have sufficient funds in their Stripe "
          + "balance to reverse this amount."),
    ] {
      let failure = CallFailure(.refused(refusal), trace: CallTrace(operation: "POST"))
      #expect(decideReversalFailure(failure) == .hold)
      #expect(decideConfirmationFailure(failure) == .fail)
    }
    let other = CallFailure(
      .refused(Refusal(status: 400, message: "Amount is too big")),
      trace: CallTrace(operation: "POST"))
    #expect(decideReversalFailure(other) == .fail)
    #expect(decideRefundFailure(other) == .fail)
  }
}

@Suite struct DecideReversalTests {
  private func facts(
    _ ask: RefundAsk = .make(), refunded: String? = "succeeded", isConfirmed: Bool = true,
    status: RefundRecord.Status = .created, transfer: TransferRecord.Status? = .created,
    isIgnored: Bool = false, earlier: (String, Int64) = ("0", 0), startMs: Int64? = nil
  ) -> ReversalFacts {
    let record = RefundRecord(
      id: 1, ask: ask, charge: .of("ch_1"), amount: .of(30_00), stripeRefund: .of("re_1"),
      stripeStatus: refunded, status: status, reason: "r", confirmedMs: isConfirmed ? 1 : nil,
      seenMs: 1, createdMs: 1, modifiedMs: 1)
    return ReversalFacts(
      refund: record, part: .seller,
      transfer: transfer.map {
        TransferRecord(
          id: 1, kind: .productOrder, miraklID: "O-1-A", shopID: ShopID(1), transferID: "tr_1",
          amount: .of(90_00), status: $0, createdMs: 1, modifiedMs: 1)
      }, splitsTaxes: false, isIgnored: isIgnored, earlierShares: .of(earlier.0),
      earlierMinorUnits: earlier.1, startMs: startMs)
  }

  private func word(_ decision: ReversalDecision) -> String {
    switch decision {
    case .reverse(_, let amount): "reverse \(amount)"
    case .hold: "hold"
    case .close: "close"
    case .ignore: "ignore"
    }
  }

  @Test("a reversal is made, waits, or closes (R4, R6, M5)")
  func decides() {
    #expect(word(decideReversal(facts())) == "reverse 27.00 EUR")
    #expect(word(decideReversal(facts(isConfirmed: false))) == "hold")
    #expect(word(decideReversal(facts(refunded: "failed"))) == "hold")
    #expect(word(decideReversal(facts(status: .aborted))) == "close")
    for status in [TransferRecord.Status.onHold, .pending, .failed, .ignored] {
      #expect(word(decideReversal(facts(transfer: status))) == "hold")
    }
    #expect(word(decideReversal(facts(transfer: .aborted))) == "close")
    #expect(word(decideReversal(facts(transfer: nil))) == "hold")
    let old = RefundAsk.make(orderCreatedMs: 5)
    #expect(word(decideReversal(facts(old, transfer: nil, startMs: 6))) == "close")
    #expect(word(decideReversal(facts(old, transfer: nil, startMs: 5))) == "hold")
    #expect(word(decideReversal(facts(isIgnored: true))) == "ignore")
    #expect(word(decideReversal(facts(.make(commission: nil)))) == "hold")
    #expect(word(decideReversal(facts(.make(commission: "30.00")))) == "close")
    #expect(word(decideReversal(facts(.make(currency: .usd)))) == "hold")
  }

  @Test("partial reversals are rounded as a sum, so that they end at the whole (R4, A3)")
  func roundsTheSum() {
    // Three thirds of 10.00: 3.33, 3.34, 3.33.
    let third = RefundAsk.make(amount: "3.333333333333", commission: "0")
    #expect(word(decideReversal(facts(third))) == "reverse 3.33 EUR")
    #expect(
      word(decideReversal(facts(third, earlier: ("3.333333333333", 3_33)))) == "reverse 3.34 EUR")
    #expect(
      word(decideReversal(facts(third, earlier: ("6.666666666666", 6_67)))) == "reverse 3.33 EUR")
  }

  @Test("never more than what is left of the transfer (R4)")
  func left() {
    func transfer(_ reversed: Int64) -> TransferSnapshot {
      TransferSnapshot(
        id: .of("tr_1"), amount: .of(90_00), amountReversed: reversed, destination: .of("acct_1"),
        createdMs: 1)
    }
    #expect(reversalWithin(.of(27_00), transfer(0)) == .of(27_00))
    #expect(reversalWithin(.of(27_00), transfer(80_00)) == .of(10_00))
    #expect(reversalWithin(.of(27_00), transfer(90_00)) == nil)
  }
}
