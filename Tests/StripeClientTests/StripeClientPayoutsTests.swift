import Domain
import HTTPClient
import Testing

@testable import StripeClient

@Suite("StripeClient, payouts")
struct StripeClientPayoutsTests {
  private let account = try! AccountID("acct_1")
  private let eur = try! Currency("EUR")

  private func body(_ transport: ScriptedTransport) -> String {
    String(decoding: transport.requests[0].body ?? [], as: UTF8.self)
  }

  @Test("a payout is one POST as the account, with its key and every parameter (Q1)")
  func payout() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"po_1","status":"pending"}"#))
    let request = PayoutRequest(
      account: account, amount: Money(minorUnits: 801_00, currency: eur), description: "Invoice 7",
      metadata: ["invoiceId": "7", "miraklShopId": "1", "pluginVersion": "0.9"])
    let payout = try client(transport).createPayout(request, idempotencyKey: "k").value
    #expect(payout.id.rawValue == "po_1")
    #expect(payout.amount == request.amount)
    #expect(transport.requests[0].url == "https://api.example.com/v1/payouts")
    #expect(transport.requests[0].header("Stripe-Account") == "acct_1")
    #expect(transport.requests[0].header("Idempotency-Key") == "k")
    #expect(
      body(transport)
        == "amount=80100&currency=eur&description=Invoice%207&metadata[invoiceId]=7"
        + "&metadata[miraklShopId]=1&metadata[pluginName]=MiraklConnector"
        + "&metadata[pluginVersion]=0.9")
  }

  @Test("a seller's debit is a transfer as the seller to the platform (Q1)")
  func debit() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"tr_1"}"#))
    let request = SellerDebitRequest(
      account: account,
      transfer: TransferRequest(
        amount: Money(minorUnits: 40_00, currency: eur), destination: try AccountID("acct_p"),
        sourceCharge: nil, transferGroup: "g", description: "", metadata: [:]))
    let transfer = try client(transport).createSellerDebit(request, idempotencyKey: "k").value
    #expect(transfer.id.rawValue == "tr_1")
    #expect(transport.requests[0].header("Stripe-Account") == "acct_1")
    #expect(
      body(transport).hasPrefix("amount=4000&currency=eur&destination=acct_p&transfer_group=g"))
  }

  @Test("a receipt without an id leaves the outcome unknown (Q3)")
  func receipt() throws {
    let transport = ScriptedTransport(.answer(200, #"{"status":"pending"}"#))
    let request = PayoutRequest(
      account: account, amount: Money(minorUnits: 1, currency: eur), description: "", metadata: [:])
    do {
      _ = try client(transport).createPayout(request, idempotencyKey: "k")
      Issue.record("no failure")
    } catch {
      guard case .unknown = error.kind else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("the documented payout and balance decode; a currency that is absent is zero (S2, S5)")
  func samples() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        """
        {"id":"po_1","object":"payout","amount":250000,"created":1764040000,"currency":"eur",
         "destination":"ba_1","failure_code":"no_account","failure_message":"No such account.",
         "metadata":{"invoiceId":"7"},"status":"failed"}
        """),
      .answer(
        200,
        """
        {"object":"balance","available":[{"amount":254310,"currency":"eur"},
         {"amount":5,"currency":"zzz"}],"pending":[{"amount":-88900,"currency":"eur"}]}
        """))
    let payout = try client(transport).payout(try PayoutID("po_1"), of: account).value
    #expect(payout.status == .failed)
    #expect(payout.failureCode == "no_account")
    #expect(payout.failureMessage == "No such account.")
    #expect(payout.destination == "ba_1")
    #expect(payout.metadata == ["invoiceId": "7"])
    let balance = try client(transport).balance(of: account).value
    #expect(balance.available(eur) == 254_310)
    #expect(balance.pending(eur) == -88_900)
    #expect(balance.available(try Currency("USD")) == 0)
    #expect(transport.requests.allSatisfy { $0.header("Stripe-Account") == "acct_1" })
  }

  @Test("a status of tomorrow says nothing, and a balance without amounts is not zero (S2)")
  func unknown() throws {
    let transport = ScriptedTransport(
      .answer(200, #"{"id":"po_1","amount":1,"currency":"eur","status":"new"}"#),
      .answer(200, "{}"))
    #expect(try client(transport).payout(try PayoutID("po_1"), of: account).value.status == nil)
    #expect(throws: CallFailure.self) { try client(transport).balance(of: account) }
  }

  @Test("lists are read to their end, and never for ever (Q3)")
  func lists() throws {
    let first =
      #"{"data":[{"id":"po_2","amount":1,"currency":"eur","status":"paid"}],"has_more":true}"#
    let second =
      #"{"data":[{"id":"po_1","amount":1,"currency":"eur","status":"paid"}],"has_more":false}"#
    let transport = ScriptedTransport(.answer(200, first), .answer(200, second))
    let payouts = try client(transport).payouts(of: account).value
    #expect(payouts.map(\.id.rawValue) == ["po_2", "po_1"])
    #expect(
      transport.requests.map(\.url) == [
        "https://api.example.com/v1/payouts?limit=100",
        "https://api.example.com/v1/payouts?limit=100&starting_after=po_2",
      ])
    let looping = ScriptedTransport(.answer(200, first), .answer(200, first), .answer(200, first))
    #expect(throws: CallFailure.self) { try client(looping).payouts(of: account) }
  }

  @Test("external accounts are the platform's to list (S5)")
  func externalAccounts() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"{"data":[{"id":"ba_1","currency":"eur","status":"errored"},{"id":"ba_2"}]}"#
      ))
    let accounts = try client(transport).externalAccounts(of: account).value
    #expect(accounts.map(\.isUsable) == [false, true])
    #expect(transport.requests[0].header("Stripe-Account") == nil)
    #expect(
      transport.requests[0].url
        == "https://api.example.com/v1/accounts/acct_1/external_accounts?limit=100")
  }
}
