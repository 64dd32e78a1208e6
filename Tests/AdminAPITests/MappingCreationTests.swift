import Domain
import HTTPFormat
import Store
import TestSupport
import Testing

struct CreationCase: CustomTestStringConvertible, Sendable {
  let name: String, body: String, status: Int, text: String
  var testDescription: String { name }
}

private let badShop = "Invalid Mirakl Shop ID"
private let badAccount = "Cannot find the Stripe account corresponding to this stripe Id"
private let mapped = "The provided Mirakl Shop ID or Stripe User Id is already mapped"

/// Shops 1, 2 and 3 at Mirakl; accounts acct_1, acct_2 and acct_3 at Stripe; 3 and acct_3 are
/// mapped to each other.
private func fixture() throws -> AdminFixture {
  let fixture = try AdminFixture()
  for number in Int64(1)...3 {
    fixture.mirakl.add(shop: number)
    fixture.stripe.add(.make("acct_\(number)"))
  }
  try fixture.addMapping(shop: 3, account: "acct_3")
  return fixture
}

@Suite struct MappingCreationTests {
  @Test(
    "statuses and words are the contract's",
    arguments: [
      CreationCase(
        name: "made", body: #"{"miraklShopId":1,"stripeUserId":"acct_1"}"#, status: 201,
        text: "Mirakl - Stripe mapping created"),
      CreationCase(name: "empty body", body: "", status: 400, text: "Invalid JSON format"),
      CreationCase(name: "no JSON", body: "{", status: 400, text: "Invalid JSON format"),
      CreationCase(
        name: "a form", body: "miraklShopId=1", status: 400, text: "Invalid JSON format"),
      CreationCase(
        name: "shop missing", body: #"{"stripeUserId":"acct_1"}"#, status: 400, text: badShop),
      CreationCase(
        name: "account missing", body: #"{"miraklShopId":1}"#, status: 400, text: badShop),
      CreationCase(name: "both missing", body: "{}", status: 400, text: badShop),
      CreationCase(
        name: "shop null", body: #"{"miraklShopId":null,"stripeUserId":"acct_1"}"#, status: 400,
        text: badShop),
      CreationCase(
        name: "account empty", body: #"{"miraklShopId":1,"stripeUserId":""}"#, status: 400,
        text: badShop),
      CreationCase(
        name: "shop with a fraction", body: #"{"miraklShopId":1.5,"stripeUserId":"acct_1"}"#,
        status: 400, text: badShop),
      CreationCase(
        name: "shop beyond 64 bits",
        body: #"{"miraklShopId":99999999999999999999,"stripeUserId":"acct_1"}"#, status: 400,
        text: badShop),
      CreationCase(
        name: "shop unknown", body: #"{"miraklShopId":9,"stripeUserId":"acct_1"}"#, status: 400,
        text: badShop),
      CreationCase(
        name: "account unknown", body: #"{"miraklShopId":1,"stripeUserId":"acct_9"}"#,
        status: 400, text: badAccount),
      CreationCase(
        name: "no account id", body: #"{"miraklShopId":1,"stripeUserId":"cus_1"}"#, status: 400,
        text: badAccount),
      CreationCase(
        name: "a path as account", body: #"{"miraklShopId":1,"stripeUserId":"../charges"}"#,
        status: 400, text: badAccount),
      CreationCase(
        name: "shop mapped", body: #"{"miraklShopId":3,"stripeUserId":"acct_1"}"#, status: 409,
        text: mapped),
      CreationCase(
        name: "account mapped", body: #"{"miraklShopId":1,"stripeUserId":"acct_3"}"#,
        status: 409, text: mapped),
      CreationCase(
        name: "both mapped", body: #"{"miraklShopId":3,"stripeUserId":"acct_3"}"#, status: 409,
        text: mapped),
    ])
  func answers(_ row: CreationCase) throws {
    let fixture = try fixture()
    let response = fixture.map(row.body)
    #expect(response.status == row.status)
    #expect(response.text == row.text)
    #expect(response.headers["Content-Type"]?.hasPrefix("text/plain") == true)
    let count = try fixture.store.read { try $0.mappings(limit: 9, offset: 0).count }
    #expect(count == (row.status == 201 ? 2 : 1))
  }

  @Test("the account's flags are taken over, not swapped (O6)")
  func flags() throws {
    let fixture = try fixture()
    fixture.stripe.add(
      .make("acct_1", transfers: "inactive", payoutsEnabled: true, chargesEnabled: false))
    fixture.stripe.add(
      .make("acct_2", payoutsEnabled: false, chargesEnabled: true, disabledReason: "listed"))
    #expect(fixture.map(#"{"miraklShopId":1,"stripeUserId":"acct_1"}"#).status == 201)
    #expect(fixture.map(#"{"miraklShopId":2,"stripeUserId":"acct_2"}"#).status == 201)
    let (first, second) = try fixture.store.read {
      (try $0.mapping(shop: ShopID(1)), try $0.mapping(shop: ShopID(2)))
    }
    #expect(first?.payoutEnabled == true)
    #expect(first?.payinEnabled == false)
    #expect(first?.transfersActive == false)
    #expect(second?.payoutEnabled == false)
    #expect(second?.payinEnabled == true)
    #expect(second?.transfersActive == true)
    #expect(second?.disabledReason == "listed")
  }

  @Test("an account that Stripe pays out by itself is refused with what to change (O6)")
  func payoutSchedule() throws {
    let fixture = try fixture()
    fixture.stripe.add(.make("acct_1", payoutInterval: "daily"))
    let response = fixture.map(#"{"miraklShopId":1,"stripeUserId":"acct_1"}"#)
    #expect(response.status == 400)
    #expect(response.text.contains("daily"))
    #expect(response.text.contains("manual"))
  }

  @Test("an account that never asked for the transfers capability is refused (O6)")
  func noTransfersCapability() throws {
    let fixture = try fixture()
    fixture.stripe.add(.make("acct_1", transfers: nil))
    let response = fixture.map(#"{"miraklShopId":1,"stripeUserId":"acct_1"}"#)
    #expect(response.status == 400)
    #expect(response.text.contains("transfers"))
  }

  @Test("a shop that Mirakl returns but that cannot be read exists all the same (Q7)")
  func unreadableShop() throws {
    let fixture = try AdminFixture()
    fixture.mirakl.addUnreadable(shop: 7)
    fixture.stripe.add(.make("acct_1"))
    #expect(fixture.map(#"{"miraklShopId":7,"stripeUserId":"acct_1"}"#).status == 201)
  }

  @Test("a neighbour that does not answer is 503, and nothing was changed (Q8)")
  func neighbourDown() throws {
    for kind in [
      CallFailure.Kind.notSent(reason: "connection refused"), .unknown(reason: "time-out"),
      .throttled(retryAfterMs: 1_000), .unauthorized(message: "Invalid API Key"),
      .unreadable(reason: "no JSON"),
    ] {
      let (mirakl, stripe) = (try fixture(), try fixture())
      mirakl.mirakl.fail(with: kind)
      stripe.stripe.fail(with: kind)
      for (fixture, name) in [(mirakl, "Mirakl"), (stripe, "Stripe")] {
        let response = fixture.map(#"{"miraklShopId":1,"stripeUserId":"acct_1"}"#)
        #expect(response.status == 503)
        #expect(response.text.hasPrefix("\(name) could not be asked; nothing was changed."))
        #expect(try fixture.store.read { try $0.mapping(shop: ShopID(1)) } == nil)
      }
    }
  }

  @Test("what waited for the shop is looked at again at once, and the action is on record (X1)")
  func wakesOrders() throws {
    let fixture = try fixture()
    for (id, shop, status) in [
      ("O-1", 1, .onHold), ("O-2", 1, .created), ("O-3", 2, .onHold),
    ] as [(String, Int64, TransferRecord.Status)] {
      try fixture.addTransfer(
        TransferDraft(
          kind: .productOrder, miraklID: id, shopID: ShopID(shop),
          transferID: status == .created ? "tr_1" : nil, amount: .of(1), status: status,
          reason: status == .created ? nil : "r"))
    }
    #expect(fixture.map(#"{"miraklShopId":1,"stripeUserId":"acct_1"}"#).status == 201)
    let nowMs = fixture.clock.nowMs
    let jobs = try fixture.store.write { transaction in
      var keys: [String] = []
      while let job = try transaction.claimJob(nowMs: nowMs, leaseMs: 1_000) {
        keys.append(job.key)
      }
      return keys
    }
    #expect(jobs == ["O-1"])
    let audits = try fixture.store.read { try $0.audits(limit: 9, offset: 0) }
    #expect(audits.map(\.action) == ["mapping created"])
    #expect(audits.first?.detail == "shop 1, account acct_1")
  }
}
