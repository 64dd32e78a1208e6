/// Links by which sellers get in: single use, gone after minutes.
///
/// - Source: https://docs.stripe.com/api/account_links and
///   https://docs.stripe.com/api/accounts/login_link
extension StripeState {
  /// `POST /v1/account_links`.
  mutating func createAccountLink(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let account = try account(try call.required("account"))
    let type = try call.required("type")
    guard ["account_onboarding", "account_update"].contains(type) else {
      throw .invalid(
        "Invalid type: must be one of account_onboarding or account_update", parameter: "type")
    }
    guard type == "account_onboarding" || account.type == "custom" else {
      throw .refused(
        "You cannot create `account_update` type Account Links for this account.",
        parameter: "type")
    }
    for name in ["refresh_url", "return_url"] {
      let url = try call.required(name)
      let isURL = url.hasPrefix("https://") || (!livemode && url.hasPrefix("http://"))
      guard isURL, !url.contains(" ") else {
        throw .refused("Not a valid URL", code: "url_invalid", parameter: name)
      }
    }
    let created = call.nowMs / 1_000
    let url = "https://connect.stripe.com/setup/e/\(account.id)/\(generator.token(12))"
    links.append(url)
    return [
      "object": "account_link", "created": .integer(created), "expires_at": .integer(created + 300),
      "url": .string(url),
    ]
  }

  /// `POST /v1/accounts/{account}/login_links`.
  mutating func createLoginLink(_ call: StripeCall) throws(StripeError) -> JSONValue {
    let account = try account(call.ids[0])
    guard account.type == "express" else {
      throw .refused(
        "Cannot create a login link for \(account.id): it is not an Express account.")
    }
    guard account.detailsSubmitted else {
      throw .refused(
        "Cannot create a login link for an account that has not completed onboarding.")
    }
    let url = "https://connect.stripe.com/express/\(account.id)/\(generator.token(12))"
    links.append(url)
    return [
      "object": "login_link", "created": .integer(call.nowMs / 1_000), "url": .string(url),
    ]
  }

  /// What Stripe refuses of a profile.
  func checkProfile(_ call: StripeCall) throws(StripeError) {
    if let url = call.text("business_profile[url]"), !url.isEmpty,
      !url.contains(".") || url.contains(" ")
    {
      throw .refused("Not a valid URL", code: "url_invalid", parameter: "business_profile[url]")
    }
    if let email = call.text("business_profile[support_email]"), !email.isEmpty,
      !email.contains("@")
    {
      throw .refused(
        "Invalid email address: \(email)", code: "email_invalid",
        parameter: "business_profile[support_email]")
    }
    if let phone = call.text("business_profile[support_phone]"), !phone.isEmpty,
      !phone.utf8.allSatisfy({ "+0123456789 ()-".utf8.contains($0) })
    {
      throw .refused(
        "\"\(phone)\" is not a valid phone number", parameter: "business_profile[support_phone]")
    }
  }
}
