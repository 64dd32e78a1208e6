/// A webhook endpoint as Stripe has it registered.
/// - Source: https://docs.stripe.com/api/webhook_endpoints/object
public struct WebhookEndpointSnapshot: Hashable, Sendable {
  /// `we_…`
  public var id: WebhookEndpointID
  public var url: String
  /// Gets the events of connected accounts; otherwise those of the platform itself.
  public var isConnect: Bool
  /// False once somebody disabled it, or Stripe did after days of failures.
  public var isEnabled: Bool
  /// `*` stands for nearly all.
  public var enabledEvents: [String]
  /// The version that its events are rendered in; nil for the account's default. Immutable.
  public var apiVersion: String?
  public var livemode: Bool
  /// The signing secret `whsec_…`; only the answer to the creation holds it.
  public var secret: Secret?

  public init(
    id: WebhookEndpointID, url: String, isConnect: Bool, isEnabled: Bool, enabledEvents: [String],
    apiVersion: String?, livemode: Bool, secret: Secret? = nil
  ) {
    self.id = id
    self.url = url
    self.isConnect = isConnect
    self.isEnabled = isEnabled
    self.enabledEvents = enabledEvents
    self.apiVersion = apiVersion
    self.livemode = livemode
    self.secret = secret
  }

  /// The wanted types that it does not get, sorted.
  public func missing(_ wanted: [String]) -> [String] {
    if enabledEvents.contains("*") { return [] }
    return wanted.filter { !enabledEvents.contains($0) }.sorted()
  }
}

public enum StripeWebhookEndpoint: IDKind {
  public static let name = "Stripe webhook endpoint", prefixes = ["we_"]
}
public typealias WebhookEndpointID = ID<StripeWebhookEndpoint>

/// What `POST /v1/webhook_endpoints` is asked for.
public struct WebhookEndpointRequest: Hashable, Sendable {
  public var url: String
  public var isConnect: Bool
  public var enabledEvents: [String]
  /// At most 500 characters; people see it in Stripe's dashboard.
  public var description: String

  public init(url: String, isConnect: Bool, enabledEvents: [String], description: String) {
    self.url = url
    self.isConnect = isConnect
    self.enabledEvents = enabledEvents
    self.description = description
  }
}
