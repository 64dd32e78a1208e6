import Domain
import Testing

@testable import Store

@Suite struct PaymentsTests {
  let store: Store
  let charge: ChargeID
  let basket: CommercialOrderID
  let other: CommercialOrderID

  init() throws {
    store = try .inMemory()
    charge = try ChargeID("ch_1")
    basket = try CommercialOrderID("basket")
    other = try CommercialOrderID("other")
  }

  @discardableResult
  private func record(
    _ snapshot: ChargeSnapshot, _ commercialID: CommercialOrderID?, nowMs: Int64
  ) throws -> Payment {
    try store.write { try $0.recordCharge(snapshot, commercialID: commercialID, nowMs: nowMs) }
  }

  @Test("a charge is recorded with everything that decisions need")
  func roundTrip() throws {
    let payment = try record(.make(refunded: 5), basket, nowMs: 10)
    #expect(
      payment
        == Payment(
          id: 1, chargeID: charge, commercialID: basket,
          paymentIntentID: try PaymentIntentID("pi_1"), status: .captured,
          amount: try .make(100_00), amountCaptured: 100_00, amountRefunded: 5, livemode: false,
          transferGroup: "group", balanceCurrency: try Currency("EUR"), readMs: 10,
          createdMs: 900))
    #expect(try store.read { try $0.payment(charge: charge) } == payment)
    #expect(try store.read { try $0.payment(id: 1) } == payment)
    #expect(try store.read { try $0.payments(commercialID: basket) } == [payment])
    #expect(try store.read { try $0.payments(limit: 9, offset: 1) } == [])
  }

  @Test("readings in any order end in the state of the newest one (P3)")
  func order() throws {
    let readings: [(ChargeSnapshot, Int64)] = [
      (try .make(status: .pending, isCaptured: false), 10), (try .make(isCaptured: false), 20),
      (try .make(), 30),
    ]
    for (number, permutation) in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [1, 0, 2]]
      .enumerated()
    {
      for index in permutation {
        var reading = readings[index].0
        reading.id = try ChargeID("ch_\(number)")
        try record(reading, basket, nowMs: readings[index].1)
      }
      let payment = try store.read { try $0.payment(charge: ChargeID("ch_\(number)")) }
      #expect(payment?.status == .captured)
      #expect(payment?.readMs == 30)
    }
  }

  @Test("an unused charge follows its metadata; a used one keeps its basket (P4)")
  func basketIsFixed() throws {
    try record(.make(), basket, nowMs: 1)
    #expect(try record(.make(), other, nowMs: 2).commercialID == other)
    #expect(try record(.make(), basket, nowMs: 3).commercialID == basket)
    let used = try store.write {
      try $0.markPaymentUsed(charge, commercialID: basket, nowMs: 4)
    }
    #expect(used.usedMs == 4)
    for later in [other, nil] {
      let payment = try record(.make(refunded: 100_00), later, nowMs: 5)
      #expect(payment.commercialID == basket)
      #expect(payment.status == .refunded)  // the rest of the reading counts
    }
    #expect(try store.read { try $0.payments(commercialID: other) } == [])
  }

  @Test("a charge serves one basket; the database refuses another one, too (P4)")
  func usedOnce() throws {
    try record(.make(), nil, nowMs: 1)
    _ = try store.write { try $0.markPaymentUsed(charge, commercialID: basket, nowMs: 2) }
    let again = try store.write {
      try $0.markPaymentUsed(charge, commercialID: basket, nowMs: 3)
    }
    #expect(again.usedMs == 2 && again.commercialID == basket)
    let error = #expect(throws: StoreError.self) {
      _ = try store.write { try $0.markPaymentUsed(charge, commercialID: other, nowMs: 4) }
    }
    guard case .notAllowed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    for sql in [
      "UPDATE payment SET commercial_id = 'other'", "UPDATE payment SET commercial_id = NULL",
      "UPDATE payment SET used_ms = NULL",
    ] {
      #expect(throws: StoreError.constraint(name: "payment_basket_is_fixed")) {
        try store.write { try $0.run(sql) }
      }
    }
  }

  @Test("a charge that was never recorded cannot be used")
  func unknown() throws {
    #expect(throws: StoreError.notFound("the payment of ch_1")) {
      _ = try store.write { try $0.markPaymentUsed(charge, commercialID: basket, nowMs: 4) }
    }
  }

  @Test("the history of a payment has one row per change of its status (V2)")
  func history() throws {
    try record(.make(isCaptured: false), basket, nowMs: 1)
    try record(.make(isCaptured: false), basket, nowMs: 2)
    let payment = try record(.make(), basket, nowMs: 3)
    let history = try store.read { try $0.history(record: payment.recordName) }
    #expect(history.map(\.status) == ["to_capture", "captured"])
    #expect(history.map(\.atMs) == [1, 3])
  }
}
