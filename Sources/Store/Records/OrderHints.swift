import Domain

/// An order, or all orders of a basket, that a Mirakl callback named: to be read at once.
public struct OrderHint: Hashable, Sendable {
  /// Stored; never rename one.
  public enum Kind: String, CaseIterable, Sendable { case order, commercial }

  public var kind: Kind
  public var id: String
  /// How often it was named; compared when it is taken off, so that a callback which arrived while
  /// it was read is not lost.
  public var signals: Int64

  public init(kind: Kind, id: String, signals: Int64 = 1) {
    self.kind = kind
    self.id = id
    self.signals = signals
  }
}

/// What callbacks named. Many callbacks about one order are one row, and many orders one call.
extension Transaction {
  public func noteOrderHint(_ kind: OrderHint.Kind, id: String, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO order_hint (kind, id, noted_ms) VALUES ($1, $2, $3)
      ON CONFLICT (kind, id) DO UPDATE SET signals = order_hint.signals + 1
      """, .text(kind.rawValue), .text(id), .integer(nowMs))
  }

  /// Those that have waited for longest.
  public func orderHints(_ kind: OrderHint.Kind, limit: Int) throws -> [OrderHint] {
    try run(
      "SELECT * FROM order_hint WHERE kind = $1 ORDER BY noted_ms, id LIMIT $2",
      .text(kind.rawValue), SQLValue(limit)
    ).map {
      OrderHint(kind: try $0.word("kind"), id: try $0.text("id"), signals: try $0.int64("signals"))
    }
  }

  /// Takes off those that were not named again since they were read from here.
  public func removeOrderHints(_ hints: [OrderHint]) throws {
    for hint in hints {
      try run(
        "DELETE FROM order_hint WHERE kind = $1 AND id = $2 AND signals = $3",
        .text(hint.kind.rawValue), .text(hint.id), .integer(hint.signals))
    }
  }
}
