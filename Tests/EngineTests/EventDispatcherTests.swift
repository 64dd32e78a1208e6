import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct EventDispatcherTests {
  private func event(
    _ type: String, _ object: String?, account: String? = nil, livemode: Bool = false,
    source: NewEvent.Source = .stripe, id: String = "evt_1"
  ) -> NewEvent {
    NewEvent(
      source: source, endpoint: "operator", externalID: id, type: type, objectID: object,
      account: account, livemode: livemode, createdMs: 1, payload: [])
  }

  private func jobs(_ event: NewEvent, livemode: Bool? = false) -> [String] {
    EventDispatcher.jobs(for: event, livemode: livemode).map { "\($0.0.rawValue) \($0.1)" }
  }

  @Test("events of charges and payment intents ask for the object to be read again (P3)")
  func readsAgain() {
    #expect(jobs(event("charge.succeeded", "ch_1")) == ["read_charge ch_1"])
    #expect(jobs(event("charge.updated", "py_1")) == ["read_charge py_1"])
    #expect(jobs(event("payment_intent.succeeded", "pi_1")) == ["read_payment_intent pi_1"])
  }

  @Test("an event of a connected account never maps a platform payment (P5)")
  func ignoresAccounts() {
    #expect(jobs(event("charge.succeeded", "ch_1", account: "acct_1")).isEmpty)
  }

  @Test("an event of the other mode asks for nothing (X2)")
  func ignoresOtherMode() {
    #expect(jobs(event("charge.succeeded", "ch_1", livemode: true)).isEmpty)
    #expect(jobs(event("charge.succeeded", "ch_1"), livemode: true).isEmpty)
    #expect(jobs(event("charge.succeeded", "ch_1", livemode: true), livemode: nil).count == 1)
  }

  @Test(
    "unknown types, other objects and other sources are stored and ask for nothing (P6)",
    arguments: [
      ("invoice.paid", "in_1"), ("charge.dispute.created", "dp_1"), ("charge.succeeded", nil),
      ("charge.succeeded", "tr_1"), ("payment_intent.created", "ch_1"), ("charge", "ch_1"),
    ] as [(String, String?)])
  func ignoresOthers(type: String, object: String?) {
    #expect(jobs(event(type, object)).isEmpty)
    #expect(jobs(event("charge.succeeded", "ch_1", source: .mirakl)).isEmpty)
  }

  @Test("each event is dispatched once, and those of one charge become one job (W1)")
  func coalesces() throws {
    let process = try World().start()
    let context = process.engine.context
    try process.store.write { transaction in
      for number in 1...7 {
        _ = try transaction.appendEvent(
          event("charge.updated", number < 6 ? "ch_1" : "ch_2", id: "evt_\(number)"), nowMs: 5)
      }
    }
    #expect(try EventDispatcher(context).dispatch() == 7)
    #expect(try EventDispatcher(context).dispatch() == 0)
    #expect(try process.jobs() == ["read_charge available": 2])
  }

  @Test("more events than a batch are all dispatched")
  func manyBatches() throws {
    let process = try World().start()
    let count = EventDispatcher.batchMax + 3
    try process.store.write { transaction in
      for number in 1...count {
        _ = try transaction.appendEvent(
          event("charge.updated", "ch_\(number)", id: "evt_\(number)"), nowMs: 5)
      }
    }
    let dispatcher = EventDispatcher(process.engine.context)
    #expect(try dispatcher.dispatch() == EventDispatcher.batchMax)
    #expect(try dispatcher.dispatch() == 3)
    #expect(try process.jobs() == ["read_charge available": count])
  }

  @Test("killed while dispatching: the jobs and the cursor are there, or neither is (Q5)")
  func isAtomic() throws {
    for boundary in 1...2 {
      let world = try World.payable()
      let process = try world.start()
      process.receiveAll()
      process.life.kill(atBoundary: boundary)
      #expect(throws: ProcessKilled.self) { try process.engine.step() }
      let next = try world.start()
      let hasJobs = try next.openJobs() > 0
      let cursor = try next.store.read { try $0.checkpoint(EventDispatcher.cursorName) }
      #expect(hasJobs == (cursor != nil))
      #expect(hasJobs == (boundary == 2))
      try next.run()
      #expect(world.stripe.transfers.map(\.amount) == [90_00])
    }
  }
}
