import Domain
import Logging
import Store

/// Notices that a webhook endpoint is silent although there are events (W2): said once per silence,
/// and once when it is heard again.
struct EndpointSilence {
  /// A delivery takes seconds; one that took longer was missed.
  static let patienceMs: Int64 = 300_000
  static let endpoint = "operator"
  static let checkpoint = "silent_since_ms/operator"

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  /// - Parameter missedMs: When the events were made that only polling brought.
  func note(missedMs: [Int64]) throws {
    let nowMs = context.nowMs
    let oldest = missedMs.filter { $0 < nowMs - Self.patienceMs }.min()
    let change = try context.store.write { transaction -> Change? in
      let known = try transaction.checkpoint(Self.checkpoint).flatMap(Int64.init)
      let heardMs = try transaction.lastReceivedMs(endpoint: Self.endpoint) ?? .min
      if let since = known, since > 0 {
        guard heardMs > since else { return nil }
        try transaction.setCheckpoint(Self.checkpoint, "0", nowMs: nowMs)
        return .heard
      }
      guard let oldest, heardMs < oldest else { return nil }
      try transaction.setCheckpoint(Self.checkpoint, String(nowMs), nowMs: nowMs)
      try transaction.audit(
        actor: "engine", action: "webhook endpoint silent", subject: Self.endpoint,
        detail: "No delivery since the event made at \(Timestamp.format(ms: oldest)); events are "
          + "read from Stripe's list instead. Check the endpoint and its secret.",
        nowMs: nowMs)
      return .silent
    }
    switch change {
    case .silent:
      context.log.warning(
        "webhook endpoint \(Self.endpoint) is silent although Stripe has events for it")
    case .heard: context.log.notice("webhook endpoint \(Self.endpoint) is heard again")
    case nil: break
    }
  }

  private enum Change { case silent, heard }
}
