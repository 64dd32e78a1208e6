import HTTPFormat
import OpenSSL

/// One request on its way through the checks, in Stripe's order: key, version, account,
/// idempotency, parameters, and only then the effect.
struct Attempt {
  let request: Request
  let match: (endpoint: StripeEndpoint, ids: [String])?
  let fault: FaultPlan.Fault?
  let nowMs: Int64

  private var requestID = ""
  private var headers = Headers()

  init(
    request: Request, match: (endpoint: StripeEndpoint, ids: [String])?,
    fault: FaultPlan.Fault?, nowMs: Int64
  ) {
    self.request = request
    self.match = match
    self.fault = fault
    self.nowMs = nowMs
  }

  mutating func response(_ state: inout StripeState, secretKey: String) -> Response {
    requestID = state.newID("req", length: 14)
    headers["Content-Type"] = "application/json"
    headers["Request-Id"] = requestID
    headers["Stripe-Version"] = request.headers["Stripe-Version"] ?? state.apiVersion
    do throws(StripeError) {
      return try checked(&state, secretKey: secretKey)
    } catch {
      return answer(error.status, Array(error.body.pretty.utf8))
    }
  }

  private mutating func checked(
    _ state: inout StripeState, secretKey: String
  ) throws(StripeError) -> Response {
    try checkKey(secretKey)
    try checkVersion()
    try playFaultBefore()
    guard let match else {
      throw .unknownURL(method: request.method, path: request.path)
    }
    guard let route = StripeRoute.all[match.endpoint.operation] else {
      throw .unsupported(match.endpoint.operation)
    }
    if let permission = state.denied[match.endpoint.operation] {
      throw .permissionMissing(permission, key: secretKey, account: state.platform)
    }
    let call = StripeCall(
      endpoint: match.endpoint, ids: match.ids, parameters: StripeCall.parameters(of: request),
      owner: try owner(state, secretKey), nowMs: nowMs, requestID: requestID,
      idempotencyKey: request.method == "POST" ? request.headers["Idempotency-Key"] : nil)
    return try answered(call, route, &state)
  }

  private func checkKey(_ secretKey: String) throws(StripeError) {
    guard let authorization = request.headers["Authorization"] else {
      throw .unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization "
          + "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').")
    }
    let basic = "Basic \(Base64.encode(Array("\(secretKey):".utf8)))"
    let isRight =
      constantTimeEqual(authorization, "Bearer \(secretKey)")
      || constantTimeEqual(authorization, basic)
    guard isRight else {
      let key = authorization.split(separator: " ").last.map(String.init) ?? ""
      throw .unauthorized("Invalid API Key provided: \(StripeError.masked(key))")
    }
  }

  private func checkVersion() throws(StripeError) {
    guard let version = request.headers["Stripe-Version"] else { return }
    guard StripeVersion.known.contains(version) else {
      throw .invalid("Invalid Stripe API version: \(version)")
    }
  }

  private mutating func playFaultBefore() throws(StripeError) {
    switch fault {
    case .throttled:
      headers["Retry-After"] = "1"
      headers["Stripe-Rate-Limited-Reason"] = "global-rate"
      throw .rateLimited
    case .throttledSilently:
      headers["Stripe-Rate-Limited-Reason"] = "global-rate"
      throw .rateLimited
    case .errorBefore: throw .internalError
    case .conflict: throw .keyInUse(request.headers["Idempotency-Key"] ?? "")
    case nil, .hangUpBefore, .hangUpAfter, .errorAfter: return
    }
  }

  private mutating func owner(
    _ state: StripeState, _ secretKey: String
  ) throws(StripeError) -> String {
    guard let account = request.headers["Stripe-Account"] else { return state.platform }
    guard let known = state.accounts[account], !known.isDeauthorized else {
      throw .noAccess(key: secretKey, account: account)
    }
    headers["Stripe-Account"] = account
    return account
  }

  private mutating func answered(
    _ call: StripeCall, _ route: StripeRoute, _ state: inout StripeState
  ) throws(StripeError) -> Response {
    guard let key = call.idempotencyKey else { return try executed(call, route, &state) }
    guard key.count <= 255 else {
      throw .invalid("Idempotency keys can be up to 255 characters, but yours has \(key.count).")
    }
    headers["Idempotency-Key"] = key
    let scope = IdempotencyStore.Scope(owner: call.owner, key: key)
    let fingerprint = Self.fingerprint(call, path: request.path)
    if let kept = state.keys.entry(scope, nowMs: nowMs) {
      guard kept.fingerprint == fingerprint else { throw .keyMismatch(key) }
      headers["Idempotent-Replayed"] = "true"
      headers["Original-Request"] = kept.requestID
      return answer(kept.status, kept.body)
    }
    let response = try executed(call, route, &state)
    state.keys.keep(
      IdempotencyStore.Entry(
        fingerprint: fingerprint, status: response.status, body: response.body,
        requestID: requestID, createdMs: nowMs), under: scope)
    return response
  }

  /// - Throws: refusals that no key keeps. The others come back as an answer.
  private func executed(
    _ call: StripeCall, _ route: StripeRoute, _ state: inout StripeState
  ) throws(StripeError) -> Response {
    try call.checkNames()
    try StripeState.checkExpansion(call, of: route)
    do throws(StripeError) {
      let json = try route.run(&state, call)
      guard fault != .errorAfter else { throw .internalError }
      return answer(200, Array(state.expanded(json, call, route).pretty.utf8))
    } catch {
      guard error.isStored else { throw error }
      return answer(error.status, Array(error.body.pretty.utf8))
    }
  }

  private static func fingerprint(_ call: StripeCall, path: String) -> [String] {
    [path] + call.parameters.map { "\($0.name)=\($0.value)" }.sorted()
  }

  private func answer(_ status: Int, _ body: [UInt8]) -> Response {
    Response(status: status, headers: headers, body: body)
  }
}
