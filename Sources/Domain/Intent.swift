/// One call that moves money, decided but not necessarily made: data only, stored before it is
/// sent (Q2).
public struct Intent: Hashable, Sendable {
  /// What is called. Stored; never rename one.
  public enum Kind: String, CaseIterable, Sendable, Codable {
    case transfer
    /// A connected account for a shop.
    case account
    case capture
    /// Releases an authorisation.
    case cancel
    case refund
    case reversal
    case payout
    /// A transfer from a seller to the platform.
    case sellerDebit = "seller_debit"
    /// PA01.
    case confirmDebit = "confirm_debit"
    /// SPA01.
    case confirmServiceDebit = "confirm_service_debit"
    /// PA02.
    case confirmRefund = "confirm_refund"
    /// SPA02.
    case confirmServiceRefund = "confirm_service_refund"
    /// IV07 or SBC07.
    case confirmPayout = "confirm_payout"
  }

  /// Where it stands. Stored; never rename one.
  public enum State: String, CaseIterable, Sendable {
    /// On disk, and certainly never sent.
    case planned
    /// The request was handed to the network, or was about to be; no outcome on disk.
    case sent
    /// The answer was lost (Q3).
    case unknown
    case succeeded
    /// A definite no. Only this lets the attempt number advance (Q1).
    case refused

    /// Every move that exists. A test compares the names with the SQL.
    public var successors: Set<State> {
      switch self {
      case .planned: [.sent, .refused]
      case .sent: [.sent, .unknown, .succeeded, .refused, .planned]
      case .unknown: [.sent, .succeeded, .refused]
      // A late answer to the same key, while no further attempt was planned.
      case .refused: [.succeeded]
      case .succeeded: []
      }
    }
  }

  public var id: Int64
  public var kind: Kind
  /// The business fact: the same for every attempt of one movement.
  public var businessKey: String
  /// 1, 2, …; advances only after a definite refusal.
  public var attempt: Int
  /// The parameters as JSON, byte for byte what every send repeats.
  public var request: String
  public var state: State
  /// How often it was handed to the network.
  public var sends: Int
  /// Our clock, milliseconds since 1970; set before the first byte, never moved by a repeat.
  public var firstSentMs: Int64?
  public var lastSentMs: Int64?
  /// Stripe keeps an error under the key and replays it: whatever arrives late under this key has
  /// no effect any more, and only a new key can have one.
  public var isKeySpent: Bool
  /// Since when look-ups after the last send have found nothing; nil if none has.
  public var absentMs: Int64?
  /// The id of the object it made.
  public var receiptID: String?
  /// The neighbour's last words, for people.
  public var failure: String?

  public init(
    id: Int64, kind: Kind, businessKey: String, attempt: Int, request: String, state: State,
    sends: Int = 0, firstSentMs: Int64? = nil, lastSentMs: Int64? = nil,
    isKeySpent: Bool = false, absentMs: Int64? = nil, receiptID: String? = nil,
    failure: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.businessKey = businessKey
    self.attempt = attempt
    self.request = request
    self.state = state
    self.sends = sends
    self.firstSentMs = firstSentMs
    self.lastSentMs = lastSentMs
    self.isKeySpent = isKeySpent
    self.absentMs = absentMs
    self.receiptID = receiptID
    self.failure = failure
  }

  /// Stripe's `Idempotency-Key`: business facts only, the same after a crash and in every process
  /// (Q1). Never a UUID or a time: new on every try, and a new key is a new payment.
  public var idempotencyKey: String {
    Self.idempotencyKey(kind: kind, businessKey: businessKey, attempt: attempt)
  }

  /// At most 255 bytes, as Stripe demands: an `ID` holds at most 200.
  public static func idempotencyKey(kind: Kind, businessKey: String, attempt: Int) -> String {
    "mirakl/\(kind.rawValue)/\(businessKey)/\(attempt)"
  }

  /// Stripe may forget a key once it is 24 hours old; we stop trusting it an hour earlier.
  /// - Source: https://docs.stripe.com/api/idempotent_requests
  public static let keyLifetimeMs: Int64 = 23 * 3_600_000

  /// Whether Stripe still knows the key of the first send. False if the clock was set back: the
  /// age is unknown then.
  public func isKeyKnown(nowMs: Int64) -> Bool {
    guard let firstSentMs else { return true }
    return (0..<Self.keyLifetimeMs).contains(nowMs - firstSentMs)
  }
}
