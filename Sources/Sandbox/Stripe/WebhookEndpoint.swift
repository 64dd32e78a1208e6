import HTTPFormat
import OpenSSL

/// Where the Stripe sandbox sends events.
public struct WebhookEndpoint: Sendable, Hashable {
  public var url: String
  /// `whsec_…`; the whole text is the key of the signatures.
  public var secret: String
  /// Whether it gets the events of connected accounts, instead of the platform's own.
  public var connect: Bool

  public init(url: String, secret: String, connect: Bool) {
    self.url = url
    self.secret = secret
    self.connect = connect
  }
}

/// One POST that Stripe would send now.
public struct Delivery: Sendable, Hashable {
  public var eventID: String
  public var eventType: String
  public var url: String
  public var headers: Headers
  public var body: [UInt8]
}

/// An event that an endpoint has not been sent yet.
struct PendingDelivery: Sendable, Hashable {
  var event: String
  var endpoint: WebhookEndpoint
}

extension StripeState {
  mutating func takeDeliveries(nowMs: Int64, max: Int) -> [Delivery] {
    let taken = deliveries.prefix(max)
    deliveries.removeFirst(taken.count)
    return taken.compactMap { pending in
      guard let event = events[pending.event] else { return nil }
      let body = Array(event.rendered.pretty.utf8)
      return Delivery(
        eventID: event.id, eventType: event.type, url: pending.endpoint.url,
        headers: [
          "Content-Type": "application/json; charset=utf-8",
          "Stripe-Signature": Self.signature(
            of: body, secret: pending.endpoint.secret, nowMs: nowMs),
          "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        ], body: body)
    }
  }

  /// `t=…,v1=…`: the code of the seconds, a dot and the body.
  private static func signature(of body: [UInt8], secret: String, nowMs: Int64) -> String {
    let seconds = nowMs / 1_000
    let code = HMACSHA256(secret: secret).hex(of: Array("\(seconds).".utf8), body)
    return "t=\(seconds),v1=\(code)"
  }
}
