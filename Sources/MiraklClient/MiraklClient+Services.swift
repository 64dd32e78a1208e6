import Domain
import HTTPClient

/// Service orders: seek lists, asked for with `limit`, continued with `page_token` alone.
extension MiraklClient {
  public func serviceOrders(
    _ query: ServiceOrderQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceOrderSnapshot>> {
    if next == nil, query.namesNothing { return Self.emptyPage(.serviceOrders) }
    let path = "/api/mms/orders"
    let page = next ?? link(path, Self.parameters(of: query))
    return try seek(WireServiceOrder.self, .serviceOrders, path, page)
  }

  public func serviceDebits(
    orderIDs: [OrderID], next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ServiceOrderDebit>> {
    if next == nil, orderIDs.isEmpty { return Self.emptyPage(.serviceDebits) }
    let path = "/api/mms/debits"
    var form = FormBody()
    form.append("limit", "100")
    for id in orderIDs { form.append("order_id", id.rawValue) }
    return try seek(WireServiceOrderDebit.self, .serviceDebits, path, next ?? link(path, form))
  }

  private func seek<Wire: WireValue>(
    _ type: Wire.Type, _ operation: MiraklOperation, _ path: String, _ page: PageLink
  ) throws(CallFailure) -> Answer<MiraklPage<Wire.Snapshot>> {
    let (wire, response, trace) = try read(WireSeekPage<Wire>.self, operation, page)
    var token = FormBody()
    token.append("page_token", wire.nextToken)
    return Answer(
      MiraklPage(
        elements: wire.data.map(\.element), next: wire.nextToken.map { _ in link(path, token) },
        serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  private static func parameters(of query: ServiceOrderQuery) -> FormBody {
    var form = FormBody()
    form.append("limit", "100")
    switch query {
    case .createdSince(nil): break
    case .createdSince(.some(let ms)):
      form.append("date_created_start", Timestamp.formatSeconds(ms: ms))
    case .ids(let ids): for id in ids { form.append("order_id", id.rawValue) }
    case .commercialIDs(let ids):
      for id in ids { form.append("commercial_order_id", id.rawValue) }
    }
    return form
  }
}

extension ServiceOrderQuery {
  fileprivate var namesNothing: Bool {
    switch self {
    case .createdSince: false
    case .ids(let ids): ids.isEmpty
    case .commercialIDs(let ids): ids.isEmpty
    }
  }
}

/// One page of a seek list: no token on the last one.
struct WireSeekPage<Wire: WireValue>: Decodable {
  let data: [WireElement<Wire>]
  let nextToken: String?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    data = try fields.required("data")
    let token = try fields.optional("next_page_token", as: String.self)
    nextToken = token.flatMap { $0.isEmpty ? nil : $0 }
  }
}
