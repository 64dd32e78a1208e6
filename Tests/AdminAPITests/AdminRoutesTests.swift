import Domain
import HTTPFormat
import Store
import TestSupport
import Testing

@Suite struct AdminRoutesTests {
  @Test("lists come by ascending id, thirty a page, an empty array past the end")
  func pages() throws {
    let fixture = try AdminFixture()
    for shop in Int64(1)...61 { try fixture.addMapping(shop: 100 - shop, account: "acct_\(shop)") }
    #expect(fixture.get("/api/mappings").numbers("id") == Array(1...30))
    #expect(fixture.get("/api/mappings?page=1").numbers("id") == Array(1...30))
    #expect(fixture.get("/api/mappings?page=2").numbers("id") == Array(31...60))
    #expect(fixture.get("/api/mappings?page=3").numbers("id") == [61])
    for page in ["4", "1000000000"] {
      let response = fixture.get("/api/mappings?page=\(page)")
      #expect(response.status == 200)
      #expect(response.text == "[]")
    }
  }

  @Test(
    "a page number that is none is refused, whatever its size",
    arguments: [
      "0", "-1", "", "x", "1.5", "1e3", "1000000001", "9223372036854775807",
      "9223372036854775808", "99999999999999999999999", "0x1",
    ])
  func badPages(_ page: String) throws {
    let fixture = try AdminFixture()
    for path in ["/api/mappings", "/api/transfers"] {
      let response = fixture.get("\(path)?page=\(page)")
      #expect(response.status == 400)
      #expect(response.text == #"{"message":"page must be a whole number from 1"}"#)
    }
  }

  @Test("empty lists are empty arrays, never cached")
  func emptyLists() throws {
    for path in ["/api/mappings", "/api/transfers"] {
      let response = try AdminFixture().get(path)
      #expect(response.status == 200)
      #expect(response.text == "[]")
      #expect(response.headers["Content-Type"] == "application/json")
      #expect(response.headers["Cache-Control"] == "no-store")
    }
  }

  @Test("miraklId finds exactly one id, and the tax part by its own id (T1)")
  func exactMatch() throws {
    let fixture = try AdminFixture()
    // An order whose own id ends like the tax part of another one.
    for (id, part) in [
      ("O-1", .seller), ("O-1", .tax), ("O-1_TAX", .seller), ("O-10", .seller), ("o-1", .seller),
      ("O 1&x=%", .seller),
    ] as [(String, TransferRecord.Part)] {
      try fixture.addTransfer(
        TransferDraft(kind: .productOrder, part: part, miraklID: id, status: .onHold, reason: "r"))
    }
    func found(_ query: String) -> [Int64] {
      fixture.get("/api/transfers?miraklId=\(query)").numbers("id")
    }
    #expect(found("O-1") == [1])
    #expect(found("O-1_TAX") == [2, 3])
    #expect(found("O-10") == [4])
    #expect(found("o-1") == [5])
    #expect(found("O+1%26x%3D%25") == [6])
    for query in ["O-", "O-1_", "%25", "O-1%25", "O_1", "*", "%20O-1", "_TAX"] {
      #expect(found(query) == [])
    }
    #expect(fixture.get("/api/transfers?miraklId=O-1&page=2").text == "[]")
    #expect(fixture.get("/api/transfers").numbers("id") == Array(1...6))
  }

  @Test("an id that is unknown or no number is 404")
  func notFound() throws {
    let fixture = try AdminFixture()
    for id in ["1", "0", "-1", "x", "1.0", "99999999999999999999"] {
      for path in ["/api/mappings", "/api/transfers"] {
        let response = fixture.get("\(path)/\(id)")
        #expect(response.status == 404)
        #expect(response.text == #"{"message":"Not found"}"#)
      }
      #expect(fixture.send("DELETE", "/api/mappings/\(id)").status == 404)
    }
  }

