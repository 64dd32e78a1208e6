/// Webhook endpoints, registered through the API.
///
/// - Source: https://docs.stripe.com/api/webhook_endpoints
extension StripeState {
  /// Stripe's own bound, per account.
  private static let webhookEndpointsMax = 16

  /// Who is sent an event of a type.
  func listeners(_ type: String, isConnect: Bool) -> [WebhookEndpoint] {
    let registered = webhookEndpoints.rows.filter { $0.listens(to: type) }.map {
      WebhookEndpoint(url: $0.url, secret: $0.secret, connect: $0.connect)
    }
    return (endpoints + registered).filter { $0.connect == isConnect }
  }

  /// `GET /v1/webhook_endpoints`.
  func listWebhookEndpoints(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try call.list(
      webhookEndpoints, "webhook_endpoint", where: { !$0.isDeleted },
      { $0.json(livemode: livemode) })
  }

  /// `POST /v1/webhook_endpoints`: the one answer with the secret.
  mutating func createWebhookEndpoint(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let url = try call.required("url")
    try check(url: url)
    let types = try enabledEvents(call)
    guard !types.isEmpty else {
      throw .invalid(
        "Missing required param: enabled_events.", code: "parameter_missing",
        parameter: "enabled_events")
    }
    if let version = call.text("api_version"), !StripeVersion.known.contains(version) {
      throw .refused("Invalid api_version: \(version)", parameter: "api_version")
    }
    guard webhookEndpoints.rows.count(where: { !$0.isDeleted }) < Self.webhookEndpointsMax else {
      throw .refused(
        "You have reached the maximum of \(Self.webhookEndpointsMax) test webhook endpoints.")
    }
    let endpoint = SandboxWebhookEndpoint(
      id: newID("we"), createdMs: call.nowMs, url: url, connect: try call.flag("connect") ?? false,
      enabledEvents: types, apiVersion: call.text("api_version"),
      description: call.text("description"), metadata: try call.metadata(),
      secret: newID("whsec", length: 32))
    webhookEndpoints[endpoint.id] = endpoint
    return endpoint.json(livemode: livemode, showsSecret: true)
  }

  /// `GET /v1/webhook_endpoints/{id}`.
  func readWebhookEndpoint(_ call: StripeCall) throws(StripeError) -> JSONValue {
    try webhookEndpoint(call).json(livemode: livemode)
  }

  /// `POST /v1/webhook_endpoints/{id}`.
  mutating func updateWebhookEndpoint(_ call: StripeCall) throws(StripeError) -> JSONValue {
    var endpoint = try webhookEndpoint(call)
    if let url = call.text("url") {
      try check(url: url)
      endpoint.url = url
    }
    let types = try enabledEvents(call)
    if !types.isEmpty { endpoint.enabledEvents = types }
    endpoint.isDisabled = try call.flag("disabled") ?? endpoint.isDisabled
    endpoint.description = call.text("description") ?? endpoint.description
    endpoint.metadata = try call.metadata(over: endpoint.metadata)
    webhookEndpoints[endpoint.id] = endpoint
    return endpoint.json(livemode: livemode)
  }

  /// `DELETE /v1/webhook_endpoints/{id}`.
  mutating func deleteWebhookEndpoint(_ call: StripeCall) throws(StripeError) -> JSONValue {
    var endpoint = try webhookEndpoint(call)
    endpoint.isDeleted = true
    webhookEndpoints[endpoint.id] = endpoint
    return ["id": .string(endpoint.id), "object": "webhook_endpoint", "deleted": true]
  }

  private func webhookEndpoint(_ call: StripeCall) throws(StripeError) -> SandboxWebhookEndpoint {
    guard let endpoint = webhookEndpoints[call.ids[0]], !endpoint.isDeleted else {
      throw .missing("webhook endpoint", call.ids[0], parameter: nil)
    }
    return endpoint
  }

  private func check(url: String) throws(StripeError) {
    let isURL = url.hasPrefix("https://") || (!livemode && url.hasPrefix("http://"))
    guard isURL, !url.contains(" ") else {
      throw .refused(
        livemode && url.hasPrefix("http://")
          ? "Invalid URL: live webhook endpoints must be HTTPS" : "Invalid URL",
        code: "url_invalid", parameter: "url")
    }
  }

  private func enabledEvents(_ call: StripeCall) throws(StripeError) -> [String] {
    let types = call.texts("enabled_events[]")
    for type in types where type != "*" {
      let isName = type.utf8.allSatisfy { (97...122).contains($0) || $0 == 46 || $0 == 95 }
      guard isName, type.contains(".") else {
        throw .refused(
          "Invalid enabled_events[]: must be a valid event type", parameter: "enabled_events[]")
      }
    }
    return types
  }
}
