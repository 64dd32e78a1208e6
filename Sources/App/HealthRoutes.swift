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
    var isProving = false
  }
  private enum Turn {
    case answer(String?)
    case prove
  }

  let store: Store
  let clock: any WallClock
  /// Why nothing is stored at present, as other writes found out.
  let failure: @Sendable () -> String?
  private let state = Monitor(State())

  init(store: Store, clock: any WallClock, failure: @escaping @Sendable () -> String?) {
    self.store = store
    self.clock = clock
    self.failure = failure
  }

  var routes: [Route] {
    [Route("GET", "/health") { _, _, reply in answer(reply) }]
  }

  private func answer(_ reply: @escaping @Sendable (Reply) -> Void) {
    let (nowMs, known) = (clock.nowMs, failure())
    let turn = state.withLock { state -> Turn in
      if abs(nowMs - state.provenMs) < Self.proofMs { return .answer(state.failure ?? known) }
      // A proof may wait for a lock for seconds. Who asks meanwhile is told what is known.
      if state.isProving, let reason = known ?? state.failure { return .answer(reason) }
      state.isProving = true
      return .prove
    }
    switch turn {
    case .answer(let reason): reply(.response(Self.response(reason)))
    case .prove: prove(nowMs, reply)
    }
  }

  private func prove(_ nowMs: Int64, _ reply: @escaping @Sendable (Reply) -> Void) {
    store.submit(
      { try $0.setCheckpoint("health", String(nowMs), nowMs: nowMs) },
      completion: { [state, failure] error in
        let reason = error.map { "\($0)" }
        state.withLock {
          $0.provenMs = nowMs
          $0.failure = reason
          $0.isProving = false
        }
        reply(.response(Self.response(reason ?? failure())))
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
