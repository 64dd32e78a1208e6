import Domain
import FoundationEssentials
import HTTPClient

/// Stripe's API, as far as the connector uses it.
///
/// Each method is one request (a list: one per page), never repeated here: whoever calls knows
/// whether the same idempotency key may be sent again.
/// - Source: https://docs.stripe.com/api
public struct StripeClient: StripePort {
  /// Pinned in every call; otherwise the account's own default would apply, and could change.
  public static let apiVersion = "2026-08-26.dahlia"
  /// Bounds the pages of one list: 10,000 objects.
  static let pagesMax = 100

  let transport: any HTTPTransport
  private let baseURL: String
  private let key: Secret
  private let timeoutMs: Int64
  private let budget: RateBudget?
  let pluginVersion: String

  /// - Parameters:
  ///   - baseURL: Of the API, without `/v1`: `https://api.stripe.com`.
  ///   - timeoutMs: Limit of one request.
  ///   - budget: Waited for before every request; nil for none.
  ///   - pluginVersion: This product's version, for the metadata of what it creates.
  public init(
    transport: any HTTPTransport, baseURL: String, key: Secret, timeoutMs: Int64,
    budget: RateBudget?, pluginVersion: String
  ) {
    self.transport = transport
    self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.key = key
    self.timeoutMs = timeoutMs
    self.budget = budget
    self.pluginVersion = pluginVersion
  }

