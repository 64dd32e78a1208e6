import Domain
import HTTPClient

/// Refunds of charges and reversals of transfers.
/// - Source: https://docs.stripe.com/api/refunds, https://docs.stripe.com/api/transfer_reversals
extension StripeClient {
  public func createRefund(
    _ request: RefundRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<RefundSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/refunds", path: "/v1/refunds", idempotencyKey: idempotencyKey)
    call.parameters.append("charge", request.charge.rawValue)
    call.parameters.append("amount", String(request.amount.minorUnits))
    appendMetadata(request.metadata, to: &call)
    let (wire, trace) = try send(WireRefund.self, call)
    return Answer(try receipt(trace) { try wire.snapshot(filling: request) }, trace: trace)
  }

  public func refund(_ id: RefundID) throws(CallFailure) -> Answer<RefundSnapshot> {
    let call = StripeCall(
      operation: "GET /v1/refunds/{id}", path: "/v1/refunds/" + FormBody.encode(id.rawValue))
    let (wire, trace) = try send(WireRefund.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  public func refunds(charge: ChargeID) throws(CallFailure) -> Answer<[RefundSnapshot]> {
    try all("GET /v1/refunds", "/v1/refunds", [("charge", charge.rawValue)], \.id.rawValue) {
      (wire: WireRefund) in try wire.snapshot()
    }
  }

  public func createReversal(
    _ request: ReversalRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<ReversalSnapshot> {
    var call = StripeCall(
      operation: "POST /v1/transfers/{id}/reversals",
      path: "/v1/transfers/" + FormBody.encode(request.transfer.rawValue) + "/reversals",
      idempotencyKey: idempotencyKey)
    call.parameters.append("amount", String(request.amount.minorUnits))
    appendMetadata(request.metadata, to: &call)
    let (wire, trace) = try send(WireReversal.self, call)
    return Answer(try receipt(trace) { try wire.snapshot(filling: request) }, trace: trace)
  }

  public func reversals(
    transfer: TransferID
  ) throws(CallFailure) -> Answer<[ReversalSnapshot]> {
    try all(
      "GET /v1/transfers/{id}/reversals",
      "/v1/transfers/" + FormBody.encode(transfer.rawValue) + "/reversals", [], \.id
    ) { (wire: WireReversal) in try wire.snapshot() }
  }

  public func transfer(_ id: TransferID) throws(CallFailure) -> Answer<TransferSnapshot> {
    let call = StripeCall(
      operation: "GET /v1/transfers/{id}", path: "/v1/transfers/" + FormBody.encode(id.rawValue))
    let (wire, trace) = try send(WireTransfer.self, call)
    return Answer(try usable(trace) { try wire.snapshot() }, trace: trace)
  }

  /// A whole list. A single element that cannot be read spoils it: it is asked for to prove that an
  /// object does *not* exist.
  private func all<Wire: Decodable, Value>(
    _ operation: String, _ path: String, _ filters: [(String, String)],
    _ id: (Value) -> String, _ snapshot: (Wire) throws -> Value
  ) throws(CallFailure) -> Answer<[Value]> {
    var found: [Value] = []
    var seen: Set<String> = []
    var durationMs: Int64 = 0
    for _ in 1...Self.pagesMax {
      var call = StripeCall(operation: operation, path: path)
      for (name, value) in filters { call.parameters.append(name, value) }
      call.parameters.append("limit", "100")
      call.parameters.append("starting_after", found.last.map(id))
      var (page, trace) = try send(WireList<Wire>.self, call)
      durationMs += trace.durationMs
      trace.durationMs = durationMs
      let values = try usable(trace) { try page.data.map(snapshot) }
      found += values
      guard page.hasMore else { return Answer(found, trace: trace) }
      guard !values.isEmpty, values.allSatisfy({ seen.insert(id($0)).inserted }) else {
        throw CallFailure(.unreadable(reason: "the list's pages repeat themselves"), trace: trace)
      }
    }
    throw CallFailure(
      .unreadable(reason: "more than \(Self.pagesMax) pages"),
      trace: CallTrace(operation: operation, durationMs: durationMs))
  }

  /// Sorted, and with what identifies us: the same request gives the same parameters for as long as
  /// its key lives.
  private func appendMetadata(_ metadata: [String: String], to call: inout StripeCall) {
    let own = ["pluginName": "MiraklConnector", "pluginVersion": pluginVersion]
    let all = metadata.merging(own) { given, _ in given }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) {
      call.parameters.append("metadata[\(name)]", value)
    }
  }

  /// What cannot be read of a receipt does not undo what it is for: repeating the key brings it.
  private func receipt<Value>(
    _ trace: CallTrace, _ body: () throws -> Value
  ) throws(CallFailure) -> Value {
    do { return try body() } catch {
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }
}
