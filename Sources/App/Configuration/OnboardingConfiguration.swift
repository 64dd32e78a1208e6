import Decisions
import Domain
import Engine

/// What an operator sets about sellers: accounts, links, identification.
enum OnboardingConfiguration {
  enum Scheme: String, CaseIterable { case https, http }

  static func parse(_ reader: inout EnvironmentReader, miraklBase: String) -> OnboardingSettings {
    let scheme: Scheme = reader.choice("SCHEME", default: .https)
    let host = reader.required(
      "BASE_HOST", "the public host name of this server, for links to sellers")
    if host.contains("://") || host.contains("/") || host.contains(" ") {
      reader.problem("BASE_HOST must be a host name without scheme and path")
    }
    let field = reader.value("MIRAKL_CUSTOM_FIELD_CODE") ?? "stripe-url"
    let home = reader.value("REDIRECT_ONBOARDING")
    if let home { _ = reader.url("REDIRECT_ONBOARDING", home) }
    return OnboardingSettings(
      policy: OnboardingPolicy(
        isEnabled: reader.boolean(["ENABLE_SELLER_ONBOARDING"], default: true), linkField: field,
        ignoreField: reader.value("MIRAKL_IGNORED_SHOP_FIELD_CODE") ?? "stripe-ignored",
        prefills: reader.boolean(["STRIPE_PREFILL_ONBOARDING"], default: false)),
      links: OnboardingLinks(
        mode: reader.choice("ONBOARDING_LINK", default: .stable),
        publicURL: "\(scheme.rawValue)://\(host)",
        returnURL: home ?? trimmed(miraklBase) + "/mmp/shop/account/shop",
        field: field),
      isStrict: reader.boolean(["KYC_STRICT"], default: true),
      kycPassWrites: reader.boolean(["KYC_MIRAKL_SHOP_DISABLE_UPDATE"], default: false))
  }

  private static func trimmed(_ url: String) -> String {
    String(url.reversed().drop { $0 == "/" }.reversed())
  }
}
