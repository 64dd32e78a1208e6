import Domain
import FoundationEssentials
import HTTPClient

/// Mirakl's operator API, as far as the connector uses it.
///
/// Each method is one request, never repeated here. The key is sent to the configured instance
/// only: a `next` link that leads elsewhere is refused.
/// - Source: https://developer.mirakl.com/content/product/mmp/rest/operator/openapi3
public struct MiraklClient: MiraklPort {
  let transport: any HTTPTransport
  /// nil if the configured text is no URL; then every call fails as "not sent".
  private let base: BaseURL?
  let origin: String
  let basePath: String
  let key: Secret
  let timeoutMs: Int64
  let budgets: MiraklBudgets

  /// - Parameters:
  ///   - baseURL: Of the instance: `https://example.mirakl.net`.
  ///   - key: Sent in `Authorization` as it is; `Bearer …` where the instance wants a token.
  ///   - timeoutMs: Limit of one request.
  ///   - budgets: Waited for before every request.
  public init(
    transport: any HTTPTransport, baseURL: String, key: Secret, timeoutMs: Int64,
    budgets: MiraklBudgets
  ) {
    self.transport = transport
    let url = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    base = BaseURL(url)
    origin = base?.origin ?? url
    basePath = base == nil ? "" : BaseURL.split(url)?.rest ?? ""
    self.key = key
    self.timeoutMs = timeoutMs
    self.budgets = budgets
  }

  public func orders(
    _ query: OrderQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<OrderSnapshot>> {
    if next == nil, query.namesNothing { return Self.emptyPage(.orders) }
    let page = next ?? link("/api/orders", Self.parameters(of: query))
    let (wire, response, trace) = try read(WireOrderPage.self, .orders, page)
    let link = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.orders.map(\.element), next: link, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func shops(_ ids: [ShopID]) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>> {
    if ids.isEmpty { return Self.emptyPage(.shops) }
    var form = FormBody()
    form.append("shop_ids", list: ids.map(\.description))
    form.append("max", "100")
    form.append("domains", list: ["PRODUCT", "SERVICE"])  // without it service shops are missing
    let page = link("/api/shops", form)
    let (wire, response, trace) = try read(WireShopPage.self, .shops, page)
    let link = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.shops.map(\.element), next: link, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  /// Without a call: an empty list of ids would ask for everything.
  static func emptyPage<Value>(_ operation: MiraklOperation) -> Answer<MiraklPage<Value>> {
    Answer(
      MiraklPage(elements: [], next: nil, serverTimeMs: nil),
      trace: CallTrace(operation: operation.pattern))
  }

  private static func parameters(of query: OrderQuery) -> FormBody {
    var form = FormBody()
    form.append("max", "100")
    switch query {
    case .updatedSince(nil): break
    case .updatedSince(.some(let ms)):
      form.append("start_update_date", Timestamp.formatSeconds(ms: ms))
    case .ids(let ids): form.append("order_ids", list: ids.map(\.rawValue))
    case .commercialIDs(let ids): form.append("commercial_ids", list: ids.map(\.rawValue))
    }
    return form
  }

  func link(_ path: String, _ query: FormBody) -> PageLink {
    PageLink(pathAndQuery: basePath + path + "?" + query.text)
  }

  func following(
    _ response: IncomingResponse, from current: PageLink, _ trace: CallTrace
  ) throws(CallFailure) -> PageLink? {
    do { return try NextLink.find(in: response, from: current, base: base) } catch {
      throw CallFailure(.unreadable(reason: "Link header: \(error)"), trace: trace)
    }
  }

  // MARK: - One exchange

  func read<Wire: Decodable>(
    _ type: Wire.Type, _ operation: MiraklOperation, _ page: PageLink
  ) throws(CallFailure) -> (Wire, IncomingResponse, CallTrace) {
    budgets[operation]?.take()
    let stopwatch = Stopwatch()
    let request = OutgoingRequest(
      method: "GET", url: origin + page.pathAndQuery,
      headers: [("Authorization", key.reveal { $0 }), ("Accept", "application/json")],
      timeoutMs: timeoutMs)
    let response: IncomingResponse
    do { response = try transport.send(request) } catch {
      throw CallFailure(
        MiraklFailure.kind(of: error, key: key),
        trace: CallTrace(operation: operation.pattern, durationMs: stopwatch.elapsedMs))
    }
    let trace = CallTrace(
      operation: operation.pattern, status: response.status, durationMs: stopwatch.elapsedMs)
    if let kind = MiraklFailure.kind(of: response, isWrite: false, key: key) {
      throw CallFailure(kind, trace: trace)
    }
    do {
      return (try JSONDecoder().decode(type, from: Data(response.body)), response, trace)
    } catch {
      throw CallFailure(.unreadable(reason: "\(WireProblem(error))"), trace: trace)
    }
  }
}

extension OrderQuery {
  fileprivate var namesNothing: Bool {
    switch self {
    case .updatedSince: false
    case .ids(let ids): ids.isEmpty
    case .commercialIDs(let ids): ids.isEmpty
    }
  }
}

extension FormBody {
  /// One parameter with several values, `order_ids=A,B`: Mirakl splits at the literal comma.
  mutating func append(_ name: String, list values: [String]) {
    appendEncoded(name, values.map(FormBody.encode).joined(separator: ","))
  }
}

extension IncomingResponse {
  /// Mirakl's own clock.
  var serverTimeMs: Int64? { header("Date").flatMap(Timestamp.parseHTTP) }
}
