import Domain
import FoundationEssentials
import HTTPClient

extension MiraklClient {
  public func debits(next: PageLink?) throws(CallFailure) -> Answer<MiraklPage<Debit>> {
    var form = FormBody()
    form.append("max", "100")
    let page = next ?? link("/api/payment/debit", form)
    let (wire, response, trace) = try read(WireDebitPage.self, .debits, page)
    return Answer(
      MiraklPage(
        elements: wire.elements, next: try following(response, from: page, trace),
        serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func serviceDebits(
    orders: [OrderID]?, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceDebit>> {
    if let orders, orders.isEmpty, next == nil { return Self.emptyPage(.serviceDebits) }
    var form = FormBody()
    form.append("limit", "100")
    for id in orders ?? [] { form.append("order_id", id.rawValue) }
    let page = next ?? link("/api/mms/debits", form)
    let (wire, response, trace) = try read(WireServiceDebitPage.self, .serviceDebits, page)
    let following = wire.nextToken.map { token in
      // With a page token Mirakl ignores every filter: it is part of the token.
      var form = FormBody()
      form.append("limit", "100")
      form.append("page_token", token)
      return link("/api/mms/debits", form)
    }
    return Answer(
      MiraklPage(
        elements: wire.data.map(\.element), next: following, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func answer(_ answer: DebitAnswer) throws(CallFailure) -> Answer<Void> {
    switch answer.debit.kind {
    case .product:
      let (_, trace) = try put(
        .confirmDebit, "/api/payment/debit", json: DebitBody.json(answer))
      return Answer((), trace: trace)
    case .service:
      let (response, trace) = try put(
        .confirmServiceDebit, "/api/mms/debits", json: DebitBody.json(answer))
      if let kind = Self.problem(answer.debit.debitID ?? "", in: response) {
        throw CallFailure(kind, trace: trace)
      }
      return Answer((), trace: trace)
    }
  }

  /// - Returns: Mirakl's answer, a 2xx.
  private func put(
    _ operation: MiraklOperation, _ path: String, json: String
  ) throws(CallFailure) -> (IncomingResponse, CallTrace) {
    budgets[operation]?.take()
    let stopwatch = Stopwatch()
    let request = OutgoingRequest(
      method: "PUT", url: origin + basePath + path,
      headers: [
        ("Authorization", key.reveal { $0 }), ("Accept", "application/json"),
        ("Content-Type", "application/json"),
      ], body: Array(json.utf8), timeoutMs: timeoutMs)
    let response: IncomingResponse
    do { response = try transport.send(request) } catch {
      throw CallFailure(
        MiraklFailure.kind(of: error, key: key),
        trace: CallTrace(operation: operation.pattern, durationMs: stopwatch.elapsedMs))
    }
    let trace = CallTrace(
      operation: operation.pattern, status: response.status, durationMs: stopwatch.elapsedMs)
    if let kind = MiraklFailure.kind(of: response, isWrite: true, key: key) {
      throw CallFailure(kind, trace: trace)
    }
    return (response, trace)
  }

  /// SPA01 answers 200 also for a debit that it refuses, and says so inside.
  private static func problem(
    _ debitID: String, in response: IncomingResponse
  ) -> CallFailure.Kind? {
    if response.body.isEmpty || response.status == 204 { return nil }
    let result: WireDebitResult
    do {
      result = try JSONDecoder().decode(WireDebitResult.self, from: Data(response.body))
    } catch {
      return .unknown(reason: "unreadable answer: \(WireProblem(error))")
    }
    if let errors = result.errors?.first(where: { $0.debitID == debitID }) {
      return .refused(errors.refusal)
    }
    // One debit was sent: an error that names none, or another one, can only mean it.
    if let errors = result.errors?.first { return .refused(errors.refusal) }
    guard let done = result.success?.debits, !done.isEmpty else { return nil }
    if done.contains(where: { $0.id == debitID }) { return nil }
    return .unknown(reason: "the answer names other debits than the one that was sent")
  }
}

/// SPA01's answer.
private struct WireDebitResult: Decodable {
  struct Success: Decodable { let debits: [Entry]? }
  struct Entry: Decodable { let id: String }
  struct Failed: Decodable {
    struct Problem: Decodable {
      let code: String?
      let field: String?
      let message: String?
    }
    let debitID: String?
    let problems: [Problem]?

    enum CodingKeys: String, CodingKey {
      case debitID = "debit_id"
      case problems = "debit_errors"
    }

    var refusal: Refusal {
      let messages = (problems ?? []).compactMap { $0.message ?? $0.code }
      return Refusal(
        status: 400, code: problems?.first?.code, parameter: problems?.first?.field,
        message: messages.isEmpty ? "no message" : messages.joined(separator: "; "))
    }
  }

  let errors: [Failed]?
  let success: Success?
}
