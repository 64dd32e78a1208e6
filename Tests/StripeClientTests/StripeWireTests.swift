import Domain
import FoundationEssentials
import HTTPClient
import Testing

@testable import StripeClient

@Suite("StripeWire")
struct StripeWireTests {
  private func charge(_ json: String) throws -> ChargeSnapshot {
    try JSONDecoder().decode(WireCharge.self, from: Data(json.utf8)).snapshot()
  }

  private let least = #""id":"ch_1","amount":1299,"currency":"eur","status":"succeeded""#

  @Test("Stripe's published samples can be read")
  func samples() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/resources.json")
    struct Samples: Decodable {
      let charge: WireCharge
      let intent: WirePaymentIntent
      let transfer: WireTransfer
      let account: WireAccount

      enum CodingKeys: String, CodingKey {
        case charge, transfer, account
        case intent = "payment_intent"
      }
    }
    let samples = try JSONDecoder().decode(Samples.self, from: Data(contentsOf: url))
    let charge = try samples.charge.snapshot()
    #expect(charge.amount.description == "1.00 USD")
    #expect(charge.status == .succeeded)
    #expect(!charge.isCaptured)
    #expect(charge.balanceCurrency == nil)
    #expect(charge.createdMs == 1_234_567_890_000)
    #expect(try samples.intent.snapshot().status == "requires_payment_method")
    #expect(try samples.intent.snapshot().latestCharge == nil)
    #expect(try samples.transfer.snapshot().destination.rawValue == "acct_1PgafTB7WZ01zgkW")
    let account = try samples.account.snapshot()
    #expect(account.transfersCapability == "active")
    #expect(account.payoutInterval == "daily")
    #expect(account.disabledReason == "requirements.past_due")
    #expect(!account.payoutsEnabled)
  }

  @Test("a charge with everything")
  func fullCharge() throws {
    let charge = try charge(
      """
      {\(least),"amount_captured":1000,"amount_refunded":200,"captured":true,"refunded":false,
       "disputed":true,"livemode":true,"metadata":{"mirakl_commercial_order_id":"C-1"},
       "payment_intent":{"id":"pi_1","metadata":{"x":"y"},"amount":7},"transfer_group":"C-1",
       "balance_transaction":{"id":"txn_1","currency":"usd"},"failure_message":"no",
       "created":1763995001,"new_field":[{"a":null}]}
      """)
    #expect(
      charge
        == ChargeSnapshot(
          id: try ChargeID("ch_1"), amount: Money(minorUnits: 1_299, currency: try Currency("EUR")),
          amountCaptured: 1_000, amountRefunded: 200, status: .succeeded, isCaptured: true,
          isRefunded: false, isDisputed: true, livemode: true,
          metadata: ["mirakl_commercial_order_id": "C-1"],
          paymentIntent: try PaymentIntentID("pi_1"), paymentIntentMetadata: ["x": "y"],
          transferGroup: "C-1", balanceCurrency: try Currency("USD"), failureMessage: "no",
          createdMs: 1_763_995_001_000))
  }

  @Test("a charge with the least, ids in place of objects, and nulls")
  func leastCharge() throws {
    let bare = try charge("{\(least)}")
    #expect(bare.amountCaptured == 0 && bare.amountRefunded == 0 && bare.metadata == [:])
    let sparse = try charge(
      """
      {\(least),"captured":true,"payment_intent":"pi_1","balance_transaction":"txn_1",
       "metadata":null,"transfer_group":null,"amount_captured":null}
      """)
    #expect(sparse.amountCaptured == 1_299, "captured without an amount is captured whole")
    #expect(sparse.paymentIntent?.rawValue == "pi_1")
    #expect(sparse.balanceCurrency == nil)
    #expect(try charge(#"{\#(least),"balance_transaction":null}"#).balanceCurrency == nil)
  }

  @Test(
    "an amount is never guessed: what is missing or wrong is named (A7)",
    arguments: [
      (#"{"amount":1,"currency":"eur","status":"succeeded"}"#, "id: missing"),
      (#"{"id":"ch_1","currency":"eur","status":"succeeded"}"#, "amount: missing"),
      (#"{"id":"ch_1","amount":1,"status":"succeeded"}"#, "currency: missing"),
      (#"{"id":"ch_1","amount":1,"currency":"eur"}"#, "status: missing"),
      (#"{"id":"ch_1","amount":null,"currency":"eur","status":"x"}"#, "amount: missing"),
      (
        #"{"id":"ch_1","amount":1,"currency":"xxx","status":"x"}"#,
        "currency: unknown currency \"xxx\""
      ),
      (
        #"{"id":"po_1","amount":1,"currency":"eur","status":"x"}"#,
        "id: \"po_1\" is not the id of a Stripe charge"
      ),
      (#"{"id":"ch_1","amount":1.5,"currency":"eur","status":"x"}"#, ""),
      (
        #"{"id":"ch_1","amount":1,"currency":"eur","status":"x","amount_refunded":"1"}"#,
        "amount_refunded: expected a number, found a string"
      ),
    ])
  func unreadable(json: String, expected: String) {
    let error = #expect(throws: (any Error).self) { try charge(json) }
    #expect(error.map { WireProblem($0).description.hasPrefix(expected) } == true)
  }

  @Test("a status that Stripe adds later proves nothing (P2)")
  func status() throws {
    let json = #"{"id":"ch_1","amount":1,"currency":"eur","status":"brand_new"}"#
    #expect(try charge(json).status == .other("brand_new"))
  }

  @Test("a moment beyond all calendars and metadata of another kind do no harm")
  func oddities() throws {
    let odd = try charge(#"{\#(least),"created":9223372036854775807,"metadata":{"a":1,"b":"2"}}"#)
    #expect(odd.createdMs == 0)
    #expect(odd.metadata == ["b": "2"])
    #expect(try charge(#"{\#(least),"metadata":[]}"#).metadata == [:])
  }

  @Test("the charge inside a payment intent knows the intent's metadata; its errors name the path")
  func nestedCharge() throws {
    func intent(_ charge: String) throws -> PaymentIntentSnapshot {
      let json = """
        {"id":"pi_1","status":"succeeded","amount":5,"currency":"jpy","metadata":{"k":"v"},
         "livemode":true,"latest_charge":\(charge)}
        """
      return try JSONDecoder().decode(WirePaymentIntent.self, from: Data(json.utf8)).snapshot()
    }
    let read = try intent(#"{\#(least),"payment_intent":"pi_1"}"#)
    #expect(read.latestCharge?.paymentIntentMetadata == ["k": "v"])
    #expect(read.amount.description == "5 JPY")
    #expect(try intent("null").latestCharge == nil)
    let error = #expect(throws: WireProblem.self) { try intent(#"{"id":"ch_1"}"#) }
    #expect(error?.description == "latest_charge.amount: missing")
  }

  @Test("a transfer's references may be expanded")
  func expandedTransfer() throws {
    let json = """
      {"id":"tr_1","amount":5,"currency":"eur","destination":{"id":"acct_1","object":"account"},
       "source_transaction":{"id":"ch_1"},"amount_reversed":2,"metadata":{"miraklId":"A"}}
      """
    let transfer = try JSONDecoder().decode(WireTransfer.self, from: Data(json.utf8)).snapshot()
    #expect(transfer.destination.rawValue == "acct_1")
    #expect(transfer.sourceTransaction == "ch_1")
    #expect(transfer.amountReversed == 2)
    #expect(transfer.metadata == ["miraklId": "A"])
  }
}
