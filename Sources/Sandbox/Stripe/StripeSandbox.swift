import HTTPFormat
import Threading

/// Stripe's API in memory, as far as a Mirakl marketplace uses it: accounts, payments, transfers,
/// balances, events with signed webhooks, idempotency keys, Stripe's refusals, and faults.
///
/// It shares no types with the clients, so that a mistake in one shows in the other. It does no
/// I/O: a server hands requests to `handle`, and somebody posts what `takeDeliveries` returns.
/// Safe to call from any number of threads. The same calls with the same seed give the same
/// answers.
/// - Source: https://docs.stripe.com/api, Stripe's SDKs, and recorded answers of 2026.
public final class StripeSandbox: Sendable {
  /// Which requests go wrong.
  public let faults: FaultPlan
  /// The platform's own account, `acct_…`.
  public let platformID: String

  let state: Monitor<StripeState>
  let nowMs: @Sendable () -> Int64
  private let secretKey: String

  /// - Parameters:
  ///   - secretKey: the one key that is let in, `sk_test_…` or `sk_live_…`.
  ///   - seed: of identifiers; the same seed gives the same ones.
  ///   - livemode: what every object says of itself.
  ///   - apiVersion: of events, and of requests that name none.
  ///   - nowMs: the clock, milliseconds since 1970.
  public init(
    secretKey: String, seed: UInt64, livemode: Bool = false,
    apiVersion: String = "2026-08-26.dahlia", endpoints: [WebhookEndpoint] = [],
    faults: FaultPlan = .none(), nowMs: @escaping @Sendable () -> Int64
  ) {
    self.secretKey = secretKey
    self.faults = faults
    self.nowMs = nowMs
    let state = StripeState(
      seed: seed, livemode: livemode, apiVersion: apiVersion, endpoints: endpoints,
      nowMs: nowMs())
    platformID = state.platform
    self.state = Monitor(state)
  }

  /// Answers one request. Paths under `/_sandbox/` show the state, see `handleControl`.
  public func handle(_ request: Request) -> Reply {
    if request.path.hasPrefix("/_sandbox/") { return .response(handleControl(request)) }
    let match = StripeEndpoint.match(method: request.method, path: request.path)
    let operation = match?.endpoint.operation ?? "unknown"
    let isKeyed = request.method == "POST" && request.headers["Idempotency-Key"] != nil
    var fault = faults.next(operation: operation)
    if fault == .conflict, !isKeyed {
      faults.withdraw(.conflict)
      fault = nil
    }
    if fault == .hangUpBefore { return .hangUp }
    let now = nowMs()
    let response = state.withLock { state in
      state.served[operation, default: 0] += 1
      var attempt = Attempt(request: request, match: match, fault: fault, nowMs: now)
      return attempt.response(&state, secretKey: secretKey)
    }
    return fault == .hangUpAfter ? .hangUp : .response(response)
  }
}
