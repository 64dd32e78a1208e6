import Domain
import Engine
import StripeClient

/// Key, permissions, clock and webhook endpoints at Stripe.
struct StripeCheck {
  /// A read for each kind of object that the program works with. `since` is what needs it.
  static let doors: [(path: String, need: String)] = [
    ("/v1/account", "knowing the platform's account"),
    ("/v1/balance", "balances"), ("/v1/accounts", "sellers' accounts"),
    ("/v1/charges", "payments and refunds"), ("/v1/payment_intents", "payments and captures"),
    ("/v1/transfers", "paying sellers"), ("/v1/refunds", "refunds"),
    ("/v1/payouts", "payouts"), ("/v1/events", "finding missed events"),
    ("/v1/webhook_endpoints", "examining the webhook endpoints"),
  ]

  let preflight: Preflight

  init(_ preflight: Preflight) { self.preflight = preflight }

  func findings() -> [Finding] {
    var findings = mode()
    let first = preflight.stripe.probe(Self.doors[0].path)
    findings += Preflight.clock(
      "clock.stripe", "Stripe", serverMs: first.serverTimeMs, nowMs: preflight.clock.nowMs)
    if let fatal = Self.fatal(first) { return findings + [fatal] }
    findings += Self.door(first, Self.doors[0].need)
    for door in Self.doors.dropFirst() {
      findings += Self.door(preflight.stripe.probe(door.path), door.need)
    }
    let isClear = !findings.contains { $0.code == "stripe.permission" }
    if isClear {
      findings.append(.ok("stripe.key", "the key is good, and may read what is needed"))
    }
    return findings + webhooks()
  }

  private func mode() -> [Finding] {
    guard preflight.configuration.livemode == nil else { return [] }
    return [
      .warning(
        "stripe.key.form", "STRIPE_CLIENT_SECRET tells no mode (sk_test_, sk_live_, rk_…)",
        "use the secret key as Stripe shows it")
    ]
  }

  /// nil: the door can be judged, whatever it said.
  static func fatal(_ probe: Probe) -> Finding? {
    switch probe.failure?.kind {
    case .unauthorized where probe.failure?.trace.status == 401:
      .error(
        "stripe.key", "\(probe.failure!)",
        "set STRIPE_CLIENT_SECRET to a current secret key of the platform account")
    case .notSent(let reason), .unknown(let reason):
      .error(
        "stripe.unreachable", reason,
        "let this machine reach Stripe (DNS, proxy, firewall); see "
          + "https://status.stripe.com")
    case nil, .unauthorized, .throttled, .refused, .unreadable: nil
    }
  }

  static func door(_ probe: Probe, _ need: String) -> [Finding] {
    guard let failure = probe.failure else { return [] }
    switch failure.kind {
    case .unauthorized(let message):
      let name = permission(in: message)
      return [
        .error(
          "stripe.permission",
          "\(failure.trace.operation) is not allowed (\(need)): missing \(name ?? message)",
          "give the restricted key \(name ?? "this permission"), or use a secret key (sk_…): "
            + "https://dashboard.stripe.com/apikeys")
      ]
    case .notSent, .unknown, .throttled, .refused, .unreadable:
      return [
        .warning("stripe.answer", "\(failure)", "run the check again; see the reason if it stays")
      ]
    }
  }

  /// `… ('balance_read') permissions …`: the name between quotes and brackets.
  static func permission(in message: String) -> String? {
    let parts = message.split(separator: "('", maxSplits: 1)
    guard parts.count == 2, let name = parts[1].split(separator: "')").first else { return nil }
    return String(name)
  }

  // MARK: - Webhooks

  private func webhooks() -> [Finding] {
    let endpoints: [WebhookEndpointSnapshot]
    do throws(CallFailure) { endpoints = try preflight.stripe.webhookEndpoints().value } catch {
      return []  // its door was reported
    }
    let inspector = Webhooks(stripe: preflight.stripe)
    return Webhooks.Audience.allCases.flatMap { audience -> [Finding] in
      secret(audience)
        + endpoint(audience, among: endpoints, problems: inspector.problems)
    }
  }

  private func secret(_ audience: Webhooks.Audience) -> [Finding] {
    let configuration = preflight.configuration
    let secrets =
      audience.isConnect
      ? configuration.sellersWebhookSecrets : configuration.operatorWebhookSecrets
    guard secrets.isEmpty else { return [] }
    return [
      .error(
        "webhook.secret", "\(audience.variable) is not set: deliveries are refused",
        "set it to the signing secret (whsec_…) of the \(audience.rawValue) endpoint")
    ]
  }

  private func endpoint(
    _ audience: Webhooks.Audience, among endpoints: [WebhookEndpointSnapshot],
    problems: (WebhookEndpointSnapshot) -> [String]
  ) -> [Finding] {
    let base = preflight.configuration.onboarding.links.publicURL
    let remedy = "stripe-mirakl webhooks register --url \(base)"
    let ours = endpoints.filter {
      $0.url == base + audience.path
        || (audience.isConnect && $0.url == base + "/api/public/webhook")
    }
    guard let endpoint = ours.first(where: \.isEnabled) ?? ours.first else {
      return [
        .error(
          "webhook.missing", "no webhook endpoint leads to \(base + audience.path)", remedy)
      ]
    }
    let found = problems(endpoint)
    if found.isEmpty {
      return [.ok("webhook.\(audience.rawValue)", "\(endpoint.id) sends all that is needed")]
    }
    return found.map { problem in
      problem.contains("API version")
        ? .warning(
          "webhook.version", "\(endpoint.id) \(problem)",
          "stripe-mirakl webhooks delete \(endpoint.id), then \(remedy)")
        : .error("webhook.problem", "\(endpoint.id) \(problem)", remedy)
    }
  }
}
