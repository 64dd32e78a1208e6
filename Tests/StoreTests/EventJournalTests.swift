import Domain
import Testing

@testable import Store

@Suite struct EventJournalTests {
  let store: Store
  init() throws { store = try .inMemory() }

  @Test("an event is stored once, and its duplicate is told its number (W1)")
  func duplicates() throws {
    let arrivals = try store.write { transaction in
      [
        try transaction.appendEvent(.make("evt_1"), nowMs: 10),
        try transaction.appendEvent(.make("evt_2"), nowMs: 11),
        try transaction.appendEvent(.make("evt_1", payload: [9]), nowMs: 12),
        try transaction.appendEvent(.make("evt_1", source: .mirakl), nowMs: 13),
      ]
    }
    #expect(arrivals.prefix(3) == [.new(1), .new(2), .duplicate(1)])
    guard case .new(let last) = arrivals[3] else {
      Issue.record("the same id from another source is another event")
      return
    }
    #expect(last > 2)  // numbers grow; a duplicate may leave a gap
    #expect(try store.read { try $0.event(id: 1)?.event.payload } == [1, 2, 3])
  }

  @Test("an event comes back as it arrived, byte for byte")
  func roundTrip() throws {
    let event = NewEvent(
      source: .mirakl, endpoint: "mirakl", externalID: "é", type: "t", objectID: nil,
      account: "acct_1", livemode: true, createdMs: 42, payload: [UInt8](0...255))
    _ = try store.write { try $0.appendEvent(event, nowMs: 43) }
    let expected = JournalEvent(id: 1, event: event, receivedMs: 43)
    #expect(try store.read { try $0.event(id: 1) } == expected)
    #expect(try store.read { try $0.event(source: .mirakl, externalID: "é") } == expected)
    #expect(try store.read { try $0.event(source: .stripe, externalID: "é") } == nil)
  }

  @Test("a reader goes on from the last number it has seen")
  func reading() throws {
    #expect(try store.read { try $0.lastEventID() } == 0)
    for number in 1...5 {
      _ = try store.write { try $0.appendEvent(.make("evt_\(number)"), nowMs: 1) }
    }
    #expect(try store.read { try $0.events(after: 0, limit: 2).map(\.id) } == [1, 2])
    #expect(try store.read { try $0.events(after: 2, limit: 9).map(\.id) } == [3, 4, 5])
    #expect(try store.read { try $0.events(after: 5, limit: 9) } == [])
    #expect(try store.read { try $0.lastEventID() } == 5)
  }

  @Test("jobs and the reader's checkpoint are written together or not at all (Q5)")
  func dispatching() throws {
    _ = try store.write { try $0.appendEvent(.make(), nowMs: 1) }
    struct Crash: Error {}
    #expect(throws: Crash.self) {
      try store.write { transaction in
        try transaction.enqueue(.readCharge, key: "ch_1", runAtMs: 1, nowMs: 1)
        try transaction.setCheckpoint("dispatched", "1", nowMs: 1)
        throw Crash()
      }
    }
    #expect(try store.read { try $0.openJobCount() } == 0)
    #expect(try store.read { try $0.checkpoint("dispatched") } == nil)
  }
}
