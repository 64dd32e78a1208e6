public import Domain
public import HTTPFormat
import OpenSSL
import Operations
public import Store

/// The operator's API beyond the compatible routes, below `/api/v2`: a path of its own, because
/// `/api/transfers` and its like keep the PHP connector's shapes (interface.md §4).
///
/// Errors are problems (RFC 9457). Every change may carry an `Idempotency-Key`: its answer is
/// stored in the transaction of the change, and a repeat gets it again.
public struct OperatorRoutes: Sendable {
  let store: Store
  let clock: any WallClock
  let authentication: Authentication

  public init(store: Store, clock: any WallClock, authentication: Authentication) {
    self.store = store
    self.clock = clock
    self.authentication = authentication
  }

  public var routes: [Route] { tokenRoutes }

  /// A route that only looks.
  func reading(
    _ pattern: String, scope: AccessScope = .read,
    _ respond: @escaping @Sendable (Request, PathParameters) throws -> Response
  ) -> Route {
    guarded("GET", pattern, scope) { request, parameters, _ in try respond(request, parameters) }
  }

  /// What a change answers: a status of success and JSON.
  struct Outcome: Sendable {
    let status: Int
    let body: JSON
    /// What a repeat with the same `Idempotency-Key` gets, where that is not all of it.
    var repeated: JSON?
  }

  /// A change, made while the transaction is open in which its audit row and its answer are
  /// written too.
  typealias Change = @Sendable (Transaction, Operator, _ nowMs: Int64) throws -> Outcome

  /// A route that changes something.
  /// - Parameter prepare: Reads the request, outside the transaction.
  func changing(
    _ method: String, _ pattern: String, scope: AccessScope = .operate,
    _ prepare: @escaping @Sendable (Request, PathParameters) throws -> Change
  ) -> Route {
    guarded(method, pattern, scope) { request, parameters, actor in
      let key = try Self.idempotencyKey(request)
      let change = try prepare(request, parameters)
      return try perform(change, actor, key: key, fingerprint: Self.fingerprint(request))
    }
  }

  private func guarded(
    _ method: String, _ pattern: String, _ scope: AccessScope,
    _ respond: @escaping @Sendable (Request, PathParameters, Operator) throws -> Response
  ) -> Route {
    Route(method, pattern, runsOn: .pool) { request, parameters in
      do {
        let actor = try authentication.check(request, needs: scope)
        return try respond(request, parameters, actor).secured
      } catch {
        return Self.failure(error).secured
      }
    }
  }

  private static func failure(_ error: any Error) -> Response {
    switch error {
    case let refusal as Authentication.Refusal: return refusal.problem
    case let objection as Objection: return Problem(objection).response
    case StoreError.unavailable:
      var response = Problem.unavailable.response
      response.headers["Retry-After"] = "30"
      return response
    default:
      return Problem(500, "unexpected-error", "An unexpected error occurred; see the log.").response
    }
  }
}

extension OperatorRoutes {
  /// How long answers are kept for a repeat.
  static let answersKeptMs: Int64 = 86_400_000
  /// Old answers forgotten with each new one.
  private static let answersForgottenMax = 10

  private func perform(
    _ change: @escaping Change, _ actor: Operator, key: String?, fingerprint: String
  ) throws -> Response {
    let nowMs = clock.nowMs
    return try store.write { transaction in
      guard let key else {
        let outcome = try change(transaction, actor, nowMs)
        return .json(outcome.status, outcome.body.rendered)
      }
      try transaction.deleteAnswers(
        beforeMs: nowMs - Self.answersKeptMs, limit: Self.answersForgottenMax)
      if let known = try transaction.answer(actor: actor.name, key: key) {
        guard known.fingerprint == fingerprint else {
          throw Objection(
            .conflict, "key-used",
            "This Idempotency-Key was used for another request. Take a new one."
          )
        }
        var response = Response.json(known.status, known.body)
        response.headers["Idempotency-Replayed"] = "true"
        return response
      }
      let outcome = try change(transaction, actor, nowMs)
      try transaction.keepAnswer(
        APIAnswer(
          fingerprint: fingerprint, status: outcome.status,
          body: (outcome.repeated ?? outcome.body).rendered),
        actor: actor.name, key: key, nowMs: nowMs)
      return .json(outcome.status, outcome.body.rendered)
    }
  }

  private static func idempotencyKey(_ request: Request) throws(Objection) -> String? {
    guard let key = request.headers["Idempotency-Key"] else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (33...126).contains($0) })
    else {
      throw Objection(
        .invalid, "invalid-key", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
    }
    return key
  }

  private static func fingerprint(_ request: Request) -> String {
    sha256Hex(
      Array("\(request.method)\n\(request.path)\n\(request.query ?? "")\n".utf8) + request.body)
  }

  /// The number in a path.
  /// - Throws: `Objection` of a thing that does not exist: nothing has such a number.
  static func number(_ parameters: PathParameters, _ what: String) throws(Objection) -> Int64 {
    guard let text = parameters["id"], let id = Int64(text) else {
      throw .missing("\(what) \(parameters["id"]?.prefix(40) ?? "")")
    }
    return id
  }
}
