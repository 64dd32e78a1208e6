/// What made an event: a request with its key, or nothing that the platform did.
struct EventCause: Sendable, Hashable {
  var requestID: String?
  var idempotencyKey: String?
  var nowMs: Int64

  init(nowMs: Int64) { self.nowMs = nowMs }

  init(_ call: StripeCall) {
    requestID = call.requestID
    idempotencyKey = call.idempotencyKey
    nowMs = call.nowMs
  }
}

/// An event, rendered once: `data` never changes afterwards.
struct StripeEvent: Sendable, Hashable, StripeRow {
  var id: String
  var createdMs: Int64
  var type: String
  /// The connected account it happened on; nil for the platform's own.
  var account: String?
  var json: JSONValue
  /// Endpoints that have not taken it yet.
  var pending: Int

  /// The event as the API and the webhooks show it.
  var rendered: JSONValue {
    var rendered = json
    rendered["pending_webhooks"] = .integer(Int64(pending))
    return rendered
  }
}

extension StripeState {
  /// Writes an event down and queues it for the endpoints that listen.
  mutating func emit(
    _ type: String, _ object: JSONValue, account: String? = nil, previous: JSONValue? = nil,
    cause: EventCause
  ) {
    var data: JSONValue = ["object": object]
    if let previous { data["previous_attributes"] = previous }
    let id = newID("evt")
    var json: JSONValue = ["id": .string(id), "object": "event"]
    if let account { json["account"] = .string(account) }
    json["api_version"] = .string(apiVersion)
    json["created"] = .integer(cause.nowMs / 1_000)
    json["data"] = data
    json["livemode"] = .bool(livemode)
    json["pending_webhooks"] = 0
    json["request"] = [
      "id": .string(cause.requestID), "idempotency_key": .string(cause.idempotencyKey),
    ]
    json["type"] = .string(type)
    let listeners = listeners(type, isConnect: account != nil)
    events[id] = StripeEvent(
      id: id, createdMs: cause.nowMs, type: type, account: account, json: json,
      pending: listeners.count)
    deliveries += listeners.map { PendingDelivery(event: id, endpoint: $0) }
  }

  /// `GET /v1/events/{id}`.
  func readEvent(_ call: StripeCall) throws(StripeError) -> JSONValue {
    guard let event = events[call.ids[0]], event.account == accountScope(call) else {
      throw .missing("event", call.ids[0], parameter: nil)
    }
    return event.rendered
  }

  /// `GET /v1/events`: those of the last 30 days.
  func listEvents(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let types = call.texts("type") + call.texts("types[]")
    guard call.text("type") == nil || call.texts("types[]").isEmpty else {
      throw .invalid("You may only specify one of these parameters: type, types.")
    }
    let isDelivered = try call.flag("delivery_success")
    let oldestMs = call.nowMs - Self.eventLifetimeMs
    return try call.list(
      events, "event",
      where: { event in
        event.account == accountScope(call) && event.createdMs >= oldestMs
          && (types.isEmpty || types.contains { Self.matches(event.type, $0) })
          && isDelivered ?? (event.pending == 0) == (event.pending == 0)
      }, \.rendered)
  }

  private func accountScope(_ call: StripeCall) -> String? {
    call.owner == platform ? nil : call.owner
  }

  /// `charge.*` stands for every type that begins with `charge.`.
  private static func matches(_ type: String, _ pattern: String) -> Bool {
    guard pattern.hasSuffix("*") else { return type == pattern }
    return type.hasPrefix(pattern.dropLast())
  }

  private static let eventLifetimeMs: Int64 = 30 * 86_400_000
}
