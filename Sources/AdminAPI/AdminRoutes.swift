import Domain
import FoundationEssentials
public import HTTPFormat
import Operations
import Store

/// The operator's API (interface.md §4).
public struct AdminRoutes: Sendable {
  static let pageSize = 30
  /// A page number beyond this asks for nothing that exists, and would overflow the offset.
  static let pageMax = 1_000_000_000

  let store: Store
  let stripe: any StripeAccountsPort
  let mirakl: any MiraklShopsPort
  let clock: any WallClock
  let authentication: Authentication
  /// `MIRAKL_IGNORED_SHOP_FIELD_CODE`.
  let ignoreField: String

  public init(
    store: Store, stripe: any StripeAccountsPort, mirakl: any MiraklShopsPort, clock: any WallClock,
    authentication: Authentication, ignoreField: String = "stripe-ignored"
  ) {
    self.store = store
    self.stripe = stripe
    self.mirakl = mirakl
    self.clock = clock
    self.authentication = authentication
    self.ignoreField = ignoreField
  }

  public var routes: [Route] {
    [
      guarded("GET", "/api/mappings") { request, _, _ in
        try list(request) { transaction, limit, offset in
          try transaction.mappings(limit: limit, offset: offset).map(MappingView.init)
        }
      },
      guarded("GET", "/api/mappings/{id}") { _, parameters, _ in
        try item(parameters) { try $0.mapping(id: $1).map(MappingView.init) }
      },
      guarded("POST", "/api/mappings", scope: .operate) { request, _, actor in
        try MappingCreation(
          store: store, stripe: stripe, mirakl: mirakl, ignoreField: ignoreField,
          actor: actor.name, nowMs: clock.nowMs
        ).create(request.body)
      },
      guarded("DELETE", "/api/mappings/{id}", scope: .operate) { _, parameters, actor in
        try deleteMapping(parameters, actor)
      },
      guarded("GET", "/api/transfers") { request, _, _ in
        try list(request) { transaction, limit, offset in
          try transaction.transfers(
            limit: limit, offset: offset, displayID: request.queryValue("miraklId")
          ).map(TransferView.init)
        }
      },
      guarded("GET", "/api/transfers/{id}") { _, parameters, _ in
        try item(parameters) { try $0.transfer(id: $1).map(TransferView.init) }
      },
      guarded("GET", "/api/payouts") { request, _, _ in
        try list(request) { transaction, limit, offset in
          try transaction.payouts(limit: limit, offset: offset).map(PayoutView.init)
        }
      },
      guarded("GET", "/api/payouts/{id}") { _, parameters, _ in
        try item(parameters) { try $0.payout(id: $1).map(PayoutView.init) }
      },
      guarded("GET", "/api/refunds") { request, _, _ in
        try list(request) { transaction, limit, offset in
          try transaction.refunds(limit: limit, offset: offset).map(RefundView.init)
        }
      },
      guarded("GET", "/api/refunds/{id}") { _, parameters, _ in
        try item(parameters) { try $0.refund(id: $1).map(RefundView.init) }
      },
    ]
  }

  /// A route that needs the operator's password or a token, on a thread that may block.
  private func guarded(
    _ method: String, _ pattern: String, scope: AccessScope = .read,
    _ respond: @escaping @Sendable (Request, PathParameters, Operator) throws -> Response
  ) -> Route {
    Route(method, pattern, runsOn: .pool) { request, parameters in
      do {
        let actor = try authentication.check(request, needs: scope)
        return try respond(request, parameters, actor).secured
      } catch let refusal as Authentication.Refusal {
        return refusal.compatible.secured
      } catch {
        return Self.failure(error).secured
      }
    }
  }

  private static func failure(_ error: any Error) -> Response {
    guard case StoreError.unavailable = error else {
      return .json(500, #"{"message":"An unexpected error occurred; see the log."}"#)
    }
    var response = Response.json(503, #"{"message":"The database cannot be used at present."}"#)
    response.headers["Retry-After"] = "30"
    return response
  }

  private func list(
    _ request: Request,
    _ rows: (Transaction, _ limit: Int, _ offset: Int) throws -> [some Encodable]
  ) throws -> Response {
    let text = request.queryValue("page") ?? "1"
    guard let page = Int(text), (1...Self.pageMax).contains(page) else {
      return .json(400, #"{"message":"page must be a whole number from 1"}"#)
    }
    // Encoded inside the read, so that only bytes leave it.
    return try store.read { transaction in
      try Self.json(rows(transaction, Self.pageSize, (page - 1) * Self.pageSize))
    }
  }

  private static func json(_ value: some Encodable) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return .json(200, String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  private func item(
    _ parameters: PathParameters, _ find: (Transaction, Int64) throws -> (some Encodable)?
  ) throws -> Response {
    guard let id = parameters["id"].flatMap(Int64.init) else { return Self.notFound }
    let response = try store.read { transaction in
      try find(transaction, id).map { try Self.json($0) }
    }
    return response ?? Self.notFound
  }

  private func deleteMapping(
    _ parameters: PathParameters, _ actor: Operator
  ) throws -> Response {
    guard let id = parameters["id"].flatMap(Int64.init) else { return Self.notFound }
    let deletion = MappingDeletion(
      store: store, stripe: stripe, actor: actor.name, nowMs: clock.nowMs)
    return try deletion.delete(id) ?? Self.notFound
  }

  private static var notFound: Response { .json(404, #"{"message":"Not found"}"#) }
}
