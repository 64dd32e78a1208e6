/// The present moment. A protocol because tests and the simulation bring their own.
public protocol WallClock: Sendable {
  /// Milliseconds since 1970-01-01 UTC.
  var nowMs: Int64 { get }
}

/// Randomness for jitter and tokens. A protocol because the simulation seeds it.
public protocol Randomness: Sendable {
  /// Uniform in 0..<1.
  func unit() -> Double
  /// Bytes that nobody can guess.
  func bytes(_ count: Int) -> [UInt8]
}

/// A pause inside a pass, between two tries of one call.
public protocol Pausing: Sendable {
  /// Returns after the time has passed, or early if the program is stopping.
  func pause(forMs: Int64)
}

/// What we ask of Stripe. Every method is one request (a list reads all its pages), blocks until
/// it is answered or its deadline has passed, and never retries by itself.
public protocol StripePort: Sendable {
  /// `GET /v1/account`, or `/v1/accounts/{id}`.
  func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot>
  /// `GET /v1/charges/{id}` with its balance transaction.
  func charge(_ id: ChargeID) throws(CallFailure) -> Answer<ChargeSnapshot>
  /// `GET /v1/payment_intents/{id}` with its latest charge.
  func paymentIntent(_ id: PaymentIntentID) throws(CallFailure) -> Answer<PaymentIntentSnapshot>
  /// `GET /v1/transfers?transfer_group=…`, all pages.
  func transfers(group: String) throws(CallFailure) -> Answer<[TransferSnapshot]>
  /// `POST /v1/transfers`.
  func createTransfer(
    _ request: TransferRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<TransferSnapshot>
}

/// What we ask of Mirakl; the same promises as `StripePort`.
public protocol MiraklPort: Sendable {
  /// OR11 `GET /api/orders`: one page. `next` continues after the page that returned it.
  func orders(
    _ query: OrderQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderSnapshot>>
  /// S20 `GET /api/shops`, for the shops named (at most 100).
  func shops(_ ids: [ShopID]) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>>
}

/// Which orders OR11 is asked for.
public enum OrderQuery: Hashable, Sendable {
  /// Changed since the moment (milliseconds since 1970), or all of them.
  case updatedSince(Int64?)
  /// By order id, at most 100.
  case ids([OrderID])
  /// By commercial id, at most 100.
  case commercialIDs([CommercialOrderID])
}

/// Where the next page is: the path and query of Mirakl's `rel="next"` link.
public struct PageLink: Hashable, Sendable {
  public let pathAndQuery: String
  public init(pathAndQuery: String) { self.pathAndQuery = pathAndQuery }
}

/// One page of a Mirakl list. An element that cannot be read does not spoil the others (Q7).
public struct MiraklPage<Value: Sendable & Hashable>: Sendable, Hashable {
  public var elements: [PageElement<Value>]
  public var next: PageLink?
  /// Mirakl's own clock (the answer's `Date` header), milliseconds since 1970.
  public var serverTimeMs: Int64?

  public init(elements: [PageElement<Value>], next: PageLink?, serverTimeMs: Int64?) {
    self.elements = elements
    self.next = next
    self.serverTimeMs = serverTimeMs
  }
}

/// An element of a page, read or not.
public enum PageElement<Value: Sendable & Hashable>: Sendable, Hashable {
  case readable(Value)
  case unreadable(UnreadableElement)
}

/// Why an element could not be read. `reason` names the field.
public struct UnreadableElement: Sendable, Hashable {
  /// Its identifier, where that at least could be read.
  public var id: String?
  public var commercialID: String?
  public var shopID: ShopID?
  public var createdMs: Int64?
  public var field: String
  public var reason: String

  public init(
    id: String?, commercialID: String? = nil, shopID: ShopID? = nil, createdMs: Int64? = nil,
    field: String, reason: String
  ) {
    self.id = id
    self.commercialID = commercialID
    self.shopID = shopID
    self.createdMs = createdMs
    self.field = field
    self.reason = reason
  }
}
