public import Decisions
public import Domain

/// What the operator decided about sellers.
public struct OnboardingSettings: Sendable {
  public var policy: OnboardingPolicy
  public var links: OnboardingLinks
  /// `KYC_STRICT`.
  public var isStrict: Bool
  /// `KYC_MIRAKL_SHOP_DISABLE_UPDATE`, whose name says the opposite: the `kyc` pass writes links
  /// and statuses to Mirakl.
  public var kycPassWrites: Bool
  /// A shop read longer ago is read again before it gets an account (Q6).
  public var shopFreshMs: Int64 = 300_000
  /// S20 is asked again for this much before the checkpoint.
  public var overlapMs: Int64 = 600_000

  public init(
    policy: OnboardingPolicy = OnboardingPolicy(), links: OnboardingLinks = OnboardingLinks(),
    isStrict: Bool = true, kycPassWrites: Bool = false
  ) {
    self.policy = policy
    self.links = links
    self.isStrict = isStrict
    self.kycPassWrites = kycPassWrites
  }
}