  @Test("a mapping has the contract's fields; null ones are left out")
  func mappingFields() throws {
    let fixture = try AdminFixture()
    var mapping = try fixture.addMapping(shop: 2_000, account: "acct_1")
    let always: Set<String> = [
      "id", "miraklShopId", "stripeAccountId", "payoutEnabled", "payinEnabled", "ignored",
      "creationDatetime", "modificationDatetime",
    ]
    #expect(fixture.get("/api/mappings/1").fieldNames == always)
    (mapping.onboardingToken, mapping.disabledReason) = ("token", "rejected.fraud")
    (mapping.payoutEnabled, mapping.isIgnored) = (true, true)
    fixture.clock.advance(byMs: 61_000)
    let (changed, nowMs) = (mapping, fixture.clock.nowMs)
    try fixture.store.write { _ = try $0.updateMapping(changed, nowMs: nowMs) }
    let response = fixture.get("/api/mappings/1")
    #expect(response.fieldNames == always.union(["onboardingToken", "disabledReason"]))
    for part in [
      #""id":1"#, #""miraklShopId":2000"#, #""stripeAccountId":"acct_1""#,
      #""onboardingToken":"token""#, #""payoutEnabled":true"#, #""payinEnabled":false"#,
      #""ignored":true"#, #""disabledReason":"rejected.fraud""#,
      #""creationDatetime":"2025-11-24T16:00:00Z""#,
      #""modificationDatetime":"2025-11-24T16:01:01Z""#,
    ] {
      #expect(response.text.contains(part))
    }
  }

  @Test("a transfer has the contract's fields; amounts in minor units, currency in lower case (A8)")
  func transferFields() throws {
    let fixture = try AdminFixture()
    try fixture.addMapping(shop: 1, account: "acct_1")
    try fixture.addTransfer(
      TransferDraft(
        kind: .productOrder, miraklID: "O-1-A", commercialID: "O-1", shopID: ShopID(1),
        mappingID: 1, accountID: .of("acct_1"), sourceCharge: .of("ch_1"), transferID: "tr_1",
        amount: .of(191_70, .usd), grossMinorUnits: 213_00, status: .created,
        reason: "an older one", miraklCreatedMs: 1_763_999_999_000))
    let response = fixture.get("/api/transfers/1")
    #expect(
      response.fieldNames == [
        "id", "miraklId", "type", "accountMapping", "transferId", "transactionId", "amount",
        "currency", "status", "miraklCreatedDate", "creationDatetime", "modificationDatetime",
      ])
    for part in [
      #""miraklId":"O-1-A""#, #""type":"TRANSFER_PRODUCT_ORDER""#,
      #""accountMapping":"/api/mappings/1""#, #""transferId":"tr_1""#, #""transactionId":"ch_1""#,
      #""amount":19170"#, #""currency":"usd""#, #""status":"TRANSFER_CREATED""#,
      #""miraklCreatedDate":"2025-11-24T15:59:59Z""#,
    ] {
      #expect(response.text.contains(part), "\(part) in \(response.text)")
    }
  }

  @Test("what could not be decided has a reason and no amount")
  func heldFields() throws {
    let fixture = try AdminFixture()
    try fixture.addTransfer(
      TransferDraft(
        kind: .productOrder, part: .tax, miraklID: "O-1", status: .onHold, reason: "Say \"why\""))
    let response = fixture.get("/api/transfers/1")
    #expect(
      response.fieldNames == [
        "id", "miraklId", "type", "status", "statusReason", "creationDatetime",
        "modificationDatetime",
      ])
    #expect(response.text.contains(#""miraklId":"O-1_TAX""#))
    #expect(response.text.contains(#""statusReason":"Say \"why\"""#))
  }

  @Test("a mapping is deleted once; its transfers stay and lose the link")
  func delete() throws {
    let fixture = try AdminFixture()
    let mapping = try fixture.addMapping(shop: 1, account: "acct_1")
    try fixture.addTransfer(
      TransferDraft(
        kind: .productOrder, miraklID: "O-1", mappingID: mapping.id, accountID: .of("acct_1"),
        status: .onHold, reason: "r"))
    let response = fixture.send("DELETE", "/api/mappings/1")
    #expect(response.status == 204)
    #expect(response.body.isEmpty)
    #expect(fixture.send("DELETE", "/api/mappings/1").status == 404)
    #expect(fixture.get("/api/mappings").text == "[]")
    #expect(!fixture.get("/api/transfers/1").fieldNames.contains("accountMapping"))
    #expect(
      try fixture.store.read { try $0.audits(limit: 9, offset: 0).map(\.action) } == [
        "mapping deleted"
      ])
  }

  @Test("a closed store is answered 503 with Retry-After, and no internals")
  func unavailable() throws {
    let fixture = try AdminFixture()
    fixture.store.close()
    for (method, path) in [
      ("GET", "/api/mappings"), ("GET", "/api/transfers/1"), ("DELETE", "/api/mappings/1"),
    ] {
      let response = fixture.send(method, path)
      #expect(response.status == 503)
      #expect(response.headers["Retry-After"] != nil)
      #expect(response.text == #"{"message":"The database cannot be used at present."}"#)
    }
  }
}
