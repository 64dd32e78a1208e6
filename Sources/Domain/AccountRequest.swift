/// The parameters of `POST /v1/accounts` that differ from shop to shop. Stored with the intent and
/// sent again unchanged.
public struct AccountRequest: Hashable, Sendable, Codable {
  /// What is told to Stripe about the seller beforehand. All of it can be left out (O5).
  public struct Prefill: Hashable, Sendable, Codable {
    /// `company` or `individual`.
    public var businessType: String?
    /// `business_profile[…]`.
    public var name: String?
    public var url: String?
    public var supportEmail: String?
    public var supportPhone: String?

    public init(
      businessType: String? = nil, name: String? = nil, url: String? = nil,
      supportEmail: String? = nil, supportPhone: String? = nil
    ) {
      self.businessType = businessType
      self.name = name
      self.url = url
      self.supportEmail = supportEmail
      self.supportPhone = supportPhone
    }

    public var isEmpty: Bool { self == Prefill() }
  }

  public var shopID: ShopID
  public var prefill: Prefill
  /// `operation` and `pluginVersion`; the client adds `miraklShopId` and `pluginName`.
  public var metadata: [String: String]

  public init(shopID: ShopID, prefill: Prefill, metadata: [String: String]) {
    self.shopID = shopID
    self.prefill = prefill
    self.metadata = metadata
  }
}

/// One page of the list of connected accounts, newest first.
public struct AccountPage: Hashable, Sendable {
  public var accounts: [AccountSnapshot]
  /// Whether another page follows after the last account of this one.
  public var hasMore: Bool

  public init(accounts: [AccountSnapshot], hasMore: Bool) {
    self.accounts = accounts
    self.hasMore = hasMore
  }
}
