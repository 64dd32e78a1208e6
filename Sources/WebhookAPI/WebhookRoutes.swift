import Domain
public import HTTPFormat
import Store

/// The doors that Stripe knocks at (interface.md §3).
///
/// A handler verifies, stores and answers; it calls nobody (W1). 2xx goes out after the commit, and
/// only then: until it has arrived, Stripe's retry is ours.
public struct WebhookRoutes: Sendable {
  let store: Store
  let clock: any WallClock
  let sellers: SignatureVerifier
  let platform: SignatureVerifier
  /// Called after each commit that stored a new event: workers look at once.
  let onStored: @Sendable () -> Void

  public init(
    store: Store, clock: any WallClock, sellersSecrets: [Secret], operatorSecrets: [Secret],
    onStored: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.clock = clock
    sellers = SignatureVerifier(secrets: sellersSecrets)
    platform = SignatureVerifier(secrets: operatorSecrets)
    self.onStored = onStored
  }

  public var routes: [Route] {
    [
      route("/api/public/webhook/sellers", endpoint: "sellers", sellers),
      route("/api/public/webhook/operator", endpoint: "operator", platform),
      route("/api/public/webhook", endpoint: "sellers", sellers),
    ]
  }

  private func route(
    _ path: String, endpoint: String, _ verifier: SignatureVerifier
  ) -> Route {
    Route("POST", path) { request, _, reply in
      receive(request, endpoint: endpoint, verifier, reply)
    }
  }

  func receive(
    _ request: Request, endpoint: String, _ verifier: SignatureVerifier,
    _ reply: @escaping @Sendable (Reply) -> Void
  ) {
    guard request.hasLength else {
      return reply(.response(.text(411, "A body with a Content-Length is needed.")))
    }
    let nowMs = clock.nowMs
    let headers = request.headers.values("Stripe-Signature")
    // Two signature headers are no delivery of Stripe's: which one was meant is a guess.
    guard headers.count == 1,
      verifier.accepts(body: request.body, header: headers.first, nowMs: nowMs)
    else { return reply(.response(.text(400, "Invalid signature."))) }
    guard
      let event = StripeEventDecoder.decode(request.body, endpoint: endpoint, nowMs: nowMs)
    else { return reply(.response(.text(400, "Invalid payload."))) }
    store.submit(
      { _ = try $0.appendEvent(event, nowMs: nowMs) },
      completion: { [onStored] failure in
        guard failure == nil else { return reply(.response(Self.unavailable)) }
        onStored()
        reply(.response(.text(200, "Stored.")))
      })
  }

  private static var unavailable: Response {
    var response = Response.text(503, "The event could not be stored. Please send it again.")
    response.headers["Retry-After"] = "30"
    return response
  }
}
