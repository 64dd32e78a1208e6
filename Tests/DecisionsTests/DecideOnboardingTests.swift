import Decisions
import Domain
import TestSupport
import Testing

private func shop(_ state: String = "OPEN", _ fields: [String: String] = [:]) -> ShopSnapshot {
  ShopSnapshot(
    id: ShopID(1), name: "Shop", state: state, additionalFields: fields, isProfessional: true,
    contact: ShopSnapshot.Contact(
      email: "shop@example.org", phone: "+33388000000", webSite: "https://shop.example"))
}

private func plan(
  _ shop: ShopSnapshot, mapped: Bool = false, _ policy: OnboardingPolicy = OnboardingPolicy()
) -> OnboardingPlan {
  decideOnboarding(shop, mapping: mapped ? .make() : nil, policy: policy)
}

private struct DropCase: Sendable {
  let parameter: String?
  let code: String?
  let drop: @Sendable (inout AccountRequest.Prefill) -> Void
}

private let drops = [
  DropCase(parameter: "business_profile[url]", code: "url_invalid") { $0.url = nil },
  DropCase(parameter: nil, code: "url_invalid") { $0.url = nil },
  DropCase(parameter: "business_profile[support_email]", code: "email_invalid") {
    $0.supportEmail = nil
  },
  DropCase(parameter: nil, code: "email_invalid") { $0.supportEmail = nil },
  DropCase(parameter: "business_profile[support_phone]", code: nil) { $0.supportPhone = nil },
  DropCase(parameter: "business_profile[name]", code: nil) { $0.name = nil },
  DropCase(parameter: "business_type", code: nil) { $0.businessType = nil },
]

@Suite struct DecideOnboardingTests {
  @Test("a new shop needs an account and a link; a mapped one with a link needs nothing")
  func needs() {
    #expect(plan(shop()).needsAccount && plan(shop()).needsLink)
    let linked = shop("OPEN", ["stripe-url": "https://x"])
    #expect(plan(linked).needsAccount && !plan(linked).needsLink)
    #expect(!plan(shop(), mapped: true).needsAccount && plan(shop(), mapped: true).needsLink)
    #expect(plan(linked, mapped: true).isInOrder)
  }

  @Test(
    "only an empty field and a link of the ended OAuth onboarding are replaced (O2)",
    arguments: [
      ("", true), ("  ", true),
      ("https://connect.stripe.com/express/oauth/authorize?client_id=ca_1", true),
      ("https://connect.stripe.com/setup/e/acct_1/abc", false), ("see below", false),
    ])
  func fieldValue(value: String, isReplaced: Bool) {
    #expect(plan(shop("OPEN", ["stripe-url": value]), mapped: true).needsLink == isReplaced)
  }

  @Test("the ignore check comes first: no account and no link, mapped or not (O4)")
  func ignored() {
    for value in ["true", "TRUE"] {
      for mapped in [false, true] {
        let result = plan(shop("CLOSE", ["stripe-ignored": value]), mapped: mapped)
        #expect(result.isIgnored && result.exclusion == .ignored && result.isInOrder)
      }
    }
    for value in ["false", "", "1"] {
      #expect(!plan(shop("OPEN", ["stripe-ignored": value])).isIgnored)
    }
  }

  @Test(
    "closed shops get no account; suspended ones do, for approval waits for it (O4)",
    arguments: [
      ("OPEN", true), ("SUSPENDED", true), ("CLOSE", false), ("CLOSED", false),
      ("TERMINATED", false), ("", true), ("A_NEW_STATE", true),
    ])
  func states(state: String, isOnboarded: Bool) {
    #expect(plan(shop(state)).needsAccount == isOnboarded)
    #expect(plan(shop(state), mapped: true).needsLink == isOnboarded)
  }

  @Test("switched off, it still follows the ignore field")
  func disabled() {
    let off = OnboardingPolicy(isEnabled: false)
    #expect(plan(shop(), off).isInOrder)
    #expect(plan(shop("OPEN", ["stripe-ignored": "true"]), mapped: true, off).isIgnored)
  }

