import Domain
import HTTPClient

// Payouts, balances and debits of connected accounts: every call is made as the account
// (`Stripe-Account`), but for the list of its external accounts.

extension StripeClient {
  public func balance(of account: AccountID) throws(CallFailure) -> Answer<BalanceSnapshot> {
    let call = StripeCall(operation: "GET /v1/balance", path: "/v1/balance", onBehalfOf: account)
    let (wire, trace) = try send(WireBalance.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  public func createPayout(
    _ request: PayoutRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<PayoutSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/payouts", path: "/v1/payouts", onBehalfOf: request.account,
      idempotencyKey: idempotencyKey)
    call.parameters = PayoutForm.parameters(request, pluginVersion: pluginVersion)
    let (wire, trace) = try send(WirePayout.self, call)
    do { return Answer(try wire.snapshot(filling: request), trace: trace) } catch {
      // It was made: only its receipt is unusable. Repeating the key brings the receipt again.
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }

  public func payout(
    _ id: PayoutID, of account: AccountID
  ) throws(CallFailure) -> Answer<PayoutSnapshot> {
    let call = StripeCall(
      operation: "GET /v1/payouts/{id}", path: "/v1/payouts/" + FormBody.encode(id.rawValue),
      onBehalfOf: account)
    let (wire, trace) = try send(WirePayout.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  public func payouts(of account: AccountID) throws(CallFailure) -> Answer<[PayoutSnapshot]> {
    let call = StripeCall(operation: "GET /v1/payouts", path: "/v1/payouts", onBehalfOf: account)
    return try everyPage(of: WirePayout.self, call, id: \.id.rawValue) { try $0.snapshot() }
  }

  public func createSellerDebit(
    _ request: SellerDebitRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<TransferSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/transfers", path: "/v1/transfers", onBehalfOf: request.account,
      idempotencyKey: idempotencyKey)
    call.parameters = TransferForm.parameters(request.transfer, pluginVersion: pluginVersion)
    let (wire, trace) = try send(WireTransfer.self, call)
    do { return Answer(try wire.snapshot(filling: request.transfer), trace: trace) } catch {
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }

  public func sellerDebits(
    of account: AccountID, group: String
  ) throws(CallFailure) -> Answer<[TransferSnapshot]> {
    var call = StripeCall(
      operation: "GET /v1/transfers", path: "/v1/transfers", onBehalfOf: account)
    call.parameters.append("transfer_group", group)
    return try everyPage(of: WireTransfer.self, call, id: \.id.rawValue) { try $0.snapshot() }
  }

  public func externalAccounts(
    of account: AccountID
  ) throws(CallFailure) -> Answer<[ExternalAccountSnapshot]> {
    let call = StripeCall(
      operation: "GET /v1/accounts/{id}/external_accounts",
      path: "/v1/accounts/" + FormBody.encode(account.rawValue) + "/external_accounts")
    return try everyPage(of: WireExternalAccount.self, call, id: \.id) { try $0.snapshot() }
  }

  /// A single element that cannot be read spoils the list: lists are asked for to prove that
  /// something does *not* exist.
  private func everyPage<Wire: Decodable, Snapshot>(
    of type: Wire.Type, _ call: StripeCall, id: (Snapshot) -> String,
    _ convert: (Wire) throws -> Snapshot
  ) throws(CallFailure) -> Answer<[Snapshot]> {
    var found: [Snapshot] = []
    var seen: Set<String> = []
    var durationMs: Int64 = 0
    for _ in 1...Self.pagesMax {
      var page = call
      page.parameters.append("limit", "100")
      page.parameters.append("starting_after", found.last.map(id))
      var (list, trace) = try send(WireList<Wire>.self, page)
      durationMs += trace.durationMs
      trace.durationMs = durationMs
      let elements = try usable(trace) { try list.data.map(convert) }
      found += elements
      guard list.hasMore else { return Answer(found, trace: trace) }
      guard !elements.isEmpty, elements.allSatisfy({ seen.insert(id($0)).inserted }) else {
        throw CallFailure(.unreadable(reason: "the list's pages repeat themselves"), trace: trace)
      }
    }
    throw CallFailure(
      .unreadable(reason: "more than \(Self.pagesMax) pages"),
      trace: CallTrace(operation: call.operation, durationMs: durationMs))
  }
}

/// The parameters of `POST /v1/payouts`; the same request gives the same parameters.
enum PayoutForm {
  static func parameters(_ request: PayoutRequest, pluginVersion: String) -> FormBody {
    var form = FormBody()
    form.append("amount", String(request.amount.minorUnits))
    form.append("currency", request.amount.currency.stripeCode)
    form.append("description", request.description.isEmpty ? nil : request.description)
    let own = ["pluginName": "MiraklConnector", "pluginVersion": pluginVersion]
    let metadata = request.metadata.merging(own) { given, _ in given }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      form.append("metadata[\(name)]", value)
    }
    return form
  }
}
