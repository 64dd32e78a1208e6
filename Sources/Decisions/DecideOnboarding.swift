import Domain

/// What the operator decided about onboarding.
public struct OnboardingPolicy: Hashable, Sendable {
  /// `ENABLE_SELLER_ONBOARDING`: false makes no accounts and no links; the ignore field counts
  /// all the same.
  public var isEnabled: Bool
  /// `MIRAKL_CUSTOM_FIELD_CODE`.
  public var linkField: String
  /// `MIRAKL_IGNORED_SHOP_FIELD_CODE`.
  public var ignoreField: String
  /// `STRIPE_PREFILL_ONBOARDING`.
  public var prefills: Bool

  public init(
    isEnabled: Bool = true, linkField: String = "stripe-url",
    ignoreField: String = "stripe-ignored", prefills: Bool = false
  ) {
    self.isEnabled = isEnabled
    self.linkField = linkField
    self.ignoreField = ignoreField
    self.prefills = prefills
  }
}

/// What a shop needs.
public struct OnboardingPlan: Hashable, Sendable {
  /// Why a shop gets no account.
  public enum Exclusion: Hashable, Sendable, CustomStringConvertible {
    case ignored
    case closed(state: String)
    case disabled

    public var description: String {
      switch self {
      case .ignored: "the operator ignores the shop"
      case .closed(let state): "the shop is closed (\(state))"
      case .disabled: "ENABLE_SELLER_ONBOARDING is off"
      }
    }
  }

  /// What the shop's ignore field says.
  public var isIgnored: Bool
  public var exclusion: Exclusion?
  public var needsAccount: Bool
  public var needsLink: Bool

  public var isInOrder: Bool { !needsAccount && !needsLink }
}

/// The ignore check comes first, then closed shops, and only then accounts and links (O4).
///
/// `CLOSE` and `TERMINATED` shops are closed. A `SUSPENDED` one is not: Mirakl suspends new shops
/// until they are approved, and approval waits for the identification that onboarding brings.
/// States that Mirakl adds later count as open: an account that is not needed does no harm.
public func decideOnboarding(
  _ shop: ShopSnapshot, mapping: AccountMapping?, policy: OnboardingPolicy
) -> OnboardingPlan {
  let isIgnored = shop.additionalFields[policy.ignoreField]?.lowercased() == "true"
  var plan = OnboardingPlan(isIgnored: isIgnored, needsAccount: false, needsLink: false)
  if isIgnored {
    plan.exclusion = .ignored
  } else if ["CLOSE", "CLOSED", "TERMINATED"].contains(shop.state.uppercased()) {
    plan.exclusion = .closed(state: shop.state)
  } else if !policy.isEnabled {
    plan.exclusion = .disabled
  }
  guard plan.exclusion == nil else { return plan }
  plan.needsAccount = mapping == nil
  plan.needsLink = isReplaceable(shop.additionalFields[policy.linkField] ?? "")
  return plan
}

/// Whether our link may take the place of what the custom field holds: nothing, or a link of the
/// OAuth onboarding that Stripe has ended. Anything else was put there on purpose.
private func isReplaceable(_ value: String) -> Bool {
  value.allSatisfy(\.isWhitespace) || value.contains("express/oauth/authorize")
}

/// What Stripe is told about the seller beforehand; what is not known is left out.
public func prefill(for shop: ShopSnapshot, policy: OnboardingPolicy) -> AccountRequest.Prefill {
  guard policy.prefills else { return AccountRequest.Prefill() }
  return AccountRequest.Prefill(
    businessType: shop.isProfessional.map { $0 ? "company" : "individual" },
    name: shop.name.isEmpty ? nil : shop.name, url: shop.contact?.webSite,
    supportEmail: shop.contact?.email, supportPhone: shop.contact?.phone)
}

/// The prefill without what Stripe refused (O5), or nil if the refusal is not about it.
///
/// Stripe names the parameter, or has a code for it. If it names neither, everything optional goes:
/// a seller without prefill is better than one without account.
public func withoutRefused(
  _ prefill: AccountRequest.Prefill, _ refusal: Refusal
) -> AccountRequest.Prefill? {
  guard !prefill.isEmpty, (400..<500).contains(refusal.status), refusal.status != 409 else {
    return nil
  }
  var rest = prefill
  switch (refusal.parameter ?? "", refusal.code ?? "") {
  case ("business_type", _): rest.businessType = nil
  case ("business_profile[name]", _): rest.name = nil
  case ("business_profile[url]", _), ("", "url_invalid"): rest.url = nil
  case ("business_profile[support_email]", _), ("", "email_invalid"): rest.supportEmail = nil
  case ("business_profile[support_phone]", _), ("", "phone_invalid"),
    ("", "invalid_phone_number"):
    rest.supportPhone = nil
  case ("", ""), ("business_profile", _): rest = AccountRequest.Prefill()
  default: return nil
  }
  return rest == prefill ? AccountRequest.Prefill() : rest
}
