import HTTPClient
import HTTPFormat
import Sandbox
import Threading

/// A network without sockets: both neighbours answer in the caller's thread.
///
/// A hook before and one after the effect may move the clock, run another process, fail the call or
/// answer in the neighbour's place.
public final class SandboxTransport: HTTPTransport {
  /// What a hook makes of a call.
  public enum Disposition: Sendable {
    case goOn
    case fail(TransportFailure)
    case answer(status: Int, json: String)
  }

  /// Gets the method and path of the call, e.g. `POST /v1/transfers`.
  public typealias Hook = @Sendable (_ call: String) -> Disposition

  /// Gets also the query and the body, as they are sent.
  public typealias RequestHook =
    @Sendable (_ call: String, _ query: String, _ body: String) -> Disposition

  public static let stripeURL = "https://stripe.test"
  public static let miraklURL = "https://mirakl.test"

  private struct State {
    var before: Hook?
    var after: Hook?
    var beforeRequest: RequestHook?
    var calls: [String] = []
  }

  private let stripe: StripeSandbox
  private let mirakl: MiraklSandbox
  private let life: Lifeline
  private let pageSize: Int
  private let state = Monitor(State())

  /// - Parameter pageSize: What Mirakl is asked for instead of 100 a page, so that short lists have
  ///   several pages.
  public init(stripe: StripeSandbox, mirakl: MiraklSandbox, life: Lifeline, pageSize: Int = 100) {
    self.pageSize = pageSize
    self.stripe = stripe
    self.mirakl = mirakl
    self.life = life
  }

  /// Runs before the request leaves; a failure is told to the caller as it is.
  public func before(_ hook: Hook?) { state.withLock { $0.before = hook } }

  /// As `before`, for hooks that look into the request.
  public func beforeRequest(_ hook: RequestHook?) { state.withLock { $0.beforeRequest = hook } }

  /// Runs after the effect, before the answer arrives.
  public func after(_ hook: Hook?) { state.withLock { $0.after = hook } }

  /// Method and path of every call, hooks' answers included.
  public var calls: [String] { state.withLock { $0.calls } }

  public func count(_ call: String) -> Int { calls.count { $0 == call } }

  public func send(_ outgoing: OutgoingRequest) throws(TransportFailure) -> IncomingResponse {
    let (isStripe, request) = self.request(outgoing)
    let call = "\(request.method) \(request.path)"
    let (before, after, beforeRequest) = state.withLock { state in
      state.calls.append(call)
      return (state.before, state.after, state.beforeRequest)
    }
    let query = request.query ?? ""
    let body = String(decoding: request.body, as: UTF8.self)
    let inspect: Hook = { call in beforeRequest?(call, query, body) ?? Disposition.goOn }
    if let response = try Self.apply(inspect, call) { return response }
    if let response = try Self.apply(before, call) { return response }
    guard life.pass(.beforeSend) else { throw .notSent("killed") }
    let reply = isStripe ? stripe.handle(request) : mirakl.handle(request)
    guard life.pass(.afterEffect) else { throw .unknown("killed") }
    if let response = try Self.apply(after, call) { return response }
    switch reply {
    case .hangUp: throw .unknown("the connection was closed")
    case .response(let response):
      return IncomingResponse(
        status: response.status, headers: response.headers.fields.map { ($0.name, $0.value) },
        body: response.body)
    }
  }

  private static func apply(
    _ hook: Hook?, _ call: String
  ) throws(TransportFailure) -> IncomingResponse? {
    switch hook?(call) {
    case nil, .goOn: return nil
    case .fail(let failure): throw failure
    case .answer(let status, let json):
      return IncomingResponse(
        status: status, headers: [("Content-Type", "application/json")], body: Array(json.utf8))
    }
  }

  private func request(_ outgoing: OutgoingRequest) -> (isStripe: Bool, Request) {
    let isStripe = outgoing.url.hasPrefix(Self.stripeURL)
    let target = outgoing.url.dropFirst((isStripe ? Self.stripeURL : Self.miraklURL).count)
    let parts = target.split(separator: "?", maxSplits: 1)
    let path = parts.first.map { FormEncoding.decode("p=\($0)").first?.value ?? "" } ?? "/"
    let request = Request(
      method: outgoing.method, path: path, query: parts.count == 2 ? query(parts[1]) : nil,
      headers: Headers(outgoing.headers.map { Headers.Field(name: $0.name, value: $0.value) }),
      body: outgoing.body ?? [])
    return (isStripe, request)
  }

  private func query(_ text: Substring) -> String {
    text.split(separator: "&").map { part in
      switch part {
      case "max=100": "max=\(pageSize)"
      case "limit=100": "limit=\(pageSize)"
      default: String(part)
      }
    }.joined(separator: "&")
  }
}
