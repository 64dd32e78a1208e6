import Domain
import Testing

@testable import Store

@Suite struct CallsTests {
  @Test("the calls made for a record are kept with request id, status and duration (V2)")
  func roundTrip() throws {
    let store = try Store.inMemory()
    let trace = CallTrace(
      operation: "POST /v1/transfers", requestID: "req_1", status: 200, durationMs: 12,
      isReplay: true)
    try store.write { transaction in
      let intent = try transaction.planIntent(
        .transfer, businessKey: "a", request: "{}", nowMs: 1)
      try transaction.recordCall(
        neighbour: "stripe", trace: trace, outcome: "tr_1", record: "transfer/1",
        intentID: intent.id, nowMs: 2)
      try transaction.recordCall(
        neighbour: "mirakl", trace: CallTrace(operation: "GET /api/orders"), outcome: "lost",
        record: nil, intentID: nil, nowMs: 3)
    }
    let calls = try store.read { try $0.calls(record: "transfer/1") }
    #expect(
      calls == [
        RecordedCall(
          id: 1, atMs: 2, neighbour: "stripe", trace: trace, outcome: "tr_1",
          record: "transfer/1", intentID: 1)
      ])
    #expect(throws: StoreError.self) {
      try store.write {
        try $0.recordCall(
          neighbour: "stripe", trace: trace, outcome: "x", record: nil, intentID: 99, nowMs: 4)
      }
    }
  }
}
