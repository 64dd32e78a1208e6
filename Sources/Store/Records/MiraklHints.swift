import Domain

/// What a Mirakl callback named: to be read at once.
public struct MiraklHint: Hashable, Sendable {
  /// Stored; never rename one.
  public enum Kind: String, CaseIterable, Sendable {
    case order
    /// All orders of a basket.
    case commercial
    /// A billing document.
    case invoice
    case shop
  }

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
  public func noteHint(_ kind: MiraklHint.Kind, id: String, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO mirakl_hint (kind, id, noted_ms) VALUES ($1, $2, $3)
      ON CONFLICT (kind, id) DO UPDATE SET signals = mirakl_hint.signals + 1
      """, .text(kind.rawValue), .text(id), .integer(nowMs))
  }

  /// Those that have waited for longest.
  public func hints(_ kind: MiraklHint.Kind, limit: Int) throws -> [MiraklHint] {
    try run(
      "SELECT * FROM mirakl_hint WHERE kind = $1 ORDER BY noted_ms, id LIMIT $2",
      .text(kind.rawValue), SQLValue(limit)
    ).map {
      MiraklHint(
        kind: try $0.word("kind"), id: try $0.text("id"), signals: try $0.int64("signals"))
    }
  }

  /// Takes off those that were not named again since they were read from here.
  public func removeHints(_ hints: [MiraklHint]) throws {
    for hint in hints {
      try run(
        "DELETE FROM mirakl_hint WHERE kind = $1 AND id = $2 AND signals = $3",
        .text(hint.kind.rawValue), .text(hint.id), .integer(hint.signals))
    }
  }
}
