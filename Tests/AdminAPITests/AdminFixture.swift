import Domain
import FoundationEssentials
import HTTPFormat
import Store
import TestSupport
import Threading

@testable import AdminAPI

/// The operator's API over a real file, with neighbours that answer what a test says.
final class AdminFixture: Sendable {
  let folder = TemporaryFolder()
  let clock = FakeClock()
  let stripe = FakeStripe()
  let mirakl = FakeMirakl()
  let store: Store
  let router: Router

  init(password: String = "correct horse") throws {
    var limits = SQLiteDatabase.Limits()
    limits.busyTimeoutMs = 20
    store = try Store(
      SQLiteDatabase(path: folder.file("admin.db"), mode: .inline, limits: limits))
    let authentication = Authentication(
      password: Secret(password), store: store, clock: clock)
    router = Router(
      AdminRoutes(
        store: store, stripe: stripe, mirakl: mirakl, clock: clock, authentication: authentication
      ).routes
        + OperatorRoutes(store: store, clock: clock, authentication: authentication).routes
        + OpenAPIRoute.routes)
  }

  /// - Parameter path: with its query.
  func send(
    _ method: String, _ path: String, _ body: String = "", token: String? = "correct horse",
    headers others: Headers = Headers(), address: String = "127.0.0.1"
  ) -> Response {
    let parts = path.split(separator: "?", maxSplits: 1)
    var headers = others
    if let token { headers.append("X-AUTH-TOKEN", token) }
    return router.response(
      Request(
        method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil,
        headers: headers, body: Array(body.utf8), remoteAddress: address))
  }

  func get(_ path: String) -> Response { send("GET", path) }

  func map(_ body: String) -> Response { send("POST", "/api/mappings", body) }

  @discardableResult
  func addMapping(shop: Int64, account: String) throws -> AccountMapping {
    let nowMs = clock.nowMs
    return try store.write { transaction in
      try transaction.insertMapping(shop: ShopID(shop), account: .of(account), nowMs: nowMs)
    }
  }

  func addTransfer(_ draft: TransferDraft) throws {
    let nowMs = clock.nowMs
    try store.write { transaction in _ = try transaction.saveTransfer(draft, nowMs: nowMs) }
  }
}

extension AdminFixture {
  func addPayout(_ draft: PayoutDraft) throws {
    let nowMs = clock.nowMs
    try store.write { transaction in
      try transaction.saveUnreadableDocument(draft.invoiceID, shop: draft.shopID, readMs: nowMs)
      try transaction.savePayout(draft, nowMs: nowMs)
    }
  }
}

/// Stripe as far as this API asks it: accounts.
final class FakeStripe: StripeAccountsPort {
  private struct State {
    var calls: [String] = []
    var keys: Set<String> = []
    var refusals: [String: Domain.Refusal] = [:]
    var holdsFunds = false
    var platform: AccountID?
  }
  private let state = Monitor(State())

  /// Writes, and the balances asked for.
  var calls: [String] { state.withLock { $0.calls } }
  /// The idempotency keys that were used, each once.
  var keys: Set<String> { state.withLock { $0.keys } }
  func setHoldsFunds(_ holdsFunds: Bool) { state.withLock { $0.holdsFunds = holdsFunds } }
  func setPlatform(_ id: String) { state.withLock { $0.platform = .of(id) } }
  /// - Parameter call: e.g. `login acct_1`.
  func refuse(_ call: String, status: Int = 400) {
    state.withLock { $0.refusals[call] = Refusal(status: status, message: "refused") }
  }

  private func take(_ call: String, _ key: String? = nil) throws(CallFailure) -> CallTrace {
    let trace = CallTrace(operation: "POST /v1/…", status: 200)
    if let failure = failure.withLock({ $0 }) { throw failure }
    let refusal = state.withLock { state in
      state.calls.append(call)
      if let key { state.keys.insert(key) }
      return state.refusals[call]
    }
    if let refusal { throw CallFailure(.refused(refusal), trace: trace) }
    return trace
  }

  func accounts(
    createdFromMs: Int64?, after: AccountID?
  ) throws(CallFailure) -> Answer<AccountPage> {
    Answer(AccountPage(accounts: [], hasMore: false), trace: try take("list"))
  }

