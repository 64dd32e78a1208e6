/// What S07 changes of one shop; everything not named stays as it is.
public struct ShopUpdate: Hashable, Sendable {
  public var shopID: ShopID
  public var kyc: KYCStatus?
  /// Custom fields by code. The value may be a bearer link: never logged (O3).
  public var fields: [String: String]

  public init(shopID: ShopID, kyc: KYCStatus? = nil, fields: [String: String] = [:]) {
    self.shopID = shopID
    self.kyc = kyc
    self.fields = fields
  }
}

/// What S07 made of the shops that it was asked to change: its 200 may refuse single ones (K2).
public struct ShopUpdateResult: Hashable, Sendable {
  public var updated: Set<ShopID>
  /// Why a shop was refused, in Mirakl's words without links.
  public var refused: [ShopID: String]

  public init(updated: Set<ShopID>, refused: [ShopID: String]) {
    self.updated = updated
    self.refused = refused
  }
}
