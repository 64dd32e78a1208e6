import Domain

/// When the orders of one commercial order were last read together.
public struct BasketReading: Hashable, Sendable {
  public var commercialID: CommercialOrderID
  /// Our clock; nil if they never were.
  public var readMs: Int64?
  /// Why they could not all be read; nil if they were.
  public var problem: String?
  /// How often they were asked to be read again.
  public var wanted: Int64
  /// Up to which of these wishes that was done.
  public var served: Int64

  public var isStale: Bool { wanted > served }
}

extension Transaction {
  public func basket(_ id: CommercialOrderID) throws -> BasketReading? {
    try run("SELECT * FROM basket WHERE commercial_id = $1", .text(id.rawValue)).first
      .map(BasketReading.init(row:))
  }

  /// Asks for a basket's orders to be read again.
  public func markBasketStale(_ id: CommercialOrderID) throws {
    try run(
      """
      INSERT INTO basket (commercial_id, wanted, served) VALUES ($1, 1, 0)
      ON CONFLICT (commercial_id) DO UPDATE SET wanted = basket.wanted + 1
      """, .text(id.rawValue))
  }

  /// - Parameter wanted: The wishes when the reading began: one that came meanwhile stays open.
  public func markBasketRead(
    _ id: CommercialOrderID, wanted: Int64, problem: String?, readMs: Int64
  ) throws {
    try run(
      """
      UPDATE basket SET read_ms = $3, problem = $4,
        served = CASE WHEN served > $2 THEN served WHEN wanted < $2 THEN wanted ELSE $2 END
      WHERE commercial_id = $1
      """, .text(id.rawValue), .integer(wanted), .integer(readMs), SQLValue(problem))
  }

  /// Those to be read again, in pages by id.
  public func staleBaskets(after last: String?, limit: Int) throws -> [BasketReading] {
    try run(
      """
      SELECT * FROM basket WHERE wanted > served AND commercial_id > $1
      ORDER BY commercial_id LIMIT $2
      """, .text(last ?? ""), SQLValue(limit)
    ).map(BasketReading.init(row:))
  }

  /// When the payment came into its present state: for one that we heard of in that state already,
  /// the moment it was made at Stripe.
  public func endedMs(_ payment: Payment) throws -> Int64 {
    let changes = try history(record: payment.recordName)
    guard changes.count > 1, let last = changes.last else { return payment.createdMs }
    return max(last.atMs, payment.createdMs)
  }
}

extension BasketReading {
  init(row: SQLRow) throws {
    self.init(
      commercialID: try row.id("commercial_id"), readMs: try row.int64OrNil("read_ms"),
      problem: try row.textOrNil("problem"), wanted: try row.int64("wanted"),
      served: try row.int64("served"))
  }
}
