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
    router = Router(
      AdminRoutes(
        store: store, stripe: stripe, mirakl: mirakl, clock: clock,
        authentication: Authentication(password: Secret(password))
      ).routes)
  }

  /// - Parameter path: with its query.
  func send(
    _ method: String, _ path: String, _ body: String = "", token: String? = "correct horse"
  ) -> Response {
    let parts = path.split(separator: "?", maxSplits: 1)
    var headers = Headers()
    if let token { headers.append("X-AUTH-TOKEN", token) }
    return router.response(
      Request(
        method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil,
        headers: headers, body: Array(body.utf8)))
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

/// Stripe as far as this API asks it: accounts.
final class FakeStripe: StripeAccountsPort {
  private let accounts = Monitor<[AccountID: AccountSnapshot]>([:])
  private let failure = Monitor<CallFailure?>(nil)

  func add(_ account: AccountSnapshot) { accounts.withLock { $0[account.id] = account } }
  func fail(with kind: CallFailure.Kind) {
    failure.withLock { $0 = CallFailure(kind, trace: CallTrace(operation: "GET /v1/accounts")) }
  }

  func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot> {
    let trace = CallTrace(operation: "GET /v1/accounts/{id}", status: 200)
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard let id, let account = accounts.withLock({ $0[id] }) else {
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
  private let elements = Monitor<[PageElement<ShopSnapshot>]>([])
  private let failure = Monitor<CallFailure?>(nil)

  func add(shop: Int64) {
    let shop = ShopSnapshot(id: ShopID(shop), name: "Shop", state: "OPEN", additionalFields: [:])
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
    payoutsEnabled: Bool = true, chargesEnabled: Bool = false, disabledReason: String? = nil
  ) -> AccountSnapshot {
    AccountSnapshot(
      id: .of(id), chargesEnabled: chargesEnabled, payoutsEnabled: payoutsEnabled,
      detailsSubmitted: true, transfersCapability: transfers, payoutInterval: payoutInterval,
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
