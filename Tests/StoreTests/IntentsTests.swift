import Domain
import Testing

@testable import Store

@Suite struct IntentsTests {
  let store: Store
  init() throws { store = try .inMemory() }

  private func plan(_ key: String = "order-A", nowMs: Int64 = 1) throws -> Intent {
    try store.write { try $0.planIntent(.transfer, businessKey: key, request: "{}", nowMs: nowMs) }
  }
  private func send(_ intent: Intent, nowMs: Int64) throws -> Intent {
    try store.write { try $0.markIntentSent(intent.id, nowMs: nowMs) }
  }
  @discardableResult
  private func finish(
    _ intent: Intent, _ outcome: IntentOutcome, nowMs: Int64 = 50
  ) throws -> Intent {
    try store.write { try $0.finishIntent(intent.id, outcome, nowMs: nowMs) }
  }
  private func latest(_ key: String = "order-A") throws -> Intent? {
    try store.read { try $0.latestIntent(.transfer, businessKey: key) }
  }

  @Test("a movement has one live intent, whatever its state (Q1)")
  func oneLive() throws {
    let intent = try plan()
    #expect(intent.attempt == 1 && intent.state == .planned && intent.sends == 0)
    func expectRefusedPlan() {
      let error = #expect(throws: StoreError.self) { _ = try plan() }
      guard case .notAllowed = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    expectRefusedPlan()
    _ = try send(intent, nowMs: 2)
    expectRefusedPlan()
    try finish(intent, .unknown("reset"))
    expectRefusedPlan()
    try finish(intent, .succeeded(receiptID: "tr_1"))
    expectRefusedPlan()
    #expect(try plan("order-B").attempt == 1)
  }

  @Test("the database itself refuses a second live intent, and a second use of a key (Q1)")
  func schemaRefuses() throws {
    _ = try plan()
    for (attempt, key) in [(2, "another key"), (1, "another key")] {
      let error = #expect(throws: StoreError.self) {
        try store.write {
          try $0.run(
            """
            INSERT INTO intent (kind, business_key, attempt, idempotency_key, request, state,
              created_ms, modified_ms)
            VALUES ('transfer', 'order-A', $1, $2, '{}', 'planned', 1, 1)
            """, SQLValue(attempt), .text(key))
        }
      }
      guard case .constraint = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test("the attempt advances only after a definite refusal, with a key of its own (Q1)")
  func attempts() throws {
    let first = try plan()
    #expect(first.idempotencyKey == "mirakl/transfer/order-A/1")
    _ = try send(first, nowMs: 2)
    #expect(try finish(first, .refused("no funds")).state == .refused)
    let second = try plan()
    #expect(second.attempt == 2)
    #expect(second.idempotencyKey == "mirakl/transfer/order-A/2")
    #expect(try latest() == second)
    let keys = try store.rows("SELECT idempotency_key FROM intent ORDER BY id")
      .map { try $0.text("idempotency_key") }
    #expect(keys == [first.idempotencyKey, second.idempotencyKey])
  }

  @Test("the first send is recorded once, and never moved by a repeat (Q3)")
  func firstSend() throws {
    let intent = try plan()
    #expect(try send(intent, nowMs: 10).firstSentMs == 10)
    let again = try send(intent, nowMs: 20)
    #expect(again.firstSentMs == 10 && again.lastSentMs == 20 && again.sends == 2)
    let unknown = try finish(intent, .unknown("timeout"))
    #expect(unknown.state == .unknown && unknown.failure == "timeout")
    #expect(try send(intent, nowMs: 30).state == .sent)
  }

  @Test("a send that never left is taken back; an earlier one keeps it unknown (Q3)")
  func notSent() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    let back = try finish(intent, .notSent("refused connection"))
    #expect(back.state == .planned && back.sends == 0 && back.firstSentMs == nil)
    #expect(try send(intent, nowMs: 40).firstSentMs == 40)
    try finish(intent, .unknown("reset"))
    _ = try send(intent, nowMs: 60)
    let unknown = try finish(intent, .notSent("refused connection"))
    #expect(unknown.state == .unknown && unknown.sends == 1 && unknown.firstSentMs == 40)
  }

  @Test("a key that Stripe keeps an error under stays spent; absence counts from its first sight")
  func fence() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    #expect(try finish(intent, .unknown("500")).isKeySpent == false)
    #expect(try finish(intent, .spent("500, again")).isKeySpent)
    #expect(try finish(intent, .unknown("timeout")).isKeySpent)
    func absent(_ nowMs: Int64) throws -> Int64? {
      try store.write { transaction in
        try transaction.noteAbsence(intent.id, nowMs: nowMs)
        return try transaction.intent(id: intent.id)?.absentMs
      }
    }
    #expect(try absent(50) == 50)
    #expect(try absent(70) == 50)
    // The clock was set back.
    #expect(try absent(40) == 40)
    // A further send may have an effect: what was seen before it proves nothing.
    #expect(try send(intent, nowMs: 80).absentMs == nil)
  }

