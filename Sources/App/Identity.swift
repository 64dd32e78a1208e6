import Store

/// What a database remembers about whose it is and since when.
struct Identity {
  let store: Store

  init(_ store: Store) { self.store = store }

  struct Facts: Sendable {
    /// Orders created before are never paid (M2); nil for `START_DATE=all`.
    let startMs: Int64?
  }

  /// - Throws: `StartFailure` if the database was used with a key of the other mode (X2).
  func establish(_ configuration: Configuration, nowMs: Int64) throws -> Facts {
    let livemode = configuration.livemode
    let configured = configuration.startDate
    return try store.write { transaction in
      if let livemode {
        let mode = livemode ? "live" : "test"
        let known = try transaction.checkpoint("identity/mode")
        if let known, known != mode {
          throw StartFailure(
            description: "STRIPE_CLIENT_SECRET is a \(mode) key, but this database holds \(known) "
              + "data. Use another DATABASE_URL for \(mode) mode.")
        }
        if known == nil { try transaction.setCheckpoint("identity/mode", mode, nowMs: nowMs) }
      }
      let first = try transaction.checkpoint("first_start_ms").flatMap(Int64.init)
      if first == nil {
        try transaction.setCheckpoint("first_start_ms", String(nowMs), nowMs: nowMs)
      }
      switch configured {
      case .all: return Facts(startMs: nil)
      case .from(let ms): return Facts(startMs: ms)
      case nil: return Facts(startMs: first ?? nowMs)
      }
    }
  }
}
