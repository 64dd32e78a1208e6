/// A fact that arrived, before it has a number in the journal.
public struct NewEvent: Hashable, Sendable {
  /// Who says so. Stored; never rename one.
  public enum Source: String, CaseIterable, Sendable { case stripe, mirakl }

  public var source: Source
  /// Which door it came through: `operator`, `sellers`, `poll`, `mirakl`.
  public var endpoint: String
  /// The sender's own id of the event; unique per source.
  public var externalID: String
  /// e.g. `charge.succeeded`.
  public var type: String
  /// `data.object.id`, where there is one.
  public var objectID: String?
  /// The connected account it belongs to (Connect events).
  public var account: String?
  public var livemode: Bool
  /// The sender's clock, milliseconds since 1970.
  public var createdMs: Int64
  /// The bytes as received.
  public var payload: [UInt8]

  public init(
    source: Source, endpoint: String, externalID: String, type: String, objectID: String?,
    account: String?, livemode: Bool, createdMs: Int64, payload: [UInt8]
  ) {
    self.source = source
    self.endpoint = endpoint
    self.externalID = externalID
    self.type = type
    self.objectID = objectID
    self.account = account
    self.livemode = livemode
    self.createdMs = createdMs
    self.payload = payload
  }
}

/// A fact in the journal.
public struct JournalEvent: Hashable, Sendable {
  /// Its number: the order in which facts were stored.
  public var id: Int64
  public var event: NewEvent
  public var receivedMs: Int64

  public init(id: Int64, event: NewEvent, receivedMs: Int64) {
    self.id = id
    self.event = event
    self.receivedMs = receivedMs
  }
}
