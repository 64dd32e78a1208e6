import Domain
import Threading

/// The operator's endpoint for notifications.
public final class FakeNotifier: NotificationPort {
  private struct State {
    var delivered: [String] = []
    var triesMs: [Int64] = []
    var failures = 0
  }
  private let state = Monitor(State())

  public init() {}

  /// Bodies that arrived, oldest first.
  public var delivered: [String] { state.withLock { $0.delivered } }

  /// How many tries were made, failed ones included.
  public var tries: Int { state.withLock { $0.triesMs.count } }

  /// Lets the next deliveries fail.
  public func fail(times: Int) { state.withLock { $0.failures = times } }

  public func deliver(_ body: String) throws(CallFailure) {
    let fails = state.withLock { state in
      state.triesMs.append(0)
      defer { state.failures = max(0, state.failures - 1) }
      if state.failures == 0 { state.delivered.append(body) }
      return state.failures > 0
    }
    if fails {
      throw CallFailure(.unknown(reason: "HTTP 503"), trace: CallTrace(operation: "POST"))
    }
  }
}
