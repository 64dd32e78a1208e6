import HTTPFormat
import OpenSSL
import Threading

/// Mirakl's operator API in memory, as far as payments of product orders need it: OR11, S20, AF01
/// and V01, with paging, filters, limits, and faults.
///
/// It shares no types with the clients, so that a mistake in one shows in the other. It does no
/// I/O. Safe to call from any number of threads.
/// - Source: Mirakl's OpenAPI description of the operator API, and its published samples.
public final class MiraklSandbox: Sendable {
  /// Which requests go wrong. 409 is not played here, and nothing is kept under a key.
  public let faults: FaultPlan

  let state: Monitor<MiraklState>
  let nowMs: @Sendable () -> Int64
  private let apiKey: String
  private let pageSizeMax: Int
  private let baseURL: String?
  private let sendsDate: Bool

  /// - Parameters:
  ///   - apiKey: the whole value of the `Authorization` header that is let in.
  ///   - pageSizeMax: the largest `max`; Mirakl's is 100.
  ///   - baseURL: of the `Link` header, e.g. `https://shop.mirakl.net`; nil takes `Host`.
  ///   - sendsDate: adds a `Date` header from the clock, where no server does.
  ///   - nowMs: the clock, milliseconds since 1970.
  public init(
    apiKey: String, pageSizeMax: Int = 100, baseURL: String? = nil, sendsDate: Bool = false,
    faults: FaultPlan = .none(), nowMs: @escaping @Sendable () -> Int64
  ) {
    self.apiKey = apiKey
    self.pageSizeMax = pageSizeMax
    self.baseURL = baseURL
    self.sendsDate = sendsDate
    self.faults = faults
    self.nowMs = nowMs
    state = Monitor(MiraklState())
  }

  /// Answers one request. Paths under `/_sandbox/` show the state, see `handleControl`.
  public func handle(_ request: Request) -> Reply {
    if request.path.hasPrefix("/_sandbox/") { return .response(handleControl(request)) }
    let operation = "\(request.method) \(request.path)"
    let known = Self.operations.contains(operation) ? operation : "unknown"
    var fault = faults.next(operation: known)
    if fault == .conflict {
      faults.withdraw(.conflict)
      fault = nil
    }
    if fault == .hangUpBefore { return .hangUp }
    let now = nowMs()
    var response: Response
    do throws(MiraklError) {
      response = try checked(request, operation: known, fault: fault, nowMs: now)
      if fault == .errorAfter { throw Self.internalError }
    } catch {
      response = error.response
    }
    if sendsDate { response.headers["Date"] = Timestamp.http(now) }
    return fault == .hangUpAfter ? .hangUp : .response(response)
  }

  private static let operations: Set<String> = [
    "GET /api/orders", "GET /api/shops", "GET /api/version", "GET /api/additional_fields",
    "PUT /api/shops",
    "GET /api/payment/debit", "PUT /api/payment/debit",
    "GET /api/mms/debits", "PUT /api/mms/debits",
    "GET /api/invoices", "PUT /api/invoices/confirm", "GET /api/seller-billing-cycles",
    "PUT /api/seller-billing-cycles",
    "GET /api/payment/refund", "PUT /api/payment/refund",
    "GET /api/mms/refunds", "PUT /api/mms/refunds",
    "GET /api/mms/orders",
  ]

  private static let internalError = MiraklError(status: 500, message: "Internal Server Error")

  private func checked(
    _ request: Request, operation: String, fault: FaultPlan.Fault?, nowMs: Int64
  ) throws(MiraklError) -> Response {
    guard constantTimeEqual(request.headers["Authorization"] ?? "", apiKey) else {
      throw MiraklError(status: 401, message: "Unauthorized")
    }
    switch fault {
    case .throttled: throw .throttled(retryAfter: 1)
    case .throttledSilently: throw .throttled(retryAfter: nil)
    case .errorBefore: throw Self.internalError
    case nil, .errorAfter, .hangUpBefore, .hangUpAfter, .conflict: break
    }
    let base = baseURL ?? "http://\(request.headers["Host"] ?? "localhost")"
    return try state.withLock { state throws(MiraklError) in
      state.served[operation, default: 0] += 1
      guard !state.closed.contains(operation) else {
        throw MiraklError(status: 403, message: "Forbidden")
      }
      if let seconds = state.budgets[operation]?.take(nowMs: nowMs) {
        throw .throttled(retryAfter: seconds)
      }
      switch operation {
      case "GET /api/orders":
        return try state.orders(request, pageSizeMax: pageSizeMax, base: base)
      case "GET /api/shops":
        return try state.shops(request, pageSizeMax: pageSizeMax, base: base)
      case "PUT /api/shops": return try state.updateShops(request, nowMs: nowMs)
      case "GET /api/payment/debit":
        return try state.debits(request, pageSizeMax: pageSizeMax, base: base)
      case "PUT /api/payment/debit": return try state.confirmDebits(request, nowMs: nowMs)
      case "GET /api/mms/debits":
        return try state.serviceDebits(request, limitMax: pageSizeMax)
      case "PUT /api/mms/debits": return try state.confirmServiceDebits(request, nowMs: nowMs)
      case "GET /api/invoices":
        return try state.invoices(request, pageSizeMax: pageSizeMax, base: base)
      case "PUT /api/invoices/confirm": return try state.confirmInvoices(request)
      case "GET /api/seller-billing-cycles": return try state.billingCycles(request)
      case "PUT /api/seller-billing-cycles": return try state.confirmBillingCycles(request)
      case "GET /api/payment/refund":
        return try state.refunds(request, pageSizeMax: pageSizeMax, base: base)
      case "PUT /api/payment/refund": return try state.confirmRefunds(request)
      case "GET /api/mms/refunds": return try state.serviceRefunds(request)
      case "PUT /api/mms/refunds": return try state.confirmServiceRefunds(request, nowMs: nowMs)
      case "GET /api/mms/orders":
        return try state.serviceOrders(request, limitMax: pageSizeMax)
      case "GET /api/additional_fields": return try state.additionalFields(request)
      case "GET /api/version": return .json(200, #"{"version":"3.400.0"}"#)
      default: throw MiraklError(status: 404, message: "Not Found")
      }
    }
  }
}
