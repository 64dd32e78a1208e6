import Domain
import HTTPFormat
import Store
import Threading

/// `GET /health`: 200 while events can be stored, proven by a commit not older than a second.
struct HealthRoutes: Sendable {
  /// Asked more often than this, it answers from the last proof: health checks must not be able
  /// to wear out a disk.
  static let proofMs: Int64 = 1_000

  private struct State {
    var provenMs: Int64 = .min / 2
    var failure: String?
  }

  let store: Store
  let clock: any WallClock
  private let state = Monitor(State())

  init(store: Store, clock: any WallClock) {
    self.store = store
    self.clock = clock
  }

  var routes: [Route] {
    [Route("GET", "/health") { _, _, reply in answer(reply) }]
  }

  private func answer(_ reply: @escaping @Sendable (Reply) -> Void) {
    let nowMs = clock.nowMs
    let known = state.withLock { state -> Response? in
      abs(nowMs - state.provenMs) < Self.proofMs ? Self.response(state.failure) : nil
    }
    if let known { return reply(.response(known)) }
    store.submit(
      { try $0.setCheckpoint("health", String(nowMs), nowMs: nowMs) },
      completion: { [state] failure in
        let reason = failure.map { "\($0)" }
        state.withLock {
          $0.provenMs = nowMs
          $0.failure = reason
        }
        reply(.response(Self.response(reason)))
      })
  }

  private static func response(_ failure: String?) -> Response {
    var response =
      failure.map { reason in
        Response.json(
          503, #"{"status":"unavailable","reason":"# + LineLogHandler.quoted(reason) + "}")
      } ?? .json(200, #"{"status":"ok","version":""# + Version.current + "\"}")
    response.headers["Cache-Control"] = "no-store"
    if failure != nil { response.headers["Retry-After"] = "5" }
    return response
  }
}
