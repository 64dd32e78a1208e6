public import Store
import Threading

/// Leaves an audit row for refused requests (X1): one per address and minute, because the row is
/// made by whoever is refused. What was refused in between is counted in the next row.
public final class RefusalAudit: Sendable {
  public static let windowMs: Int64 = 60_000
  /// Rows in one minute, whatever the number of addresses.
  public static let rowsMax = 60

  private struct State {
    var startMs: Int64 = .min / 2
    var addresses: Set<String> = []
    var unwritten = 0
  }

  private let state = Monitor(State())

  public init() {}

  /// - Parameter what: Method and path, without the query.
  public func note(
    _ reason: String, address: String, what: String, actor: String, _ store: Store, nowMs: Int64
  ) {
    let unwritten: Int? = state.withLock { state in
      if !(0..<Self.windowMs).contains(nowMs - state.startMs) {
        state.startMs = nowMs
        state.addresses = []
      }
      guard state.addresses.count < Self.rowsMax, state.addresses.insert(address).inserted else {
        state.unwritten += 1
        return nil
      }
      defer { state.unwritten = 0 }
      return state.unwritten
    }
    guard let unwritten else { return }
    let more = unwritten == 0 ? "" : "; \(unwritten) more since the last such row"
    let detail = "\(reason): \(what.prefix(200))\(more)"
    store.submit(
      { transaction in
        try transaction.audit(
          actor: actor, action: "access refused", subject: "address/\(address)", detail: detail,
          nowMs: nowMs)
      }, completion: { _ in })
  }
}
