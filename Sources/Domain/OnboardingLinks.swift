/// Where sellers are sent, and where they come back.
public struct OnboardingLinks: Hashable, Sendable {
  /// `ONBOARDING_LINK`.
  public enum Mode: String, CaseIterable, Sendable {
    /// The shop's field holds our own address, which mints a fresh link at every click (O2).
    case stable
    /// The raw link of Stripe's, as the PHP connector did.
    case direct
  }

  public var mode: Mode
  /// `$SCHEME://$BASE_HOST`, without a slash at its end.
  public var publicURL: String
  /// `REDIRECT_ONBOARDING`: where the seller gets after the onboarding.
  public var returnURL: String
  /// `MIRAKL_CUSTOM_FIELD_CODE`.
  public var field: String

  public init(
    mode: Mode = .stable, publicURL: String = "https://localhost",
    returnURL: String = "https://localhost", field: String = "stripe-url"
  ) {
    self.mode = mode
    self.publicURL = publicURL
    self.returnURL = returnURL
    self.field = field
  }

  /// `$BASE_HOST`.
  public var host: String {
    publicURL.firstRange(of: "://").map { String(publicURL[$0.upperBound...]) } ?? publicURL
  }

  public static let refreshPath = "/api/public/onboarding/refresh"

  /// The address that mints a fresh link for whoever has it: never logged (O3).
  public func refreshURL(token: String) -> String {
    "\(publicURL)\(Self.refreshPath)?token=\(token)"
  }

  /// A token that nobody can guess, from 32 random bytes.
  public static func token(from bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
