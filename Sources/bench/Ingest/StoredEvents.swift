import Domain
import Store

/// The database of a server, looked at from outside.
struct StoredEvents {
  private let store: Store

  init(path: String) throws { store = try Store.open(path: path, mode: .inline) }

  func close() { store.close() }

  func holds(_ id: String) throws -> Bool {
    try store.read { try $0.event(source: .stripe, externalID: id) != nil }
  }

  /// Compares the journal with what was acknowledged.
  /// - Throws: `BenchFailure` if an acknowledged event is missing, or one is there twice.
  func verify(acknowledged numbers: Range<Int>) throws {
    let count = try store.read { transaction in
      try transaction.connection.run(
        """
        SELECT COUNT(*) AS n, COUNT(DISTINCT external_id) AS d FROM event
        WHERE endpoint = 'operator'
        """
      )[0]
    }
    let (rows, distinct) = (try count.int("n"), try count.int("d"))
    guard rows == numbers.count, distinct == numbers.count else {
      throw BenchFailure("\(numbers.count) acknowledged, \(rows) stored, \(distinct) distinct")
    }
    // As many as acknowledged, and a sample is found by name: no other events are there.
    for number in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 97)
    where try !holds(EventFeed.id(number)) {
      throw BenchFailure("acknowledged and not stored: \(EventFeed.id(number))")
    }
  }

  /// Adds events of the past, quickly: many rows in one transaction.
  /// - Parameter payloadBytes: The size of each body.
  func fill(count: Int, payloadBytes: Int) throws {
    let batch = 100_000
    for start in stride(from: 0, to: count, by: batch) {
      let end = min(count, start + batch)
      try store.write { transaction in
        try transaction.connection.run(
          """
          WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
          INSERT INTO event (source, endpoint, external_id, type, object_id, account, livemode,
            created_ms, payload, received_ms)
          SELECT 'stripe', 'poll', printf('evt_0%05d2eZvKYlo2C%08x', i / 1000, i),
            'charge.succeeded', printf('ch_%024d', i), NULL, 0, 1700000000000 + i,
            zeroblob($3), 1700000000000 + i FROM n
          """, .integer(Int64(start)), .integer(Int64(end)), .integer(Int64(payloadBytes)))
        // As they were taken up long ago.
        let last = try transaction.lastEventID()
        try transaction.setCheckpoint("events_dispatched", String(last), nowMs: 1_700_000_000_000)
      }
    }
  }
}