  @Test("after a crash during a send, a repeat that never left leaves it unknown (Q2)")
  func crashDuringSend() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)  // and here the process died
    _ = try send(intent, nowMs: 20)
    let after = try finish(intent, .notSent("no route"))
    #expect(after.state == .unknown && after.firstSentMs == 10)
  }

  @Test("nothing said later about another send makes a lost answer certain (Q3)")
  func lostAnswerStaysLost() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    try finish(intent, .unknown("reset"))
    for _ in 1...3 {
      let after = try finish(intent, .notSent("no route"))
      #expect(after.state == .unknown && after.sends == 1 && after.firstSentMs == 10)
    }
  }

  @Test("a success never changes, whatever is heard later (Q2)")
  func successIsFinal() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    let done = try finish(intent, .succeeded(receiptID: "tr_1"))
    #expect(done.state == .succeeded && done.receiptID == "tr_1")
    for outcome in [
      .refused("no"), .unknown("?"), .notSent("!"), .succeeded(receiptID: "tr_2"),
    ] as [IntentOutcome] {
      #expect(try finish(intent, outcome) == done)
    }
    #expect(throws: StoreError.self) { _ = try send(intent, nowMs: 99) }
    #expect(try store.read { try $0.unfinishedIntents(limit: 9) } == [])
  }

  @Test("a late success corrects a refusal, so that no further attempt is made (Q1)")
  func lateSuccess() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    try finish(intent, .refused("no"))
    #expect(try finish(intent, .unknown("?")).state == .refused)
    #expect(try finish(intent, .succeeded(receiptID: "tr_1")).state == .succeeded)
    #expect(throws: StoreError.self) { _ = try plan() }
  }

  @Test("a late success after a further attempt was planned is an error for people (Q1)")
  func tooLateSuccess() throws {
    let intent = try plan()
    _ = try send(intent, nowMs: 10)
    try finish(intent, .refused("no"))
    let second = try plan()
    let error = #expect(throws: StoreError.self) {
      try finish(intent, .succeeded(receiptID: "tr_1"))
    }
    #expect(error?.description.contains("tr_1") == true)
    #expect(try latest() == second)
  }

  @Test("nothing can have come of an intent that was never sent (Q2)")
  func neverSent() throws {
    let intent = try plan()
    #expect(throws: StoreError.self) { try finish(intent, .succeeded(receiptID: "tr_1")) }
    #expect(throws: StoreError.self) { try finish(intent, .unknown("?")) }
    #expect(try finish(intent, .notSent("x")).state == .planned)
    #expect(try finish(intent, .refused("withdrawn")).state == .refused)
    #expect(throws: StoreError.self) { _ = try send(intent, nowMs: 9) }
  }

  @Test("every move the store makes is one that the domain knows")
  func moves() throws {
    let outcomes: [IntentOutcome] = [
      .notSent("x"), .unknown("x"), .succeeded(receiptID: "tr"), .refused("x"),
    ]
    for (number, outcome) in outcomes.enumerated() {
      for depth in 0...3 {
        var intent = try plan("order-\(number)-\(depth)")
        var moves: [(Intent.State, Intent.State)] = []
        func step(_ body: () throws -> Intent) {
          guard let next = try? body() else { return }
          moves.append((intent.state, next.state))
          intent = next
        }
        if depth > 0 { step { try send(intent, nowMs: 1) } }
        if depth > 1 { step { try finish(intent, .unknown("x")) } }
        if depth > 2 { step { try send(intent, nowMs: 2) } }
        step { try finish(intent, outcome) }
        for (from, to) in moves where from != to {
          #expect(from.successors.contains(to), "\(from) to \(to)")
        }
      }
    }
  }

  @Test("unfinished intents come back oldest first, for the start after a crash (Q2)")
  func unfinished() throws {
    let intents = try ["a", "b", "c", "d"].map { try plan($0) }
    _ = try send(intents[1], nowMs: 1)
    _ = try send(intents[2], nowMs: 1)
    try finish(intents[2], .succeeded(receiptID: "tr_1"))
    _ = try send(intents[3], nowMs: 1)
    try finish(intents[3], .unknown("?"))
    #expect(
      try store.read { try $0.unfinishedIntents(limit: 9).map(\.businessKey) } == ["a", "b", "d"])
    #expect(try store.read { try $0.unfinishedIntents(limit: 1).map(\.businessKey) } == ["a"])
  }
}
