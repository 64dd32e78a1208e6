import Decisions
import Domain
import TestSupport
import Testing

/// One row of the table of interface.md §3, and cases between its rows.
private struct KYCCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let account: AccountSnapshot
  let rule: KYCDecision.Rule
  var isStrict = true

  init(
    _ name: String, _ rule: KYCDecision.Rule, strict: Bool = true, transfers: String? = "active",
    payouts: Bool = true, charges: Bool = true, disabled: String? = nil,
    currentlyDue: [String] = [], pastDue: [String] = [], pending: [String] = []
  ) {
    testDescription = name
    self.rule = rule
    isStrict = strict
    account = AccountSnapshot(
      id: .of("acct_1"), chargesEnabled: charges, payoutsEnabled: payouts, detailsSubmitted: true,
      transfersCapability: transfers, disabledReason: disabled,
      requirements: AccountSnapshot.Requirements(
        currentlyDue: currentlyDue, pastDue: pastDue, pendingVerification: pending))
  }
}

private let cases: [KYCCase] = [
  KYCCase("1: rejected", .rejected, disabled: "rejected.fraud"),
  KYCCase(
    "1: rejected comes before what is still due", .rejected, disabled: "rejected.listed",
    currentlyDue: ["a"], pastDue: ["a"], pending: ["b"]),
  KYCCase("1: rejected without a dot", .rejected, disabled: "rejected"),
  KYCCase(
    "2: past due", .pastDue, payouts: false, disabled: "requirements.past_due",
    currentlyDue: ["a"], pastDue: ["a"]),
  KYCCase("2: past due, even while it works", .pastDue, strict: false, pastDue: ["a"]),
  KYCCase("3: currently due, strict", .currentlyDue, currentlyDue: ["a"]),
  KYCCase(
    "3: currently due, but working, not strict", .dueButWorking, strict: false,
    currentlyDue: ["a"]),
  KYCCase(
    "3: currently due, payouts off, not strict", .currentlyDue, strict: false, payouts: false,
    currentlyDue: ["a"]),
  KYCCase(
    "3: currently due, transfers off, not strict", .currentlyDue, strict: false,
    transfers: "inactive", currentlyDue: ["a"]),
  KYCCase("3: comes before pending", .currentlyDue, currentlyDue: ["a"], pending: ["b"]),
  KYCCase("4: pending verification", .pending, pending: ["a"]),
  KYCCase("4: under review", .pending, disabled: "under_review"),
  KYCCase("4: paused by the platform", .pending, disabled: "platform_paused"),
  KYCCase("4: past due by its reason alone", .pending, disabled: "requirements.past_due"),
  KYCCase("5: everything on", .working),
  KYCCase("5: transfers only, charges never", .working, charges: false),
  KYCCase("5: charges on, transfers not shown", .working, transfers: nil),
  KYCCase("6: payouts off without a reason", .unexplained, payouts: false),
  KYCCase(
    "6: payouts on, but nothing to pay with", .unexplained, transfers: "inactive", charges: false),
  KYCCase("6: a capability that waits", .unexplained, transfers: "pending", charges: false),
]

private let statuses: [KYCDecision.Rule: (KYCStatus, isOpen: Bool, warns: Bool)] = [
  .rejected: (.refused, true, false), .pastDue: (.pendingSubmission, true, false),
  .currentlyDue: (.pendingSubmission, true, false), .dueButWorking: (.approved, false, true),
  .pending: (.pendingApproval, true, false), .working: (.approved, false, false),
  .unexplained: (.pendingApproval, false, true),
]

@Suite struct DecideKYCTests {
  @Test("the first row that applies decides (K1)", arguments: cases)
  private func row(_ row: KYCCase) {
    #expect(decideKYC(row.account, isStrict: row.isStrict).rule == row.rule)
  }

  @Test("each row has its status; nothing is lost where no row explains the account (K1)")
  func meaning() {
    #expect(Set(cases.map(\.rule)) == Set(KYCDecision.Rule.allCases))
    for rule in KYCDecision.Rule.allCases {
      let decision = KYCDecision(rule)
      #expect(decision.status == statuses[rule]?.0)
      #expect(decision.hasOpenRequirements == statuses[rule]?.isOpen)
      #expect((decision.warning != nil) == statuses[rule]?.warns)
    }
  }
}