  func createAccount(
    _ request: AccountRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot> {
    Answer(.make("acct_new"), trace: try take("create \(request.shopID)", idempotencyKey))
  }

  func setManualPayouts(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot> {
    let trace = try take("manual \(id)", idempotencyKey)
    accounts.withLock { $0[id]?.payoutInterval = "manual" }
    return Answer(try account(id).value, trace: trace)
  }

  func createAccountLink(
    _ id: AccountID, refreshURL: String, returnURL: String, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink> {
    let trace = try take("link \(id)", idempotencyKey)
    return Answer(BearerLink(url: "https://connect.stripe.com/setup/\(id)"), trace: trace)
  }

  func createLoginLink(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink> {
    let trace = try take("login \(id)", idempotencyKey)
    return Answer(BearerLink(url: "https://connect.stripe.com/express/\(id)"), trace: trace)
  }

  func holdsFunds(_ id: AccountID) throws(CallFailure) -> Answer<Bool> {
    let trace = try take("balance \(id)")
    return Answer(state.withLock { $0.holdsFunds }, trace: trace)
  }

  private let accounts = Monitor<[AccountID: AccountSnapshot]>([:])
  private let failure = Monitor<CallFailure?>(nil)

  func add(_ account: AccountSnapshot) { accounts.withLock { $0[account.id] = account } }
  func fail(with kind: CallFailure.Kind) {
    failure.withLock { $0 = CallFailure(kind, trace: CallTrace(operation: "GET /v1/accounts")) }
  }

  func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot> {
    let trace = CallTrace(operation: "GET /v1/accounts/{id}", status: 200)
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard let id = id ?? state.withLock({ $0.platform }),
      let account = accounts.withLock({ $0[id] })
    else {
      // Stripe answers 403 for an account of another platform, and 404 for none.
      throw CallFailure(
        .refused(Refusal(status: 404, code: "resource_missing", message: "No such account")),
        trace: trace)
    }
    return Answer(account, trace: trace)
  }
}

/// Mirakl as far as this API asks it: shops.
final class FakeMirakl: MiraklShopsPort {
  private let written = Monitor<[ShopUpdate]>([])
  private let refusals = Monitor<[ShopID: String]>([:])

  /// What S07 was sent.
  var updates: [ShopUpdate] { written.withLock { $0 } }
  func refuse(shop: Int64, _ reason: String) { refusals.withLock { $0[ShopID(shop)] = reason } }

  func shops(
    updatedSince sinceMs: Int64?, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>> { try shops([]) }

  func updateShops(
    _ updates: [ShopUpdate]
  ) throws(CallFailure) -> Answer<ShopUpdateResult> {
    if let failure = failure.withLock({ $0 }) { throw failure }
    written.withLock { $0 += updates }
    let refused = refusals.withLock { $0 }
    return Answer(
      ShopUpdateResult(
        updated: Set(updates.map(\.shopID)).subtracting(refused.keys), refused: refused),
      trace: CallTrace(operation: "PUT /api/shops", status: 200))
  }

  private let elements = Monitor<[PageElement<ShopSnapshot>]>([])
  private let failure = Monitor<CallFailure?>(nil)

  func add(shop: Int64, fields: [String: String] = [:]) {
    let shop = ShopSnapshot(
      id: ShopID(shop), name: "Shop", state: "OPEN", additionalFields: fields)
    elements.withLock { $0.append(.readable(shop)) }
  }
  func addUnreadable(shop: Int64) {
    let problem = UnreadableElement(
      id: "\(shop)", shopID: ShopID(shop), field: "shop_name", reason: "odd")
    elements.withLock { $0.append(.unreadable(problem)) }
  }
  func fail(with kind: CallFailure.Kind) {
    failure.withLock { $0 = CallFailure(kind, trace: CallTrace(operation: "GET /api/shops")) }
  }

  func shops(_ ids: [ShopID]) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>> {
    if let failure = failure.withLock({ $0 }) { throw failure }
    return Answer(
      MiraklPage(elements: elements.withLock { $0 }, next: nil, serverTimeMs: nil),
      trace: CallTrace(operation: "GET /api/shops", status: 200))
  }
}

extension AccountSnapshot {
  static func make(
    _ id: String = "acct_1", transfers: String? = "active", payoutInterval: String? = "manual",
    payoutsEnabled: Bool = true, chargesEnabled: Bool = false, disabledReason: String? = nil,
    detailsSubmitted: Bool = true
  ) -> AccountSnapshot {
    AccountSnapshot(
      id: .of(id), chargesEnabled: chargesEnabled, payoutsEnabled: payoutsEnabled,
      detailsSubmitted: detailsSubmitted, transfersCapability: transfers,
      payoutInterval: payoutInterval,
      disabledReason: disabledReason)
  }
}

extension Response {
  /// The names of the fields of a JSON object.
  var fieldNames: Set<String> {
    let object = try? JSONDecoder().decode([String: Anything].self, from: Data(body))
    return Set((object ?? [:]).keys)
  }

  /// One field of each object of a JSON list.
  func numbers(_ name: String) -> [Int64] {
    let rows = try? JSONDecoder().decode([[String: Anything]].self, from: Data(body))
    return (rows ?? []).compactMap { $0[name]?.number }
  }
}

/// Any JSON value; its number, where it is one.
struct Anything: Decodable {
  let number: Int64?
  init(from decoder: any Decoder) {
    number = try? decoder.singleValueContainer().decode(Int64.self)
  }
}
