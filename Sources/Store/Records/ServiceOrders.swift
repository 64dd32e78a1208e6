import Domain
import FoundationEssentials

/// Service orders and their debits as Mirakl last showed them.
extension Transaction {
  /// Stores a reading of an order; an older one never overwrites a newer one.
  /// - Parameter readMs: When Mirakl was asked, by our clock.
  public func saveServiceOrder(_ order: ServiceOrderSnapshot, readMs: Int64) throws {
    try run(
      """
      INSERT INTO service_order (id, commercial_id, snapshot, read_ms) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET commercial_id = excluded.commercial_id,
        snapshot = excluded.snapshot, read_ms = excluded.read_ms
      WHERE service_order.read_ms <= excluded.read_ms
        OR service_order.read_ms > excluded.read_ms + $5
      """, .text(order.id.rawValue), .text(order.commercialID.rawValue),
      .text(try StoredJSON.encode(order)), .integer(readMs), .integer(Self.readingMsMax))
  }

  /// The order and the moment of its reading.
  public func serviceOrder(
    _ id: OrderID
  ) throws -> (snapshot: ServiceOrderSnapshot, readMs: Int64)? {
    try run("SELECT snapshot, read_ms FROM service_order WHERE id = $1", .text(id.rawValue)).first
      .map { (try StoredJSON.decode(try $0.text("snapshot")), try $0.int64("read_ms")) }
  }

  /// Stores all debits of an order as SPA11 listed them; an older reading changes nothing.
  public func saveServiceDebits(
    _ debits: [ServiceOrderDebit], of id: OrderID, readMs: Int64
  ) throws {
    try run(
      """
      INSERT INTO service_debits (order_id, snapshot, read_ms) VALUES ($1, $2, $3)
      ON CONFLICT (order_id) DO UPDATE SET snapshot = excluded.snapshot,
        read_ms = excluded.read_ms
      WHERE service_debits.read_ms <= excluded.read_ms
        OR service_debits.read_ms > excluded.read_ms + $4
      """, .text(id.rawValue), .text(try StoredJSON.encode(debits)), .integer(readMs),
      .integer(Self.readingMsMax))
  }

  /// The debits of an order and the moment of their reading; nil if they were never read.
  public func serviceDebits(
    _ id: OrderID
  ) throws -> (debits: [ServiceOrderDebit], readMs: Int64)? {
    try run(
      "SELECT snapshot, read_ms FROM service_debits WHERE order_id = $1", .text(id.rawValue)
    ).first.map { (try StoredJSON.decode(try $0.text("snapshot")), try $0.int64("read_ms")) }
  }
}

/// Snapshots as JSON: equal ones are equal texts.
enum StoredJSON {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<Value: Decodable>(_ text: String) throws -> Value {
    do { return try JSONDecoder().decode(Value.self, from: Data(text.utf8)) } catch {
      throw StoreError.corrupt("a stored snapshot cannot be decoded")
    }
  }
}
