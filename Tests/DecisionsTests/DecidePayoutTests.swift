import Decisions
import Domain
import TestSupport
import Testing

@Suite struct DecidePayoutTests {
  private func facts(
    _ legs: [TransferRecord.Status?] = [.aborted, .created, .aborted], openDebt: String? = nil,
    payoutEnabled: Bool = true, waiting: PayoutRecord.Waiting? = nil, failedRounds: Int = 0
  ) -> PayoutFacts {
    var byKind: [TransferRecord.Kind: TransferRecord.Status] = [:]
    for (kind, status) in zip(settlementLegs, legs) { byKind[kind] = status }
    return PayoutFacts(
      legs: byKind, openDebt: openDebt, payoutEnabled: payoutEnabled, waiting: waiting,
      failedRounds: failedRounds)
  }

  private func word(_ readiness: PayoutReadiness) -> String {
    switch readiness {
    case .ready: "ready"
    case .staysFailed: "stays failed"
    case .hold(let reason): reason
    }
  }

  @Test("a payout waits until every transfer of its document is made or aborted (S1)")
  func legs() {
    #expect(decidePayoutReadiness(facts()) == .ready)
    for open in [TransferRecord.Status.onHold, .pending, .failed, .ignored] {
      for position in 0..<3 {
        var statuses: [TransferRecord.Status?] = [.aborted, .created, .aborted]
        statuses[position] = open
        let reason = word(decidePayoutReadiness(facts(statuses)))
        #expect(reason.contains(settlementLegs[position].rawValue), "\(open)")
      }
    }
    #expect(word(decidePayoutReadiness(facts([nil, .created, .created]))).contains("CREDITS"))
  }

  @Test("debts come first, then the account, and a failed payout waits for its cure (R5, S1, S5)")
  func order() {
    #expect(word(decidePayoutReadiness(facts(openDebt: "debt", payoutEnabled: false))) == "debt")
    #expect(word(decidePayoutReadiness(facts(payoutEnabled: false))).contains("does not pay out"))
    for waiting in PayoutRecord.Waiting.allCases {
      #expect(decidePayoutReadiness(facts(waiting: waiting)) == .staysFailed)
    }
    #expect(decidePayoutReadiness(facts(failedRounds: 5)) == .ready)
    #expect(decidePayoutReadiness(facts(failedRounds: 6)) == .staysFailed)
  }

  @Test("only available funds of the same currency count (S2)")
  func funds() {
    let balance = BalanceSnapshot(
      available: [.of(100, .usd), .of(80_00)], pending: [.of(1_000_00)])
    #expect(shortfall(.of(80_00), balance) == nil)
    #expect(
      shortfall(.of(80_01), balance)
        == "Waits for funds: the account has 80.00 EUR available and 1000.00 EUR pending, "
        + "80.01 EUR are needed")
    #expect(shortfall(.of(1, .jpy), balance) != nil)
    let debt = BalanceSnapshot(available: [.of(-5_00)], pending: [])
    #expect(shortfall(.of(1), debt)?.contains("-5.00 EUR available") == true)
  }

  @Test("what is left is told, whichever way it differs (T3)")
  func left() {
    let balance = BalanceSnapshot(available: [.of(80_00)], pending: [])
    #expect(residue(after: .of(80_00), balance) == nil)
    #expect(residue(after: .of(79_00), balance) == .of(1_00))
    #expect(residue(after: .of(1, .jpy), balance) == .of(-1, .jpy))
  }

  @Test(
    "what a payout that came back waits for (S5)",
    arguments: [
      ("account_closed", .failed, 1, .externalAccount),
      ("no_account", .failed, 5, .externalAccount),
      ("invalid_account_number", .failed, 1, .externalAccount),
      ("could_not_process", .failed, 1, .nextPass), ("insufficient_funds", .failed, 1, .nextPass),
      ("a_code_of_tomorrow", .failed, 1, .nextPass), (nil, .failed, 1, .nextPass),
      ("could_not_process", .failed, 6, .operator), ("no_account", .failed, 6, .operator),
      (nil, .canceled, 1, .operator),
    ] as [(String?, PayoutSnapshot.Status, Int, PayoutRecord.Waiting)])
  func returns(
    _ code: String?, _ status: PayoutSnapshot.Status, _ rounds: Int,
    _ expected: PayoutRecord.Waiting
  ) {
    #expect(decidePayoutReturn(status, failureCode: code, failedRounds: rounds) == expected)
  }

  @Test(
    "what a refused payout or debit means (S2, Q3, Q8)",
    arguments: [
      (.refused(Refusal(status: 400, code: "balance_insufficient", message: "short")), .hold),
      (.refused(Refusal(status: 400, code: "payouts_not_allowed", message: "no")), .hold),
      (
        .refused(
          Refusal(
            status: 400,
            message: "Sorry, you don't have any external accounts in that currency (usd).")), .hold
      ),
      (.refused(Refusal(status: 400, message: "Nope.")), .fail),
      (.refused(Refusal(status: 403, code: "account_invalid", message: "gone")), .fail),
      (.unknown(reason: "lost"), .settle), (.unreadable(reason: "?"), .settle),
      (.throttled(retryAfterMs: 5), .sendAgain(afterMs: 5)),
      (.notSent(reason: "dns"), .sendAgain(afterMs: nil)), (.unauthorized(message: "key"), .pause),
    ] as [(CallFailure.Kind, MovementFailureDecision)])
  func failures(_ kind: CallFailure.Kind, _ expected: MovementFailureDecision) {
    let failure = CallFailure(kind, trace: CallTrace(operation: "POST /v1/payouts"))
    #expect(decidePayoutFailure(failure) == expected)
  }

  @Test(
    "a confirmation that Mirakl refuses waits for a person, anything lost is read back (S6, B2)")
  func confirmations() {
    func decision(_ kind: CallFailure.Kind) -> MovementFailureDecision {
      decideConfirmationFailure(CallFailure(kind, trace: CallTrace(operation: "PUT")))
    }
    #expect(decision(.refused(Refusal(status: 400, message: "amount"))) == .fail)
    #expect(decision(.unknown(reason: "lost")) == .settle)
    #expect(decision(.unauthorized(message: "key")) == .pause)
    #expect(decision(.throttled(retryAfterMs: 9)) == .sendAgain(afterMs: 9))
    #expect(decision(.notSent(reason: "dns")) == .sendAgain(afterMs: nil))
  }
}
