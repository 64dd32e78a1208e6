import Domain
import HTTPClient
import Testing

@testable import StripeClient

@Suite("StripeClient+Accounts")
struct StripeAccountsTests {
  private let request = AccountRequest(
    shopID: ShopID(7), prefill: AccountRequest.Prefill(businessType: "company", url: "https://a&b"),
    metadata: ["operation": "account/shop/7", "pluginVersion": "0.9"])

  private func body(_ transport: ScriptedTransport) -> String {
    String(decoding: transport.requests.last?.body ?? [], as: UTF8.self)
  }

  @Test("an account is Express, with manual payouts, its shop, and what is known of it (Q1, O5)")
  func create() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"acct_1","created":5}"#))
    let account = try client(transport).createAccount(request, idempotencyKey: "k").value
    #expect(account.id.rawValue == "acct_1" && account.createdMs == 5_000)
    #expect(transport.requests[0].method == "POST")
    #expect(transport.requests[0].url == "https://api.example.com/v1/accounts")
    #expect(transport.requests[0].header("Idempotency-Key") == "k")
    #expect(
      body(transport)
        == "type=express&settings[payouts][debit_negative_balances]=false"
        + "&settings[payouts][schedule][interval]=manual&business_type=company"
        + "&business_profile[url]=https%3A%2F%2Fa%26b&metadata[miraklShopId]=7"
        + "&metadata[operation]=account%2Fshop%2F7&metadata[pluginName]=MiraklConnector"
        + "&metadata[pluginVersion]=0.9")
  }

  @Test("an account whose receipt cannot be read may have been made (Q3)")
  func unreadableReceipt() {
    let transport = ScriptedTransport(.answer(200, #"{"id":"nonsense"}"#))
    let failure = #expect(throws: CallFailure.self) {
      try client(transport).createAccount(request, idempotencyKey: "k")
    }
    guard case .unknown = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("a page of accounts: what Stripe still wants is read, cursors and dates are sent (K1)")
  func list() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"""
        {"has_more":true,"data":[{"id":"acct_1","details_submitted":true,"payouts_enabled":true,
        "capabilities":{"transfers":"active"},"metadata":{"miraklShopId":"7"},
        "requirements":{"currently_due":["a"],"past_due":["b"],"pending_verification":["c"],
        "disabled_reason":"listed"}}]}
        """#))
    let page = try client(transport).accounts(
      createdFromMs: 1_999, after: try AccountID("acct_0")
    ).value
    #expect(page.hasMore)
    #expect(
      page.accounts.first?.requirements
        == AccountSnapshot.Requirements(
          currentlyDue: ["a"], pastDue: ["b"], pendingVerification: ["c"]))
    #expect(page.accounts.first?.disabledReason == "listed")
    #expect(
      transport.requests[0].url
        == "https://api.example.com/v1/accounts?limit=100&created[gte]=1&starting_after=acct_0")
  }

  @Test("links: what is sent, and that they print as a placeholder (O2, O3)")
  func links() throws {
    let answer = ScriptedTransport.Outcome.answer(
      200, #"{"object":"account_link","url":"https://connect.stripe.com/setup/e/x"}"#)
    let transport = ScriptedTransport(answer, answer)
    let id = try AccountID("acct_1")
    let link = try client(transport).createAccountLink(
      id, refreshURL: "https://h/r?token=t", returnURL: "https://m", idempotencyKey: "k1"
    ).value
    #expect(link.url == "https://connect.stripe.com/setup/e/x")
    #expect("\(link)" == "[link]" && "\(String(reflecting: link))" != link.url)
    var dumped = ""
    dump(link, to: &dumped)
    #expect(!dumped.contains("setup"))
    #expect(
      body(transport)
        == "account=acct_1&type=account_onboarding&refresh_url=https%3A%2F%2Fh%2Fr%3Ftoken%3Dt"
        + "&return_url=https%3A%2F%2Fm")
    _ = try client(transport).createLoginLink(id, idempotencyKey: "k2")
    #expect(transport.requests[1].url == "https://api.example.com/v1/accounts/acct_1/login_links")
    #expect(transport.requests[1].method == "POST")
    #expect(body(transport).isEmpty)
  }

  @Test("the payout schedule is set to manual (O6)")
  func manual() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"acct_1"}"#))
    _ = try client(transport).setManualPayouts(try AccountID("acct_1"), idempotencyKey: "k")
    #expect(transport.requests[0].url == "https://api.example.com/v1/accounts/acct_1")
    #expect(body(transport) == "settings[payouts][schedule][interval]=manual")
  }

  @Test(
    "an account holds funds if any currency is not at zero",
    arguments: [
      (#"{"available":[{"amount":0,"currency":"eur"}],"pending":[]}"#, false),
      (#"{"available":[{"amount":0}],"pending":[{"amount":1}]}"#, true),
      (#"{"available":[{"amount":-1}]}"#, true), ("{}", false),
    ])
  func funds(json: String, holdsFunds: Bool) throws {
    let transport = ScriptedTransport(.answer(200, json))
    #expect(try client(transport).holdsFunds(try AccountID("acct_1")).value == holdsFunds)
    #expect(transport.requests[0].header("Stripe-Account") == "acct_1")
  }
}
