import Domain
import FoundationEssentials

/// Orders as Mirakl last showed them.
extension Transaction {
  /// No reading takes longer: one that seems older than another by more is not, the clock was set
  /// back between them. Less than what counts as fresh, or a clock that was set back by a little
  /// would let the same thing be read over and over.
  public static let readingMsMax: Int64 = 240_000

  /// Stores a reading of an order; an older one never overwrites a newer one, nor does an older
  /// state of the order that was read about the same time: a list may hold an order twice.
  /// - Parameter readMs: When Mirakl was asked, by our clock.
  /// - Returns: whether the order is new or differs from the stored reading.
  @discardableResult
  public func saveOrder(_ order: OrderSnapshot, readMs: Int64) throws -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys  // so that equal snapshots are equal texts
    let snapshot = String(decoding: try encoder.encode(order), as: UTF8.self)
    let before = try run(
      "SELECT snapshot, read_ms FROM mirakl_order WHERE id = $1", .text(order.id.rawValue)
    ).first
    if let before {
      let aheadMs = try before.int64("read_ms") - readMs
      if aheadMs > 0, aheadMs <= Self.readingMsMax { return false }
      if -aheadMs <= Self.readingMsMax, let stored = try? OrderSnapshot(row: before),
        stored.lastUpdatedMs > order.lastUpdatedMs
      {
        return false
      }
    }
    try run(
      """
      INSERT INTO mirakl_order (id, commercial_id, snapshot, read_ms) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET commercial_id = excluded.commercial_id,
        snapshot = excluded.snapshot, read_ms = excluded.read_ms
      """, .text(order.id.rawValue), .text(order.commercialID.rawValue), .text(snapshot),
      .integer(readMs))
    return try before?.text("snapshot") != snapshot
  }

  /// The order and the moment of its reading; nil also for one that another version wrote and this
  /// one cannot read: Mirakl shows it again.
  public func order(_ id: OrderID) throws -> (snapshot: OrderSnapshot, readMs: Int64)? {
    try run("SELECT * FROM mirakl_order WHERE id = $1", .text(id.rawValue)).first.flatMap { row in
      guard let snapshot = try? OrderSnapshot(row: row) else { return nil }
      return (snapshot, try row.int64("read_ms"))
    }
  }

  /// The orders of a basket that were read so far, by ascending id.
  public func orders(commercialID: CommercialOrderID) throws -> [OrderSnapshot] {
    try run(
      "SELECT * FROM mirakl_order WHERE commercial_id = $1 ORDER BY id",
      .text(commercialID.rawValue)
    ).map(OrderSnapshot.init(row:))
  }
}

extension OrderSnapshot {
  init(row: SQLRow) throws {
    let text = try row.text("snapshot")
    do {
      self = try JSONDecoder().decode(OrderSnapshot.self, from: Data(text.utf8))
    } catch {
      throw StoreError.corrupt("the snapshot of an order cannot be decoded")
    }
  }
}
