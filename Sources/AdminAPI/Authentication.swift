public import Domain
import HTTPFormat
import OpenSSL
import Operations
public import Store

/// Who may use the operator's API: whoever has the operator's password (`X-AUTH-TOKEN`) or a token
/// (`Authorization: Bearer`, or in `X-AUTH-TOKEN` where a caller can send nothing else), compared
/// in constant time (X1). Refusals slow their address down and leave an audit row.
public struct Authentication: Sendable {
  /// Why a request is refused.
  enum Refusal: Error, Hashable {
    /// Neither header is there.
    case missing
    /// What they hold is nobody's.
    case wrong
    /// The address has to wait, right or wrong.
    case tooMany(seconds: Int64)
    /// The token may not do this.
    case scope(needed: AccessScope)
    /// The tokens cannot be read at present.
    case unavailable
  }

  private let password: Secret
  private let store: Store
  private let clock: any WallClock
  private let limiter = FailureLimiter()
  private let audit = RefusalAudit()

  public init(password: Secret, store: Store, clock: any WallClock) {
    self.password = password
    self.store = store
    self.clock = clock
  }

  /// Reads the store: to be called where it may block.
  func check(_ request: Request, needs scope: AccessScope) throws(Refusal) -> Operator {
    let (nowMs, address) = (clock.nowMs, request.remoteAddress)
    if let seconds = limiter.waitSeconds(address, nowMs: nowMs) {
      note(.tooMany(seconds: seconds), request, "anonymous", nowMs)
      throw .tooMany(seconds: seconds)
    }
    guard let secret = Self.secret(request) else {
      note(.missing, request, "anonymous", nowMs)
      throw .missing
    }
    guard let found = try owner(of: secret, nowMs) else {
      limiter.failed(address, nowMs: nowMs)
      note(.wrong, request, "anonymous", nowMs)
      throw .wrong
    }
    limiter.succeeded(address)
    guard found.scope >= scope else {
      note(.scope(needed: scope), request, found.name, nowMs)
      throw .scope(needed: scope)
    }
    return found
  }

  private func owner(of secret: String, _ nowMs: Int64) throws(Refusal) -> Operator? {
    if password.reveal(to: { Self.equal(secret, $0) }) { return .password }
    do { return try Tokens.owner(of: secret, store, nowMs: nowMs) } catch { throw .unavailable }
  }

  private static func secret(_ request: Request) -> String? {
    if let token = request.headers["X-AUTH-TOKEN"] { return token }
    guard let value = request.headers["Authorization"] else { return nil }
    // RFC 9110 11.1: the scheme is case-insensitive.
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return value }
    return String(parts[1].drop { $0 == " " })
  }

  private func note(_ refusal: Refusal, _ request: Request, _ actor: String, _ nowMs: Int64) {
    audit.note(
      refusal.words, address: request.remoteAddress, what: "\(request.method) \(request.path)",
      actor: actor, store, nowMs: nowMs)
  }

  /// Compares codes of both texts under a key of this process, so that not even the length of the
  /// password shows in the time taken.
  private static func equal(_ left: String, _ right: String) -> Bool {
    constantTimeEqual(
      comparisonKey.code(of: Array(left.utf8)), comparisonKey.code(of: Array(right.utf8)))
  }

  private static let comparisonKey = HMACSHA256(key: randomBytes(32))
}

extension Authentication.Refusal {
  var words: String {
    switch self {
    case .missing: "no credentials"
    case .wrong: "wrong credentials"
    case .tooMany: "too many wrong credentials"
    case .scope(let needed): "the token lacks the scope \(needed.rawValue)"
    case .unavailable: "the database cannot be used"
    }
  }

  /// In the words of the compatible routes (interface.md §4).
  var compatible: Response {
    var response =
      switch self {
      case .missing: Response.json(401, #"{"message":"Authentication Required"}"#)
      case .wrong: Response.json(403, #"{"message":"Invalid credentials."}"#)
      case .tooMany: Response.json(429, #"{"message":"Too many wrong credentials. Wait."}"#)
      case .scope(let needed):
        Response.json(403, "{\"message\":\"The token lacks the scope \(needed.rawValue).\"}")
      case .unavailable:
        Response.json(503, #"{"message":"The database cannot be used at present."}"#)
      }
    addFields(to: &response)
    return response
  }

  /// As a problem (RFC 9457).
  var problem: Response {
    let problem =
      switch self {
      case .missing:
        Problem(401, "unauthenticated", "Send a token in Authorization: Bearer or X-AUTH-TOKEN.")
      case .wrong: Problem(403, "invalid-credentials", "This token is unknown or was revoked.")
      case .tooMany(let seconds):
        Problem(429, "too-many-failures", "Too many wrong credentials. Wait \(seconds) seconds.")
      case .scope(let needed):
        Problem(403, "insufficient-scope", "The token lacks the scope \(needed.rawValue).")
      case .unavailable: Problem.unavailable
      }
    var response = problem.response
    addFields(to: &response)
    return response
  }

  private func addFields(to response: inout Response) {
    switch self {
    case .missing: response.headers["WWW-Authenticate"] = #"Bearer realm="stripe-mirakl""#
    case .tooMany(let seconds): response.headers["Retry-After"] = String(seconds)
    case .unavailable: response.headers["Retry-After"] = "30"
    case .wrong, .scope: break
    }
  }
}
