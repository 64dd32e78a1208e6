import Domain
import HTTPClient

/// Connected accounts: made, listed, changed, and the links by which their sellers get in.
extension StripeClient {
  public func accounts(
    createdFromMs: Int64?, after: AccountID?
  ) throws(CallFailure) -> Answer<AccountPage> {
    var call = StripeCall(operation: "GET /v1/accounts", path: "/v1/accounts")
    call.parameters.append("limit", "100")
    call.parameters.append("created[gte]", createdFromMs.map { String($0 / 1_000) })
    call.parameters.append("starting_after", after?.rawValue)
    let (wire, trace) = try send(WireList<WireAccount>.self, call)
    let accounts = try usable(trace) { try wire.data.map { try $0.snapshot() } }
    return Answer(AccountPage(accounts: accounts, hasMore: wire.hasMore), trace: trace)
  }

  public func createAccount(
    _ request: AccountRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/accounts", path: "/v1/accounts", idempotencyKey: idempotencyKey)
    call.parameters = AccountForm.parameters(request, pluginVersion: pluginVersion)
    return try changed(call)
  }

  public func setManualPayouts(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/accounts/{id}", path: "/v1/accounts/" + FormBody.encode(id.rawValue),
      idempotencyKey: idempotencyKey)
    call.parameters.append("settings[payouts][schedule][interval]", "manual")
    return try changed(call)
  }

  public func createAccountLink(
    _ id: AccountID, refreshURL: String, returnURL: String, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink> {
    var call = StripeCall(
      operation: "POST /v1/account_links", path: "/v1/account_links",
      idempotencyKey: idempotencyKey)
    call.parameters.append("account", id.rawValue)
    call.parameters.append("type", "account_onboarding")
    call.parameters.append("refresh_url", refreshURL)
    call.parameters.append("return_url", returnURL)
    return try link(call)
  }

  public func createLoginLink(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink> {
    try link(
      StripeCall(
        operation: "POST /v1/accounts/{id}/login_links",
        path: "/v1/accounts/" + FormBody.encode(id.rawValue) + "/login_links",
        idempotencyKey: idempotencyKey))
  }

  public func holdsFunds(_ id: AccountID) throws(CallFailure) -> Answer<Bool> {
    var call = StripeCall(operation: "GET /v1/balance", path: "/v1/balance")
    call.onBehalfOf = id
    let (wire, trace) = try send(WireFunds.self, call)
    return Answer(wire.isNotZero, trace: trace)
  }

  /// The account that a write answers with. Where that is unreadable, the write may have had its
  /// effect.
  private func changed(_ call: StripeCall) throws(CallFailure) -> Answer<AccountSnapshot> {
    let (wire, trace) = try send(WireAccount.self, call)
    do { return Answer(try wire.snapshot(), trace: trace) } catch {
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }

  private func link(_ call: StripeCall) throws(CallFailure) -> Answer<BearerLink> {
    let (wire, trace) = try send(WireLink.self, call)
    return Answer(BearerLink(url: wire.url), trace: trace)
  }
}

/// The parameters of `POST /v1/accounts` (interface.md §9). The same request gives the same
/// parameters, or Stripe would refuse its key.
enum AccountForm {
  static func parameters(_ request: AccountRequest, pluginVersion: String) -> FormBody {
    var form = FormBody()
    form.append("type", "express")
    form.append("settings[payouts][debit_negative_balances]", "false")
    form.append("settings[payouts][schedule][interval]", "manual")
    let prefill = request.prefill
    form.append("business_type", prefill.businessType)
    form.append("business_profile[name]", prefill.name)
    form.append("business_profile[url]", prefill.url)
    form.append("business_profile[support_email]", prefill.supportEmail)
    form.append("business_profile[support_phone]", prefill.supportPhone)
    let own = [
      "miraklShopId": request.shopID.description, "pluginName": "MiraklConnector",
      "pluginVersion": pluginVersion,
    ]
    let metadata = request.metadata.merging(own) { given, _ in given }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      form.append("metadata[\(name)]", value)
    }
    return form
  }
}

/// An account or login link.
private struct WireLink: Decodable { let url: String }

/// `GET /v1/balance`, as far as it shows whether there is anything.
private struct WireFunds: Decodable {
  struct Entry: Decodable { let amount: Int64 }
  let available: [Entry]?
  let pending: [Entry]?

  var isNotZero: Bool { ((available ?? []) + (pending ?? [])).contains { $0.amount != 0 } }
}
