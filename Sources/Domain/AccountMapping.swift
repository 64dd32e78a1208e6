/// A Mirakl shop and the connected account that is paid for it.
///
/// Three separate flags, because each has another owner (M5): the operator ignores a shop, Stripe
/// restricts transfers, Stripe disables payouts.
public struct AccountMapping: Hashable, Sendable {
  /// Our own number, `id` in the API.
  public var id: Int64
  public var shopID: ShopID
  public var accountID: AccountID
  public var onboardingToken: String?
  public var payoutEnabled: Bool
  public var payinEnabled: Bool
  /// `capabilities.transfers` is `active`; nil while we have not read the account yet.
  public var transfersActive: Bool?
  /// The operator set the ignore field of the shop in Mirakl.
  public var isIgnoredByOperator: Bool
  /// The `kyc` pass found open requirements: set aside until Stripe has what it wants.
  public var isIgnoredForKYC: Bool
  public var disabledReason: String?
  public var createdMs: Int64
  public var modifiedMs: Int64

  public init(
    id: Int64, shopID: ShopID, accountID: AccountID, onboardingToken: String? = nil,
    payoutEnabled: Bool = false, payinEnabled: Bool = false, transfersActive: Bool? = nil,
    isIgnored: Bool = false, isIgnoredForKYC: Bool = false, disabledReason: String? = nil,
    createdMs: Int64, modifiedMs: Int64
  ) {
    self.id = id
    self.shopID = shopID
    self.accountID = accountID
    self.onboardingToken = onboardingToken
    self.payoutEnabled = payoutEnabled
    self.payinEnabled = payinEnabled
    self.transfersActive = transfersActive
    self.isIgnoredByOperator = isIgnored
    self.isIgnoredForKYC = isIgnoredForKYC
    self.disabledReason = disabledReason
    self.createdMs = createdMs
    self.modifiedMs = modifiedMs
  }

  /// Nothing moves to or from the seller, whoever wants it so (M5). Setting it changes the
  /// operator's flag only.
  public var isIgnored: Bool {
    get { isIgnoredByOperator || isIgnoredForKYC }
    set { isIgnoredByOperator = newValue }
  }
}
