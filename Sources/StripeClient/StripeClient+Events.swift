import Domain
import FoundationEssentials
import HTTPClient

extension StripeClient {
  /// Events of the platform's own account. Whether `Stripe-Account` brings those of a connected
  /// account is not documented, and it would take a call per seller: accounts are read themselves.
  /// - Source: https://docs.stripe.com/api/events/list
  public func events(_ query: EventQuery) throws(CallFailure) -> Answer<EventPage> {
    var call = StripeCall(operation: "GET /v1/events", path: "/v1/events")
    switch query.types {
    case .matching(let pattern): call.parameters.append("type", pattern)
    case .anyOf(let types): for type in types { call.parameters.append("types[]", type) }
    }
    call.parameters.append("created[gte]", String(query.fromS))
    call.parameters.append("created[lt]", query.untilS.map { String($0) })
    call.parameters.append("limit", "100")
    call.parameters.append("starting_after", query.startingAfter)
    let (wire, body, trace) = try read(WireEventList.self, call)
    let elements = JSONElements.of("data", in: body) ?? []
    guard elements.count == wire.events.count else {
      throw CallFailure(.unreadable(reason: "data: not a list of events"), trace: trace)
    }
    let events = zip(wire.events, elements).compactMap { $0.event(payload: Array($1)) }
    let last = wire.events.last?.id
    if wire.hasMore, last == nil || last == query.startingAfter {
      throw CallFailure(.unreadable(reason: "the list's pages repeat themselves"), trace: trace)
    }
    return Answer(
      EventPage(
        events: events, unreadable: elements.count - events.count, next: wire.hasMore ? last : nil),
      trace: trace)
  }
}

/// A page of events; an element that cannot be read does not spoil the others (Q7).
private struct WireEventList: Decodable {
  let events: [WireEvent]
  let hasMore: Bool

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    events = try container.decode([WireEvent].self, forKey: .data)
    hasMore = try container.decodeIfPresent(Bool.self, forKey: .hasMore) ?? false
  }

  private enum Key: String, CodingKey {
    case data
    case hasMore = "has_more"
  }
}

/// What the journal needs of an event.
private struct WireEvent: Decodable {
  let id: String?
  private let type: String?
  private let account: String?
  private let created: Int64?
  private let livemode: Bool?
  private let objectID: String?

  init(from decoder: any Decoder) {
    let container = try? decoder.container(keyedBy: Key.self)
    func value<Value: Decodable>(_ key: Key) -> Value? {
      try? container?.decode(Value.self, forKey: key)
    }
    id = value(.id)
    type = value(.type)
    account = value(.account)
    created = value(.created)
    livemode = value(.livemode)
    let data = try? container?.nestedContainer(keyedBy: Key.self, forKey: .data)
    let object = try? data?.nestedContainer(keyedBy: Key.self, forKey: .object)
    objectID = try? object?.decode(String.self, forKey: .id)
  }

  /// nil if it lacks what makes it an event.
  func event(payload: [UInt8]) -> NewEvent? {
    guard let id, let type, !id.isEmpty, !type.isEmpty, let created else { return nil }
    return NewEvent(
      source: .stripe, endpoint: "poll", externalID: id, type: type, objectID: objectID,
      account: account, livemode: livemode ?? false, createdMs: milliseconds(created),
      payload: payload)
  }

  private enum Key: String, CodingKey { case id, type, account, created, livemode, data, object }
}
