public import Domain
public import HTTPFormat
import OpenSSL
public import Store

/// `GET /api/public/onboarding/refresh`: the stable address of a seller (interface.md §3).
///
/// Whoever has the token gets in: the address, and the link that it leads to, are never logged and
/// never cached (O3). It calls Stripe, so it runs where it may block.
public struct OnboardingRoutes: Sendable {
  static let tokenBytesMax = 200

  let store: Store
  let stripe: any StripeAccountsPort
  let mirakl: any MiraklShopsPort
  let clock: any WallClock
  let links: OnboardingLinks
  private let limiter = RefreshLimiter()
  private let onFailure: @Sendable (String) -> Void

  /// - Parameter onFailure: Gets what went wrong, in words that may be logged.
  public init(
    store: Store, stripe: any StripeAccountsPort, mirakl: any MiraklShopsPort,
    clock: any WallClock, links: OnboardingLinks, onFailure: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.stripe = stripe
    self.mirakl = mirakl
    self.clock = clock
    self.links = links
    self.onFailure = onFailure
  }

  public var routes: [Route] {
    [
      Route("GET", OnboardingLinks.refreshPath, runsOn: .pool) { request, _ in
        var response = respond(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
      }
    ]
  }

  private func respond(_ request: Request) -> Response {
    let (nowMs, address) = (clock.nowMs, request.remoteAddress)
    if let seconds = limiter.waitSeconds(.address(address), nowMs: nowMs) {
      return Self.tooMany(seconds)
    }
    do {
      guard let mapping = try mapping(token: request.queryValue("token")) else {
        let seconds = limiter.waitSeconds(.guesses(address), nowMs: nowMs)
        return seconds.map(Self.tooMany) ?? .text(400, "Incorrect token")
      }
      if let seconds = limiter.waitSeconds(.token(mappingID: mapping.id), nowMs: nowMs) {
        return Self.tooMany(seconds)
      }
      return try redirect(mapping)
    } catch let failure as CallFailure {
      onFailure("no link could be made for a seller: \(failure)")
      return Self.unavailable
    } catch {
      onFailure("no link could be made for a seller: \(error)")
      return Self.unavailable
    }
  }

  private func mapping(token: String?) throws -> AccountMapping? {
    guard let token, (1...Self.tokenBytesMax).contains(token.utf8.count) else { return nil }
    return try store.read { try $0.mapping(onboardingToken: token) }
  }

  private func redirect(_ mapping: AccountMapping) throws -> Response {
    let account = try stripe.account(mapping.accountID).value
    let link = try makeLink(mapping, isSubmitted: account.detailsSubmitted)
    if links.mode == .direct { try writeLink(link, mapping, isSubmitted: account.detailsSubmitted) }
    return Response(status: 302, headers: ["Location": link.url])
  }

  private func makeLink(
    _ mapping: AccountMapping, isSubmitted: Bool
  ) throws(CallFailure) -> BearerLink {
    if isSubmitted {
      do {
        return try stripe.createLoginLink(mapping.accountID, idempotencyKey: Self.newKey()).value
      } catch {
        // The dashboard is not open to this account: the onboarding always is.
        guard case .refused(let refusal) = error.kind, refusal.status == 400 else { throw error }
      }
    }
    return try stripe.createAccountLink(
      mapping.accountID, refreshURL: links.refreshURL(token: mapping.onboardingToken ?? ""),
      returnURL: links.returnURL, idempotencyKey: Self.newKey()
    ).value
  }

  /// The seller is not kept waiting for a Mirakl that does not answer: a worker writes a link then.
  private func writeLink(
    _ link: BearerLink, _ mapping: AccountMapping, isSubmitted: Bool
  ) throws {
    do {
      let update = ShopUpdate(shopID: mapping.shopID, fields: [links.field: link.url])
      let result = try mirakl.updateShops([update]).value
      guard let reason = result.refused[mapping.shopID] else { return }
      onFailure("the link of shop \(mapping.shopID) was refused: \(reason)")
    } catch {
      onFailure("the link of shop \(mapping.shopID) could not be written: \(error)")
    }
    let nowMs = clock.nowMs
    try store.write { transaction in
      try transaction.wantLink(
        shop: mapping.shopID, isSubmitted ? .login : .onboarding, nowMs: nowMs)
    }
  }

  /// New each time: an old key would bring a link that was used.
  static func newKey() -> String { "mirakl/once/" + OnboardingLinks.token(from: randomBytes(16)) }

  private static func tooMany(_ seconds: Int64) -> Response {
    var response = Response.text(429, "Too many requests. Please try again in a minute.")
    response.headers["Retry-After"] = String(seconds)
    return response
  }

  private static var unavailable: Response {
    var response = Response.text(
      503, "Your link cannot be made at present. Please try again in a minute.")
    response.headers["Retry-After"] = "30"
    return response
  }
}