  public func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot> {
    let path = id.map { "/v1/accounts/" + FormBody.encode($0.rawValue) } ?? "/v1/account"
    let call = StripeCall(
      operation: id == nil ? "GET /v1/account" : "GET /v1/accounts/{id}", path: path)
    let (wire, trace) = try send(WireAccount.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  public func charge(_ id: ChargeID) throws(CallFailure) -> Answer<ChargeSnapshot> {
    var call = StripeCall(
      operation: "GET /v1/charges/{id}", path: "/v1/charges/" + FormBody.encode(id.rawValue))
    call.parameters.append("expand[]", "balance_transaction")
    call.parameters.append("expand[]", "payment_intent")  // for its metadata
    let (wire, trace) = try send(WireCharge.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  /// Two requests where Stripe answers with the charge's id although asked for the charge; so it
  /// does for objects that it cannot expand.
  public func paymentIntent(
    _ id: PaymentIntentID
  ) throws(CallFailure) -> Answer<PaymentIntentSnapshot> {
    var call = StripeCall(
      operation: "GET /v1/payment_intents/{id}",
      path: "/v1/payment_intents/" + FormBody.encode(id.rawValue))
    call.parameters.append("expand[]", "latest_charge")
    call.parameters.append("expand[]", "latest_charge.balance_transaction")
    let (wire, trace) = try send(WirePaymentIntent.self, call)
    var snapshot = try usable(trace) { try wire.snapshot() }
    if snapshot.latestCharge == nil, let chargeID = wire.latestChargeID {
      snapshot.latestCharge = try charge(try usable(trace) { try ChargeID(chargeID) }).value
    }
    return Answer(snapshot, trace: trace)
  }

  /// A single transfer that cannot be read spoils the list: it is asked for to prove that a
  /// transfer does *not* exist.
  public func transfers(group: String) throws(CallFailure) -> Answer<[TransferSnapshot]> {
    var found: [TransferSnapshot] = []
    var seen: Set<TransferID> = []
    var durationMs: Int64 = 0
    for _ in 1...Self.pagesMax {
      var call = StripeCall(operation: "GET /v1/transfers", path: "/v1/transfers")
      call.parameters.append("transfer_group", group)
      call.parameters.append("limit", "100")
      call.parameters.append("starting_after", found.last?.id.rawValue)
      var (page, trace) = try send(WireList<WireTransfer>.self, call)
      durationMs += trace.durationMs
      trace.durationMs = durationMs
      let transfers = try usable(trace) { try page.data.map { try $0.snapshot() } }
      found += transfers
      guard page.hasMore else { return Answer(found, trace: trace) }
      guard !transfers.isEmpty, transfers.allSatisfy({ seen.insert($0.id).inserted }) else {
        throw CallFailure(.unreadable(reason: "the list's pages repeat themselves"), trace: trace)
      }
    }
    throw CallFailure(
      .unreadable(reason: "more than \(Self.pagesMax) pages"),
      trace: CallTrace(operation: "GET /v1/transfers", durationMs: durationMs))
  }

  public func createTransfer(
    _ request: TransferRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<TransferSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/transfers", path: "/v1/transfers", idempotencyKey: idempotencyKey)
    call.parameters = TransferForm.parameters(request, pluginVersion: pluginVersion)
    let (wire, trace) = try send(WireTransfer.self, call)
    do { return Answer(try wire.snapshot(filling: request), trace: trace) } catch {
      // It was made: only its receipt is unusable. Repeating the key brings the receipt again.
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }

  // MARK: - One exchange

  func send<Wire: Decodable>(
    _ type: Wire.Type, _ call: StripeCall
  ) throws(CallFailure) -> (Wire, CallTrace) {
    let (wire, _, trace) = try read(type, call)
    return (wire, trace)
  }

  /// As `send`, with the bytes that were decoded.
  func read<Wire: Decodable>(
    _ type: Wire.Type, _ call: StripeCall
  ) throws(CallFailure) -> (Wire, [UInt8], CallTrace) {
    budget?.take()
    let stopwatch = Stopwatch()
    let response: IncomingResponse
    do { response = try transport.send(request(for: call)) } catch {
      throw CallFailure(
        StripeFailure.kind(of: error),
        trace: CallTrace(operation: call.operation, durationMs: stopwatch.elapsedMs))
    }
    let trace = CallTrace(
      operation: call.operation, requestID: response.header("Request-Id"),
      status: response.status, durationMs: stopwatch.elapsedMs,
      isReplay: response.header("Idempotent-Replayed")?.lowercased() == "true")
    if let kind = StripeFailure.kind(of: response, isWrite: call.isWrite) {
      throw CallFailure(kind, trace: trace)
    }
    do {
      return (try JSONDecoder().decode(type, from: Data(response.body)), response.body, trace)
    } catch {
      let reason = "unreadable answer: \(WireProblem(error))"
      throw CallFailure(
        call.isWrite ? .unknown(reason: reason) : .unreadable(reason: "\(WireProblem(error))"),
        trace: trace)
    }
  }

  func request(for call: StripeCall) -> OutgoingRequest {
    var headers: [(name: String, value: String)] = [
      ("Authorization", key.reveal { "Bearer \($0)" }),
      ("Stripe-Version", Self.apiVersion),
      ("Accept", "application/json"),
    ]
    if let account = call.onBehalfOf { headers.append(("Stripe-Account", account.rawValue)) }
    guard let idempotencyKey = call.idempotencyKey else {
      let query = call.parameters.text.isEmpty ? "" : "?" + call.parameters.text
      return OutgoingRequest(
        method: call.deletes ? "DELETE" : "GET", url: baseURL + call.path + query,
        headers: headers, timeoutMs: timeoutMs)
    }
    headers.append(("Idempotency-Key", idempotencyKey))
    headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    return OutgoingRequest(
      method: "POST", url: baseURL + call.path, headers: headers, body: call.parameters.bytes,
      timeoutMs: timeoutMs)
  }

  /// Runs the conversion from wire to snapshot; what it refuses makes a read unreadable.
  func usable<Value>(
    _ trace: CallTrace, _ body: () throws -> Value
  ) throws(CallFailure) -> Value {
    do { return try body() } catch {
      throw CallFailure(.unreadable(reason: "\(WireProblem(error))"), trace: trace)
    }
  }
}

/// One request before it has headers.
struct StripeCall {
  /// Method and path pattern, for the trace.
  var operation: String
  var path: String
  var parameters = FormBody()
  /// The account that the call is made on; nil for the platform's own.
  var onBehalfOf: AccountID?
  /// Makes it a POST.
  var idempotencyKey: String?
  /// Makes it a DELETE.
  var deletes = false
  var isWrite: Bool { deletes || idempotencyKey != nil }
}
