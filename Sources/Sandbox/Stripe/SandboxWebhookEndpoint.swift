/// A webhook endpoint that was registered through the API.
public struct SandboxWebhookEndpoint: Sendable, Hashable, StripeRow {
  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  public internal(set) var url: String
  public internal(set) var connect: Bool
  public internal(set) var enabledEvents: [String]
  public internal(set) var apiVersion: String?
  public internal(set) var description: String?
  public internal(set) var metadata: [String: String]
  public internal(set) var isDisabled = false
  public internal(set) var secret: String
  var isDeleted = false

  func json(livemode: Bool, showsSecret: Bool = false) -> JSONValue {
    var json: JSONValue = [
      "id": .string(id), "object": "webhook_endpoint", "api_version": .string(apiVersion),
      "application": connect ? "ca_sandbox" : nil, "created": .integer(createdMs / 1_000),
      "description": .string(description),
      "enabled_events": .array(enabledEvents.map { .string($0) }), "livemode": .bool(livemode),
      "metadata": .strings(metadata),
    ]
    if showsSecret { json["secret"] = .string(secret) }
    json["status"] = isDisabled ? "disabled" : "enabled"
    json["url"] = .string(url)
    return json
  }

  func listens(to type: String) -> Bool {
    !isDeleted && !isDisabled && (enabledEvents.contains("*") || enabledEvents.contains(type))
  }
}
