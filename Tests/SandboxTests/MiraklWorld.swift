import HTTPFormat
import Sandbox
import Threading

/// A Mirakl sandbox with a clock that only moves by hand.
struct MiraklWorld {
  static let key = "0f7a0d44-2f1c-4b5a-9a38-6c0d1e7b2a11"
  /// 2026-01-15T10:00:00Z
  static let start: Int64 = 1_768_471_200_000

  let clock = Monitor(Self.start)
  let mirakl: MiraklSandbox

  init(pageSizeMax: Int = 100, baseURL: String? = nil, faults: FaultPlan = .none()) {
    mirakl = MiraklSandbox(
      apiKey: Self.key, pageSizeMax: pageSizeMax, baseURL: baseURL, faults: faults,
      nowMs: { [clock] in clock.withLock { $0 } })
  }

  func pass(ms: Int64) { clock.withLock { $0 += ms } }

  /// The answer to `GET target`; a hang-up shows as status 0.
  func get(_ target: String, key: String? = Self.key, method: String = "GET") -> Answer {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    var headers: Headers = ["Host": "mirakl.test:8090", "Accept": "application/json"]
    headers["Authorization"] = key
    let request = Request(
      method: method, path: parts[0], query: parts.count == 2 ? parts[1] : nil, headers: headers)
    guard case .response(let response) = mirakl.handle(request) else { return .hangUp }
    return Answer(response)
  }

  /// The answer to a request with a JSON body.
  func send(_ method: String, _ path: String, _ body: String) -> Answer {
    let request = Request(
      method: method, path: path,
      headers: [
        "Host": "mirakl.test:8090", "Authorization": Self.key, "Content-Type": "application/json",
      ], body: Array(body.utf8))
    guard case .response(let response) = mirakl.handle(request) else { return .hangUp }
    return Answer(response)
  }

  func orderIDs(_ query: String) -> [String] {
    get("/api/orders?\(query)")["orders"]?.elements.compactMap { $0["order_id"]?.text } ?? []
  }
}

extension Answer {
  /// The target of a link in the `Link` header.
  func link(_ relation: String) -> String? {
    // Not at every comma: the address may hold some.
    var rest = (headers["Link"] ?? "")[...]
    while let start = rest.firstIndex(of: "<"), let end = rest.firstIndex(of: ">") {
      let target = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if rest.hasPrefix("; rel=\"\(relation)\"") { return String(target) }
    }
    return nil
  }
}

extension SandboxOrder {
  /// An order of one line.
  static func make(
    _ id: String, shop: Int64 = 2_043, state: String = "SHIPPING", price: String = "49.90",
    createdMs: Int64? = nil, updatedMs: Int64? = nil
  ) -> SandboxOrder {
    SandboxOrder(
      id: id, commercialID: String(id.prefix { $0 != "-" }), shopID: shop, state: state,
      lines: [Line(price: price)], createdMs: createdMs, updatedMs: updatedMs)
  }
}
