import Domain
import HTTPClient
import Testing

@testable import StripeClient

private let budgetless: RateBudget? = nil

func client(_ transport: ScriptedTransport, base: String = "https://api.example.com/")
  -> StripeClient
{
  StripeClient(
    transport: transport, baseURL: base, key: Secret("sk_test_secret"), timeoutMs: 7_000,
    budget: budgetless, pluginVersion: "1.2.3")
}

@Suite("StripeClient")
struct StripeClientTests {
  let transferRequest = TransferRequest(
    amount: Money(minorUnits: 1_099, currency: try! Currency("EUR")),
    destination: try! AccountID("acct_1"), sourceCharge: try! ChargeID("ch_1"),
    transferGroup: "C & 1", description: "Order C-1-A",
    metadata: ["miraklId": "C-1-A", "miraklShopId": "7"])

  @Test("every call carries the key and the pinned version, and no key for idempotency on a read")
  func readHeaders() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"acct_1"}"#))
    _ = try client(transport).account(nil)
    let request = transport.requests[0]
    #expect(request.method == "GET")
    #expect(request.url == "https://api.example.com/v1/account")
    #expect(request.header("Authorization") == "Bearer sk_test_secret")
    #expect(request.header("Stripe-Version") == "2026-08-26.dahlia")
    #expect(request.header("Idempotency-Key") == nil)
    #expect(request.header("Stripe-Account") == nil)
    #expect(request.timeoutMs == 7_000)
    #expect(request.body == nil)
  }

  @Test("what is expanded, and ids are encoded")
  func targets() throws {
    let transport = ScriptedTransport()
    _ = try? client(transport).account(try AccountID("acct_1"))
    _ = try? client(transport).charge(try ChargeID("ch_1/../x"))
    _ = try? client(transport).paymentIntent(try PaymentIntentID("pi_1"))
    #expect(
      transport.requests.map(\.url) == [
        "https://api.example.com/v1/accounts/acct_1",
        "https://api.example.com/v1/charges/ch_1%2F..%2Fx?expand[]=balance_transaction&expand[]=payment_intent",
        "https://api.example.com/v1/payment_intents/pi_1?expand[]=latest_charge&expand[]=latest_charge.balance_transaction",
      ])
  }

  @Test("a transfer is one POST with its key and every parameter (Q1, M7)")
  func transferForm() throws {
    let transport = ScriptedTransport(
      .answer(
        200, #"{"id":"tr_1","amount":1099,"currency":"eur","destination":"acct_1","created":5}"#,
        [("request-id", "req_9"), ("Idempotent-Replayed", "true")]))
    let answer = try client(transport).createTransfer(
      transferRequest, idempotencyKey: "transfer/C-1-A/1")
    let request = transport.requests[0]
    #expect(request.method == "POST")
    #expect(request.header("Idempotency-Key") == "transfer/C-1-A/1")
    #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(
      String(decoding: request.body ?? [], as: UTF8.self) == """
        amount=1099&currency=eur&destination=acct_1&source_transaction=ch_1\
        &transfer_group=C%20%26%201&description=Order%20C-1-A&metadata[miraklId]=C-1-A\
        &metadata[miraklShopId]=7&metadata[pluginName]=MiraklConnector\
        &metadata[pluginVersion]=1.2.3
        """)
    #expect(answer.value.id.rawValue == "tr_1")
    #expect(answer.value.createdMs == 5_000)
    #expect(answer.trace.operation == "POST /v1/transfers")
    #expect(answer.trace.requestID == "req_9")
    #expect(answer.trace.status == 200)
    #expect(answer.trace.isReplay)
  }

  @Test("a stored request keeps its plugin version, so that its key stays usable (Q1)")
  func storedVersion() {
    var request = transferRequest
    request.metadata["pluginVersion"] = "1.0.0"
    (request.sourceCharge, request.transferGroup, request.description) = (nil, nil, "")
    #expect(
      TransferForm.parameters(request, pluginVersion: "2.0.0").text == """
        amount=1099&currency=eur&destination=acct_1&metadata[miraklId]=C-1-A\
        &metadata[miraklShopId]=7&metadata[pluginName]=MiraklConnector\
        &metadata[pluginVersion]=1.0.0
        """)
  }

  @Test("a made transfer whose receipt lacks all but the id is as it was asked for")
  func sparseReceipt() throws {
    let transport = ScriptedTransport(.answer(200, #"{"id":"tr_1"}"#))
    let made = try client(transport).createTransfer(transferRequest, idempotencyKey: "k").value
    #expect(made.amount == transferRequest.amount)
    #expect(made.destination == transferRequest.destination)
    #expect(made.sourceTransaction == "ch_1")
  }

  @Test(
    "a made transfer whose receipt is unusable is unknown: it has had its effect (Q3)",
    arguments: [
      "", "{", "[]", "{}", #"{"id":"po_1"}"#, #"{"id":7}"#, #"{"id":"tr_1","amount":"1"}"#,
    ])
  func unusableReceipt(body: String) {
    let transport = ScriptedTransport(.answer(200, body))
    let failure = #expect(throws: CallFailure.self) {
      try client(transport).createTransfer(transferRequest, idempotencyKey: "k")
    }
    guard case .unknown = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("an unusable answer to a read is unreadable, and names the field")
  func unusableRead() throws {
    let transport = ScriptedTransport(
      .answer(200, "<html>"), .answer(200, #"{"id":"ch_1","amount":"5"}"#))
    let first = #expect(throws: CallFailure.self) {
      try client(transport).charge(try ChargeID("ch_1"))
    }
    guard case .unreadable = first?.kind else {
      Issue.record("\(String(describing: first))")
      return
    }
    let second = #expect(throws: CallFailure.self) {
      try client(transport).charge(try ChargeID("ch_1"))
    }
    #expect(second?.kind == .unreadable(reason: "amount: expected a number, found a string"))
  }

  @Test("what the transport says about sending is kept (Q3)")
  func transportFailures() throws {
    let transport = ScriptedTransport(
      .failure(.notSent("refused")), .failure(.unknown("reset by sk_live_1")))
    let first = #expect(throws: CallFailure.self) { try client(transport).account(nil) }
    #expect(first?.kind == .notSent(reason: "refused"))
    #expect(first?.trace.operation == "GET /v1/account")
    let second = #expect(throws: CallFailure.self) { try client(transport).account(nil) }
    #expect(second?.kind == .unknown(reason: "reset by sk_***"))
  }

  @Test("a refusal carries the operation, the status and Stripe's request id (V2)")
  func refusalTrace() throws {
    let transport = ScriptedTransport(
      .answer(
        404, #"{"error":{"code":"resource_missing","message":"No such charge: 'ch_1'"}}"#,
        [("Request-Id", "req_1")]))
    let failure = #expect(throws: CallFailure.self) {
      try client(transport).charge(try ChargeID("ch_1"))
    }
    #expect(failure?.trace.operation == "GET /v1/charges/{id}")
    #expect(failure?.trace.status == 404)
    #expect(failure?.trace.requestID == "req_1")
    #expect("\(try #require(failure))" == "No such charge: 'ch_1' (resource_missing) [req_1]")
  }

  @Test("a latest charge that came as an id is read by itself")
  func unexpandedCharge() throws {
    let transport = ScriptedTransport(
      .answer(
        200,
        #"{"id":"pi_1","status":"succeeded","amount":5,"currency":"eur","latest_charge":"ch_9"}"#),
      .answer(
        200, #"{"id":"ch_9","status":"succeeded","amount":5,"currency":"eur","captured":true}"#))
    let intent = try client(transport).paymentIntent(try PaymentIntentID("pi_1")).value
    #expect(intent.latestCharge?.id.rawValue == "ch_9")
    #expect(transport.requests.count == 2)
  }

  // MARK: - Lists

  private func page(_ ids: [String], hasMore: Bool) -> ScriptedTransport.Outcome {
    let items = ids.map { #"{"id":"\#($0)","amount":1,"currency":"eur","destination":"acct_1"}"# }
    return .answer(
      200, #"{"object":"list","has_more":\#(hasMore),"data":[\#(items.joined(separator: ","))]}"#)
  }

  @Test("a list is read to its last page")
  func pages() throws {
    let transport = ScriptedTransport(
      page(["tr_1", "tr_2"], hasMore: true), page(["tr_3"], hasMore: false))
    let found = try client(transport).transfers(group: "C+1").value
    #expect(found.map(\.id.rawValue) == ["tr_1", "tr_2", "tr_3"])
    #expect(
      transport.requests.map(\.url) == [
        "https://api.example.com/v1/transfers?transfer_group=C%2B1&limit=100",
        "https://api.example.com/v1/transfers?transfer_group=C%2B1&limit=100&starting_after=tr_2",
      ])
  }

  @Test("a list that repeats itself, or promises more and brings nothing, ends unreadable")
  func loops() {
    for last in [page(["tr_1"], hasMore: true), page([], hasMore: true)] {
      let transport = ScriptedTransport(page(["tr_1"], hasMore: true), last)
      let failure = #expect(throws: CallFailure.self) {
        try client(transport).transfers(group: "g")
      }
      #expect(failure?.kind == .unreadable(reason: "the list's pages repeat themselves"))
    }
  }

  @Test("one unreadable transfer spoils the list: absence must be proven (Q3)")
  func unreadableElement() {
    let transport = ScriptedTransport(
      .answer(200, #"{"data":[{"id":"tr_1","currency":"eur","destination":"acct_1"}]}"#))
    let failure = #expect(throws: CallFailure.self) { try client(transport).transfers(group: "g") }
    #expect(failure?.kind == .unreadable(reason: "amount: missing"))
  }

  @Test("a list without its data is unreadable, not empty (Q3)")
  func noData() {
    let transport = ScriptedTransport(.answer(200, #"{"object":"list"}"#))
    let failure = #expect(throws: CallFailure.self) { try client(transport).transfers(group: "g") }
    #expect(failure?.kind == .unreadable(reason: "data: missing"))
  }
}
