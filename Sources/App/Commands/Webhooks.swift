import Domain
import Engine
import FoundationEssentials
import HTTPClient
import StripeClient

/// `stripe-mirakl webhooks`: the two endpoints that Stripe sends its events to, registered with
/// exactly the types that are handled (P6), in the API version that the client speaks.
///
/// Registering twice changes nothing. What is there and differs is brought up to date; only what
/// Stripe cannot change (the version) is left, and said.
public struct Webhooks: Sendable {
  /// One of the two endpoints.
  enum Audience: String, CaseIterable, Sendable {
    case `operator`, sellers

    var path: String { "/api/public/webhook/\(rawValue)" }
    var isConnect: Bool { self == .sellers }
    var types: [String] { isConnect ? HandledEvents.connected : HandledEvents.platform }
    var variable: String {
      isConnect ? "STRIPE_SELLERS_WEBHOOK_SECRET" : "STRIPE_OPERATOR_WEBHOOK_SECRET"
    }
    var description: String {
      isConnect ? "stripe-mirakl: events of the sellers" : "stripe-mirakl: events of the operator"
    }
  }

  /// Tries of one call whose outcome is unknown; the key is the same, so is the answer.
  static let triesMax = 4
  /// A registration after a deletion must not get the deleted endpoint's answer: next number.
  static let registrationsMax = 20

  let stripe: StripeClient

  public init(_ configuration: Configuration) {
    stripe = StripeClient(
      transport: CurlTransport(
        CurlTransport.Options(userAgent: "stripe-mirakl/\(Version.current)")),
      baseURL: configuration.stripeBase, key: configuration.stripeKey,
      timeoutMs: configuration.httpTimeoutMs, budget: nil, pluginVersion: Version.current)
  }

  init(stripe: StripeClient) { self.stripe = stripe }

  // MARK: - list and delete

  /// A table for people, or JSON.
  public func list(json: Bool) throws -> String {
    let endpoints = try again {
      try stripe.webhookEndpoints().value
    }
    let rows = endpoints.map { WebhookEndpointRow($0, problems: problems($0)) }
    if json { return WebhookEndpointRow.json(rows) }
    if rows.isEmpty {
      return "No webhook endpoint is registered. Next: stripe-mirakl webhooks register --url URL"
    }
    return WebhookEndpointRow.table(rows)
  }

  /// - Throws: `StartFailure` for an id of another form, `CallFailure` if Stripe refuses.
  public func delete(_ text: String) throws -> String {
    guard let id = try? WebhookEndpointID(text) else {
      throw StartFailure(
        description: "\"\(text)\" is no webhook endpoint: ids begin with we_. "
          + "See stripe-mirakl webhooks list")
    }
    do {
      try again { _ = try stripe.deleteWebhookEndpoint(id) }
    } catch let failure as CallFailure {
      guard case .refused(let refusal) = failure.kind, refusal.isMissing else { throw failure }
      return "\(id) is not there (any more): nothing to delete"
    }
    return "\(id) deleted. Stripe sends nothing there any more"
  }

  /// Why an endpoint does not do all that this program needs of it; empty for one of others.
  func problems(_ endpoint: WebhookEndpointSnapshot) -> [String] {
    guard let audience = Audience.allCases.first(where: { endpoint.url.hasSuffix($0.path) }) else {
      return []
    }
    var problems: [String] = []
    if endpoint.isConnect != audience.isConnect {
      problems.append(
        audience.isConnect
          ? "listens to the platform, but this path is for connected accounts"
          : "listens to connected accounts, but this path is for the platform")
    }
    if !endpoint.isEnabled { problems.append("is disabled") }
    let missing = endpoint.missing(audience.types)
    if !missing.isEmpty { problems.append("is not sent \(missing.joined(separator: ", "))") }
    if endpoint.apiVersion != StripeClient.apiVersion {
      problems.append(
        "sends API version \(endpoint.apiVersion ?? "of the account"), expected "
          + StripeClient.apiVersion)
    }
    return problems
  }

  // MARK: - register

  /// What `register` did about one endpoint.
  struct Registration: Sendable {
    enum Action: String, Sendable { case created, updated, unchanged }
    var audience: Audience
    var action: Action
    var endpoint: WebhookEndpointSnapshot
    /// What could not be mended.
    var problems: [String]
  }

  /// - Parameters:
  ///   - base: Public base URL of the server, `https://HOST`.
  ///   - store: A folder that gets the secrets as files, instead of the output.
  /// - Returns: what was done. Secrets are shown here once, or never if they are stored.
  /// - Throws: `StartFailure` for a bad URL or an unusable folder, before anything is made.
  public func register(base: String, store: String?, json: Bool) throws -> String {
    let base = try Self.checked(base)
    let vault = try store.map { try SecretFolder($0) }
    let known = try again { try stripe.webhookEndpoints().value }
    var done: [Registration] = []
    var stored: [String: String] = [:]
    for audience in Audience.allCases {
      let registration = try register(audience, url: base + audience.path, among: known)
      if let vault, let secret = registration.endpoint.secret {
        stored[audience.variable] = try vault.add(secret, named: audience.variable)
      }
      done.append(registration)
    }
    let report = WebhookRegistrationReport(done, stored: stored)
    return json ? report.json : report.text
  }

