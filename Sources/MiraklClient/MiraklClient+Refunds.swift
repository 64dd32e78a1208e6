import Domain
import FoundationEssentials
import HTTPClient

/// PA12, PA02, SPA12, SPA02, and the refunds within OR11 and SOR11.
/// - Source: Mirakl's schemas `PA12_Response_200`, `PA02_Request`, `SPA12_Response_200`,
///   `SPA02_Response_200`.
extension MiraklClient {
  public func productRefunds(
    next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<RefundAsk>> {
    let page = next ?? link("/api/payment/refund", Self.form([("max", "100")]))
    let (wire, response, trace) = try read(WireRefundPage.self, .refunds, page)
    let following = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.elements, next: following, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func serviceRefunds(
    next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<RefundAsk>> {
    let path = "/api/mms/refunds"
    let page = next ?? link(path, Self.form([("limit", "100")]))
    let (wire, response, trace) = try read(WireServiceRefundPage.self, .serviceRefunds, page)
    return Answer(
      MiraklPage(
        elements: wire.elements, next: seek(path, wire.nextToken),
        serverTimeMs: response.serverTimeMs), trace: trace)
  }

  public func refundsOfOrders(
    _ ids: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderRefunds>> {
    if next == nil, ids.isEmpty { return Self.emptyPage(.orders) }
    var form = Self.form([("max", "100")])
    form.append("order_ids", list: ids.map(\.rawValue))
    let page = next ?? link("/api/orders", form)
    let (wire, response, trace) = try read(WireOrderRefundsPage.self, .orders, page)
    let following = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.orders.map(\.element), next: following,
        serverTimeMs: response.serverTimeMs), trace: trace)
  }

  public func refundsOfServiceOrders(
    _ ids: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderRefunds>> {
    if next == nil, ids.isEmpty { return Self.emptyPage(.refundsOfServiceOrders) }
    let path = "/api/mms/orders"
    let form = Self.form([("limit", "100")] + ids.map { ("order_id", $0.rawValue) })
    let (wire, response, trace) = try read(
      WireServiceOrderRefundsPage.self, .refundsOfServiceOrders, next ?? link(path, form))
    return Answer(
      MiraklPage(
        elements: wire.elements, next: seek(path, wire.nextToken),
        serverTimeMs: response.serverTimeMs), trace: trace)
  }

  public func confirmRefund(
    _ confirmation: RefundConfirmation
  ) throws(CallFailure) -> Answer<String> {
    // PA02's amounts are numbers, written with Mirakl's own decimals (A4).
    let body =
      #"{"refunds":[{"amount":\#(confirmation.amount),"#
      + #""currency_iso_code":\#(Self.quoted(confirmation.currency.code)),"#
      + #""payment_status":"OK","refund_id":\#(Self.quoted(confirmation.refundID)),"#
      + #""transaction_number":\#(Self.quoted(confirmation.transactionNumber))}]}"#
    let (_, trace) = try putRefund(.confirmRefund, "/api/payment/refund", body)
    return Answer(confirmation.refundID, trace: trace)
  }

  public func confirmServiceRefund(
    _ confirmation: RefundConfirmation
  ) throws(CallFailure) -> Answer<String> {
    let body =
      #"[{"amount":\#(confirmation.amount),"#
      + #""currency_code":\#(Self.quoted(confirmation.currency.code)),"#
      + #""id":\#(Self.quoted(confirmation.refundID)),"#
      + #""order_id":\#(Self.quoted(confirmation.orderID.rawValue)),"state":"OK","#
      + #""transaction_number":\#(Self.quoted(confirmation.transactionNumber))}]"#
    let (response, trace) = try putRefund(.confirmServiceRefund, "/api/mms/refunds", body)
    guard !response.body.isEmpty else { return Answer(confirmation.refundID, trace: trace) }
    let outcome: WireServiceRefundOutcome
    do {
      outcome = try JSONDecoder().decode(
        WireServiceRefundOutcome.self, from: Data(response.body))
    } catch {
      throw CallFailure(.unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
    if let message = outcome.message(of: confirmation.refundID) {
      throw CallFailure(
        .refused(Refusal(status: response.status, message: message)), trace: trace)
    }
    return Answer(confirmation.refundID, trace: trace)
  }

  private func putRefund(
    _ operation: MiraklOperation, _ path: String, _ body: String
  ) throws(CallFailure) -> (IncomingResponse, CallTrace) {
    budgets[operation]?.take()
    let stopwatch = Stopwatch()
    let request = OutgoingRequest(
      method: "PUT", url: origin + basePath + path,
      headers: [
        ("Authorization", key.reveal { $0 }), ("Accept", "application/json"),
        ("Content-Type", "application/json"),
      ], body: Array(body.utf8), timeoutMs: timeoutMs)
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

  /// The next page of a seek list: the token alone, Mirakl ignores everything beside it.
  private func seek(_ path: String, _ token: String?) -> PageLink? {
    token.map { link(path, Self.form([("page_token", $0)])) }
  }

  private static func form(_ parameters: [(String, String)]) -> FormBody {
    var form = FormBody()
    for (name, value) in parameters { form.append(name, value) }
    return form
  }

  /// A JSON text.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// SPA02's 200: which refunds were refused, and why.
private struct WireServiceRefundOutcome: Decodable {
  private let errors: [Entry]

  init(from decoder: any Decoder) throws {
    errors = try Fields(decoder).optional("errors", as: [Entry].self) ?? []
  }

  /// Why the refund was refused; nil if it was not. One refund was sent: an error that names none
  /// is about it.
  func message(of refundID: String) -> String? {
    let own = errors.filter { $0.id == nil || $0.id == refundID }
    guard !own.isEmpty else { return nil }
    return own.map(\.message).joined(separator: "; ")
  }

  private struct Entry: Decodable {
    let id: String?
    let message: String

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      id =
        fields.lenientText("refund_id") ?? fields.lenientText("id")
        ?? fields.lenientText("debit_id")
      let names = ["refund_errors", "errors", "debit_errors"]
      let reasons = try names.flatMap {
        try fields.optional($0, as: [Reason].self)?.map(\.text) ?? []
      }
      let own = fields.lenientText("message") ?? fields.lenientText("code")
      message = reasons.isEmpty ? own ?? "refused" : reasons.joined(separator: "; ")
    }
  }

  private struct Reason: Decodable {
    let text: String
    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      text =
        fields.lenientText("message") ?? fields.lenientText("code") ?? "refused without a message"
    }
  }
}
