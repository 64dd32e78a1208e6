/// Which link the custom field of a shop shall hold. Stored; never rename one.
///
/// The link itself is made when it is written: Stripe's are single-use and live minutes (O2).
public enum ShopLink: String, CaseIterable, Sendable {
  /// Our own address that mints a fresh link at every click.
  case stable
  /// A raw account link.
  case onboarding
  /// A raw login link; an account link while the details are not submitted.
  case login
  /// A raw account link that leads back to Stripe's dashboard: what the `kyc` pass writes.
  case kycOnboarding = "kyc_onboarding"
}