  private func register(
    _ audience: Audience, url: String, among known: [WebhookEndpointSnapshot]
  ) throws -> Registration {
    let same = known.first { $0.url == url && $0.isConnect == audience.isConnect }
    guard let same else {
      let endpoint = try create(audience, url: url)
      return Registration(
        audience: audience, action: .created, endpoint: endpoint, problems: problems(endpoint))
    }
    let isExact = Set(same.enabledEvents) == Set(audience.types)
    if isExact, same.isEnabled {
      return Registration(
        audience: audience, action: .unchanged, endpoint: same, problems: problems(same))
    }
    let endpoint = try update(same, audience)
    return Registration(
      audience: audience, action: .updated, endpoint: endpoint, problems: problems(endpoint))
  }

  /// The key is made of the URL, so that a lost answer, and with it the secret, comes again.
  private func create(_ audience: Audience, url: String) throws -> WebhookEndpointSnapshot {
    let request = WebhookEndpointRequest(
      url: url, isConnect: audience.isConnect, enabledEvents: audience.types,
      description: audience.description)
    return try numbered("webhook_endpoint/\(Version.current)/\(url)") { key in
      let answer = try stripe.createWebhookEndpoint(request, idempotencyKey: key)
      if !answer.trace.isReplay { return answer.value }
      // An answer from Stripe's memory may speak of an endpoint that was deleted since.
      let now = try stripe.webhookEndpoints().value
      return now.contains { $0.id == answer.value.id } ? answer.value : nil
    }
  }

  private func update(
    _ endpoint: WebhookEndpointSnapshot, _ audience: Audience
  ) throws -> WebhookEndpointSnapshot {
    try numbered("webhook_endpoint/\(Version.current)/\(endpoint.id)") { key in
      let answer = try stripe.updateWebhookEndpoint(
        endpoint.id, enabledEvents: audience.types, idempotencyKey: key)
      // An answer from Stripe's memory changed nothing now.
      return answer.trace.isReplay ? nil : answer.value
    }
  }

  /// The first number whose key was not used up by an earlier registration.
  private func numbered(
    _ name: String,
    _ call: (_ key: String) throws -> WebhookEndpointSnapshot?
  ) throws -> WebhookEndpointSnapshot {
    guard name.utf8.count <= 250 else { throw StartFailure(description: "--url is too long") }
    for number in 1...Self.registrationsMax {
      let key = "\(name)/\(number)"
      do {
        let made = try again { try call(key) }
        if let made { return made }
      } catch let failure as CallFailure where Self.isKeyUsed(failure) {
        continue  // with other types, by another version
      }
    }
    throw StartFailure(
      description: "the endpoint was changed \(Self.registrationsMax) times within a day; Stripe "
        + "still remembers the keys of those requests. Try again tomorrow, or use Stripe's "
        + "dashboard")
  }

  private static func isKeyUsed(_ failure: CallFailure) -> Bool {
    guard case .unknown(let reason) = failure.kind else { return false }
    return reason.contains("Keys for idempotent requests")
  }

  /// Repeats what may be repeated; every write here has a key or is a deletion.
  private func again<Value>(_ call: () throws -> Value) throws -> Value {
    for _ in 1..<Self.triesMax {
      do { return try call() } catch let failure as CallFailure {
        switch failure.kind {
        case .notSent, .unknown:
          if Self.isKeyUsed(failure) { throw failure }
        case .throttled, .unauthorized, .refused, .unreadable: throw failure
        }
      }
    }
    return try call()
  }

  private static func checked(_ base: String) throws -> String {
    let base = String(base.reversed().drop { $0 == "/" }.reversed())
    let parts = base.split(separator: "://", maxSplits: 1)
    let isURL =
      parts.count == 2 && ["https", "http"].contains(parts[0]) && !parts[1].isEmpty
      && !parts[1].utf8.contains { $0 <= 32 || $0 == 127 || "?#@".utf8.contains($0) }
    guard isURL else {
      throw StartFailure(
        description: "--url \"\(base)\" is no base URL: give https://HOST, the public address of "
          + "this server; /api/public/webhook/… is added")
    }
    for audience in Audience.allCases where base.hasSuffix(audience.path) {
      throw StartFailure(
        description: "--url is the base of this server's addresses: leave out \(audience.path)")
    }
    return base
  }
}
