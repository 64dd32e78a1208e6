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
