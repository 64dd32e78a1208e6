/// The list of events, for those that no webhook brought (W2).
public protocol StripeEventsPort: Sendable {
  /// `GET /v1/events`: one page, newest first. Stripe keeps events for 30 days.
  func events(_ query: EventQuery) throws(CallFailure) -> Answer<EventPage>
}

/// Which events are asked for.
public struct EventQuery: Hashable, Sendable {
  /// Types, or one pattern such as `charge.*`: Stripe takes a single pattern or up to 20 types.
  public enum Types: Hashable, Sendable {
    case matching(String)
    case anyOf([String])
  }

  public var types: Types
  /// Seconds since 1970, inclusive: Stripe counts no finer.
  public var fromS: Int64
  /// Seconds since 1970, exclusive; nil for no end.
  public var untilS: Int64?
  /// The last event of the page before.
  public var startingAfter: String?

  public init(types: Types, fromS: Int64, untilS: Int64? = nil, startingAfter: String? = nil) {
    self.types = types
    self.fromS = fromS
    self.untilS = untilS
    self.startingAfter = startingAfter
  }
}

/// One page of events, ready for the journal (endpoint `poll`).
public struct EventPage: Hashable, Sendable {
  public var events: [NewEvent]
  /// Elements that are no event that can be used; the others are (Q7).
  public var unreadable: Int
  /// The event to continue after; nil on the last page.
  public var next: String?

  public init(events: [NewEvent], unreadable: Int = 0, next: String? = nil) {
    self.events = events
    self.unreadable = unreadable
    self.next = next
  }
}
