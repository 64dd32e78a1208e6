import Domain
import Testing

@testable import Store

@Suite struct ValidationRecordsTests {
  private func store() throws -> Store { try Store.open(path: ":memory:", mode: .inline) }

  private func debit(_ id: String = "O-1-A", _ kind: Debit.Kind = .product) throws -> Debit {
    Debit(
      kind: kind, orderID: try OrderID(id), commercialID: try CommercialOrderID("O-1"),
      debitID: kind == .service ? id : nil, customerID: "C", amount: try MajorAmount("10.50"),
      currency: try Currency("EUR"), entity: Debit.Entity(id: id, type: "ORDER"))
  }

  private func charge(_ transaction: Transaction, _ id: String = "ch_1") throws {
    try transaction.recordCharge(
      ChargeSnapshot(
        id: try ChargeID(id), amount: Money(minorUnits: 100, currency: try Currency("EUR")),
        amountCaptured: 0, status: .succeeded, isCaptured: false, livemode: false, createdMs: 5),
      commercialID: try CommercialOrderID("O-1"), nowMs: 10)
  }

  @Test("a debit is one record per kind and subject, with the history of its states (V2)")
  func debits() throws {
    let (store, debit, service) = (try store(), try debit(), try debit("d-1", .service))
    try store.write { transaction in
      try transaction.noteDebit(debit, reason: "new", readMs: 1, nowMs: 2)
      try transaction.noteDebit(service, reason: "new", readMs: 1, nowMs: 2)
      try transaction.noteDebit(debit, reason: "new", readMs: 5, nowMs: 6)
      try transaction.saveDebit(
        DebitDraft(debit: debit, status: .confirmed, reason: nil), nowMs: 7)
    }
    let (record, waiting) = try store.read {
      (
        try $0.debit(.product, subject: "O-1-A"),
        try $0.waitingDebits(.service, after: nil, limit: 9)
      )
    }
    #expect(record?.debit == debit)
    #expect(record?.status == .confirmed)
    #expect(record?.readMs == 5)
    #expect(waiting.map(\.debit) == [service])
    let history = try store.read { try $0.history(record: record?.recordName ?? "") }
    #expect(history.map(\.status) == ["DEBIT_ON_HOLD", "DEBIT_CONFIRMED"])
    #expect(try store.read { try $0.debits(commercialID: .init("O-1")) }.count == 2)
  }

  @Test("an answered debit is never changed, a closed one opens again")
  func answered() throws {
    let (store, debit) = (try store(), try debit())
    try store.write { transaction in
      try transaction.saveDebit(
        DebitDraft(debit: debit, status: .closed, reason: "gone"), nowMs: 1)
      let opened = try transaction.noteDebit(debit, reason: "again", readMs: 2, nowMs: 2)
      #expect(opened.status == .onHold)
      try transaction.saveDebit(DebitDraft(debit: debit, status: .refused, reason: "x"), nowMs: 3)
      let kept = try transaction.saveDebit(
        DebitDraft(debit: debit, status: .confirmed, reason: nil), nowMs: 4)
      #expect(kept.record.status == .refused)
      #expect(!kept.changed)
      #expect(throws: StoreError.self) {
        try transaction.run("UPDATE debit SET status = 'DEBIT_CONFIRMED'")
      }
    }
  }

  @Test("a capture is one record per charge; a final one is never changed (V2)")
  func captures() throws {
    let store = try store()
    try store.write { transaction in
      try charge(transaction)
      let (id, basket) = (try ChargeID("ch_1"), try CommercialOrderID("O-1"))
      try transaction.noteAuthorisation(id, commercialID: basket, captureBeforeMs: 99, nowMs: 1)
      #expect(try transaction.capture(charge: id)?.captureBeforeMs == 99)
      #expect(try transaction.markCaptureWarned(id, nowMs: 2))
      #expect(try !transaction.markCaptureWarned(id, nowMs: 3))
      #expect(try transaction.basketsToCapture(after: nil, limit: 9) == [basket])
      try transaction.saveCapture(
        CaptureDraft(
          chargeID: id, commercialID: basket,
          amount: Money(minorUnits: 90, currency: try Currency("EUR")), status: .captured,
          reason: nil), nowMs: 4)
      let kept = try transaction.saveCapture(
        CaptureDraft(chargeID: id, commercialID: basket, status: .aborted, reason: "x"), nowMs: 5)
      #expect(kept.record.status == .captured)
      let history = try transaction.history(record: kept.record.recordName).map(\.status)
      #expect(history == ["CAPTURE_ON_HOLD", "CAPTURE_CREATED"])
    }
  }

  @Test("a wish for a basket that comes while it is read stays open")
  func baskets() throws {
    let (store, id) = (try store(), try CommercialOrderID("O-1"))
    try store.write { transaction in
      try transaction.markBasketStale(id)
      let reading = try transaction.staleBaskets(after: nil, limit: 9)
      #expect(reading.map(\.wanted) == [1])
      try transaction.markBasketStale(id)
      try transaction.markBasketRead(id, wanted: 1, problem: nil, readMs: 5)
      #expect(try transaction.basket(id)?.isStale == true)
      try transaction.markBasketRead(id, wanted: 2, problem: "p", readMs: 6)
      #expect(try transaction.basket(id)?.isStale == false)
      #expect(try transaction.basket(id)?.problem == "p")
      try transaction.markBasketRead(id, wanted: 1, problem: nil, readMs: 7)
      #expect(try transaction.basket(id)?.isStale == false)
      #expect(try transaction.staleBaskets(after: nil, limit: 9).isEmpty)
    }
  }

  @Test("a payment ended when its state changed here, or when it was made in that state (C3)")
  func ended() throws {
    let store = try store()
    try store.write { transaction in
      try charge(transaction)
      let first = try #require(try transaction.payment(charge: .init("ch_1")))
      #expect(try transaction.endedMs(first) == 5)
      try transaction.recordCharge(
        ChargeSnapshot(
          id: try ChargeID("ch_1"), amount: first.amount, amountCaptured: 0, status: .failed,
          isCaptured: false, livemode: false, createdMs: 5),
        commercialID: first.commercialID, nowMs: 700)
      let failed = try #require(try transaction.payment(charge: .init("ch_1")))
      #expect(try transaction.endedMs(failed) == 700)
    }
  }

  @Test("every status is accepted by the schema")
  func words() throws {
    let (store, debit) = (try store(), try debit())
    for status in DebitRecord.Status.allCases {
      try store.write { transaction in
        try transaction.run("DELETE FROM debit")
        try transaction.saveDebit(DebitDraft(debit: debit, status: status, reason: "r"), nowMs: 1)
      }
    }
    for status in CaptureRecord.Status.allCases {
      try store.write { transaction in
        try charge(transaction)
        try transaction.run("DELETE FROM capture")
        try transaction.saveCapture(
          CaptureDraft(
            chargeID: .init("ch_1"), commercialID: .init("O-1"),
            amount: Money(minorUnits: 1, currency: .init("EUR")), status: status, reason: "r"),
          nowMs: 1)
      }
    }
  }
}
