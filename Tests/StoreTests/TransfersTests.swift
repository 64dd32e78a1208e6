import Domain
import Testing

@testable import Store

@Suite struct TransfersTests {
  let store: Store
  init() throws { store = try .inMemory() }

  @discardableResult
  private func save(
    _ draft: TransferDraft, nowMs: Int64 = 1
  ) throws -> (record: TransferRecord, changed: Bool) {
    try store.write { try $0.saveTransfer(draft, nowMs: nowMs) }
  }

  @Test("a transfer comes back as it was saved, and keeps its number through updates")
  func roundTrip() throws {
    let account = try AccountID("acct_1")
    let mapping = try store.write {
      try $0.insertMapping(shop: ShopID(2000), account: account, nowMs: 1)
    }
    var draft = try TransferDraft.make(gross: 60_00, charge: "ch_1")
    draft.mappingID = mapping.id
    draft.accountID = account
    let (saved, changed) = try save(draft, nowMs: 5)
    #expect(changed)
    let expected = TransferRecord(
      id: 1, kind: .productOrder, miraklID: "order-A", commercialID: "basket",
      shopID: ShopID(2000), mappingID: mapping.id, accountID: account,
      sourceCharge: try ChargeID("ch_1"), amount: try .make(50_00), grossMinorUnits: 60_00,
      status: .pending, reason: "sent to Stripe", miraklCreatedMs: 7, createdMs: 5, modifiedMs: 5)
    #expect(saved == expected)
    #expect(try store.read { try $0.transfer(id: 1) } == expected)
    draft.status = .created
    draft.reason = nil
    draft.transferID = "tr_1"
    let created = try save(draft, nowMs: 6).record
    #expect(created.id == 1 && created.createdMs == 5 && created.modifiedMs == 6)
    // Deleting the mapping takes away the link, not the account that was paid.
    #expect(try store.write { try $0.deleteMapping(id: mapping.id) })
    let after = try store.read { try $0.transfer(.productOrder, .seller, miraklID: "order-A") }
    #expect(after?.mappingID == nil && after?.accountID == account)
  }

  @Test("`changed` and the history tell each change of status or reason, once (Q9, V2)")
  func changes() throws {
    let steps: [(TransferDraft, Bool)] = [
      (try .make(status: .onHold, reason: "no account", amount: nil), true),
      (try .make(status: .onHold, reason: "no account", amount: nil), false),
      (try .make(status: .onHold, reason: "no account", amount: 1_00), false),
      (try .make(status: .onHold, reason: "not accepted"), true),
      (try .make(status: .pending), true), (try .make(status: .created), true),
    ]
    for (number, (draft, changed)) in steps.enumerated() {
      #expect(try save(draft, nowMs: Int64(number)).changed == changed, "step \(number)")
    }
    let history = try store.read { try $0.history(record: "transfer/1") }
    #expect(history.map(\.reason) == ["no account", "not accepted", "sent to Stripe", nil])
    #expect(history.map(\.atMs) == [0, 3, 4, 5])
  }

  @Test(
    "a final transfer is never changed, by the API or past it",
    arguments: [
      TransferRecord.Status.created, .aborted,
    ])
  func final(status: TransferRecord.Status) throws {
    let (record, _) = try save(try .make(status: status))
    for next in TransferRecord.Status.allCases {
      let (after, changed) = try save(try .make(status: next, amount: 99_00), nowMs: 9)
      #expect(after == record && !changed)
    }
    #expect(throws: StoreError.constraint(name: "transfer_final_is_not_changed")) {
      try store.write { try $0.run("UPDATE transfer SET amount = 1") }
    }
  }

  @Test(
    "the database refuses transfers that make no sense",
    arguments: [
      (try TransferDraft.make(status: .pending, amount: 0), "transfer_moves_something"),
      (try TransferDraft.make(status: .pending, amount: -5), "transfer_moves_something"),
      (try TransferDraft.make(status: .created, amount: nil), "transfer_moves_something"),
      (try TransferDraft.make(status: .onHold, reason: nil), "transfer_has_a_reason"),
      (try TransferDraft.make(status: .failed, reason: ""), "transfer_has_a_reason"),
      (try TransferDraft.make("", status: .onHold), "transfer_mirakl_id"),
    ])
  func constraints(draft: TransferDraft, name: String) throws {
    let error = #expect(throws: StoreError.self) { try save(draft) }
    guard case .constraint(let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains(name))
    #expect(try store.rows("SELECT * FROM history").isEmpty)
  }

  @Test("a draft that does not know the order's facts does not erase them")
  func keepsFacts() throws {
    try save(try .make(status: .onHold))
    let bare = TransferDraft(
      kind: .productOrder, miraklID: "order-A", status: .onHold, reason: "unreadable")
    let record = try save(bare, nowMs: 2).record
    #expect(record.commercialID == "basket" && record.shopID == ShopID(2000))
    #expect(record.miraklCreatedMs == 7)
    #expect(record.amount == nil && record.reason == "unreadable")
    #expect(try !save(bare, nowMs: 3).changed)
  }

  @Test("an order whose id ends in _TAX and the tax part of another are two transfers (T1)")
  func taxSuffix() throws {
    let seller = try save(try .make("A")).record
    let tax = try save(try .make("A", part: .tax)).record
    let odd = try save(try .make("A_TAX")).record
    let oddTax = try save(try .make("A_TAX", part: .tax)).record
    #expect(Set([seller, tax, odd, oddTax].map(\.id)).count == 4)
    func ids(_ displayID: String) throws -> [Int64] {
      try store.read { try $0.transfers(limit: 9, offset: 0, displayID: displayID).map(\.id) }
    }
    #expect(try ids("A") == [seller.id])
    #expect(try ids("A_TAX") == [tax.id, odd.id])
    #expect(try ids("A_TAX_TAX") == [oddTax.id])
    #expect(try ids("_TAX") == [])
    #expect(try ids("a") == [])
    for record in [seller, tax, odd, oddTax] {
      #expect(try ids(record.displayID).contains(record.id))
    }
    #expect(
      try store.read { try $0.transfer(.productOrder, .tax, miraklID: "A") } == tax)
  }

  @Test("lists come by ascending number, page by page")
  func paging() throws {
    for number in 1...5 { try save(try .make("order-\(number)")) }
    func ids(_ limit: Int, _ offset: Int) throws -> [Int64] {
      try store.read { try $0.transfers(limit: limit, offset: offset, displayID: nil).map(\.id) }
    }
    #expect(try ids(2, 0) == [1, 2])
    #expect(try ids(2, 4) == [5])
    #expect(try ids(2, 6) == [])
  }
}