  @Test("the codes of the fields are the operator's")
  func fieldCodes() {
    let policy = OnboardingPolicy(linkField: "a", ignoreField: "b")
    #expect(plan(shop("OPEN", ["b": "true"]), policy).isIgnored)
    #expect(!plan(shop("OPEN", ["a": "x"]), policy).needsLink)
  }

  @Test("the prefill is what Mirakl knows, and nothing unless it is wanted")
  func prefilled() {
    let policy = OnboardingPolicy(prefills: true)
    #expect(
      prefill(for: shop(), policy: policy)
        == AccountRequest.Prefill(
          businessType: "company", name: "Shop", url: "https://shop.example",
          supportEmail: "shop@example.org", supportPhone: "+33388000000"))
    #expect(prefill(for: shop(), policy: OnboardingPolicy()).isEmpty)
    let bare = ShopSnapshot(
      id: ShopID(1), name: "", state: "OPEN", additionalFields: [:], isProfessional: false)
    #expect(
      prefill(for: bare, policy: policy) == AccountRequest.Prefill(businessType: "individual"))
  }

  @Test("what Stripe refuses of the prefill is left out, and only that (O5)", arguments: drops)
  private func dropped(_ row: DropCase) {
    let full = prefill(for: shop(), policy: OnboardingPolicy(prefills: true))
    let refusal = Refusal(
      status: 400, code: row.code, parameter: row.parameter, message: "no")
    var expected = full
    row.drop(&expected)
    #expect(expected != full)
    #expect(withoutRefused(full, refusal) == expected)
  }

  @Test("a refusal that names nothing drops the whole prefill; one of something else none (O5)")
  func otherRefusals() {
    let full = prefill(for: shop(), policy: OnboardingPolicy(prefills: true))
    let nameless = Refusal(status: 400, message: "no")
    #expect(withoutRefused(full, nameless)?.isEmpty == true)
    #expect(withoutRefused(AccountRequest.Prefill(), nameless) == nil)
    let country = Refusal(status: 400, code: "country_unsupported", message: "no")
    #expect(withoutRefused(full, country) == nil)
    // What was not sent cannot be at fault alone: everything goes, and it ends.
    var withoutURL = full
    withoutURL.url = nil
    let url = Refusal(status: 400, code: "url_invalid", message: "no")
    #expect(withoutRefused(withoutURL, url)?.isEmpty == true)
  }

  @Test(
    "what a failure of the making of an account means (Q8, Q11)",
    arguments: [
      (CallFailure.Kind.notSent(reason: "r"), MovementFailureDecision.sendAgain(afterMs: nil)),
      (.throttled(retryAfterMs: 7), .sendAgain(afterMs: 7)), (.unknown(reason: "r"), .settle),
      (.unreadable(reason: "r"), .settle), (.unauthorized(message: "m"), .pause),
      (.refused(Refusal(status: 400, message: "m")), .fail),
    ])
  func failures(kind: CallFailure.Kind, expected: MovementFailureDecision) {
    let failure = CallFailure(kind, trace: CallTrace(operation: "POST /v1/accounts"))
    #expect(decideAccountFailure(failure) == expected)
  }

  @Test(
    "an account that Stripe keeps refusing is tried less and less often (Q9)",
    arguments: [
      (Intent.State.refused, 8, Int64(0), nil), (.refused, 9, 0, 60_000),
      (.refused, 9, 59_999, 1), (.refused, 9, 60_000, nil), (.refused, 10, 0, 120_000),
      (.refused, 14, 0, 1_920_000), (.refused, 15, 0, 3_600_000), (.refused, 999, 0, 3_600_000),
      (.refused, 9, -1, nil),  // the clock was set back
      (.succeeded, 20, 0, nil), (.unknown, 20, 0, nil),
    ] as [(Intent.State, Int, Int64, Int64?)])
  func backsOff(state: Intent.State, attempt: Int, sinceMs: Int64, waitMs: Int64?) {
    let intent = Intent(
      id: 1, kind: .account, businessKey: "shop/1", attempt: attempt, request: "{}", state: state,
      sends: 1, firstSentMs: 1_000, lastSentMs: 1_000)
    #expect(accountRetryWaitMs(intent, nowMs: 1_000 + sinceMs) == waitMs)
  }
}
