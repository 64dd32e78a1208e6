import Domain
import HTTPClient

/// Webhook endpoints: registered, listed, brought up to date and removed.
/// - Source: https://docs.stripe.com/api/webhook_endpoints
extension StripeClient {
  /// All of them, every page.
  public func webhookEndpoints() throws(CallFailure) -> Answer<[WebhookEndpointSnapshot]> {
    var found: [WebhookEndpointSnapshot] = []
    for _ in 1...Self.pagesMax {
      var call = StripeCall(
        operation: "GET /v1/webhook_endpoints", path: "/v1/webhook_endpoints")
      call.parameters.append("limit", "100")
      call.parameters.append("starting_after", found.last?.id.rawValue)
      let (page, trace) = try send(WireList<WireWebhookEndpoint>.self, call)
      let endpoints = try usable(trace) { try page.data.map { try $0.snapshot() } }
      let known = Set(found.map(\.id))
      guard endpoints.allSatisfy({ !known.contains($0.id) }) else {
        throw CallFailure(.unreadable(reason: "the list's pages repeat themselves"), trace: trace)
      }
      found += endpoints
      if !page.hasMore || endpoints.isEmpty { return Answer(found, trace: trace) }
    }
    throw CallFailure(
      .unreadable(reason: "more than \(Self.pagesMax) pages"),
      trace: CallTrace(operation: "GET /v1/webhook_endpoints"))
  }

  /// The answer alone holds the signing secret; the same key brings the same answer for 24 hours.
  public func createWebhookEndpoint(
    _ request: WebhookEndpointRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<WebhookEndpointSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/webhook_endpoints", path: "/v1/webhook_endpoints",
      idempotencyKey: idempotencyKey)
    call.parameters.append("url", request.url)
    for type in request.enabledEvents { call.parameters.append("enabled_events[]", type) }
    call.parameters.append("connect", request.isConnect ? "true" : "false")
    call.parameters.append("api_version", Self.apiVersion)
    call.parameters.append("description", request.description)
    call.parameters.append("metadata[pluginName]", "MiraklConnector")
    call.parameters.append("metadata[pluginVersion]", pluginVersion)
    return try endpoint(call)
  }

  /// Sets the event types, and switches the endpoint on.
  public func updateWebhookEndpoint(
    _ id: WebhookEndpointID, enabledEvents: [String], idempotencyKey: String
  ) throws(CallFailure) -> Answer<WebhookEndpointSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/webhook_endpoints/{id}",
      path: "/v1/webhook_endpoints/" + FormBody.encode(id.rawValue),
      idempotencyKey: idempotencyKey)
    for type in enabledEvents { call.parameters.append("enabled_events[]", type) }
    call.parameters.append("disabled", "false")
    return try endpoint(call)
  }

  public func deleteWebhookEndpoint(_ id: WebhookEndpointID) throws(CallFailure) -> CallTrace {
    let call = StripeCall(
      operation: "DELETE /v1/webhook_endpoints/{id}",
      path: "/v1/webhook_endpoints/" + FormBody.encode(id.rawValue), deletes: true)
    return try send(WireDeleted.self, call).1
  }

  private func endpoint(_ call: StripeCall) throws(CallFailure) -> Answer<WebhookEndpointSnapshot> {
    let (wire, trace) = try send(WireWebhookEndpoint.self, call)
    do { return Answer(try wire.snapshot(), trace: trace) } catch {
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }
}

private struct WireWebhookEndpoint: Decodable {
  let id: String
  let url: String
  let status: String?
  let enabledEvents: [String]
  let apiVersion: String?
  /// Not null exactly for a Connect endpoint.
  let application: String?
  let livemode: Bool?
  let secret: String?

  enum CodingKeys: String, CodingKey {
    case id, url, status, application, livemode, secret
    case enabledEvents = "enabled_events"
    case apiVersion = "api_version"
  }

  func snapshot() throws -> WebhookEndpointSnapshot {
    WebhookEndpointSnapshot(
      id: try WebhookEndpointID(id), url: url, isConnect: application != nil,
      isEnabled: status != "disabled", enabledEvents: enabledEvents, apiVersion: apiVersion,
      livemode: livemode ?? false, secret: secret.map { Secret($0) })
  }
}

private struct WireDeleted: Decodable { let deleted: Bool }
