import Domain
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
    case answer(status: Int, json: String, headers: [(name: String, value: String)] = [])
    /// The caller's time runs out; the request arrives when `LateRequests.arrive` says so.
    case arriveLater
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
    var onRequest: (@Sendable (Request) -> Void)?
    var observer: (@Sendable (_ call: String, _ outcome: String) -> Void)?
    /// nil while an observer takes them instead: a long history must not pile up.
    var calls: [String]? = []
  }

  private let stripe: StripeSandbox
  private let mirakl: MiraklSandbox
  private let life: Lifeline
  private let pageSize: Int
  private let late: LateRequests?
  private let clock: (any WallClock)?
  private let timeoutMs: Int64?
  private let state = Monitor(State())

  /// - Parameters:
  ///   - pageSize: What Mirakl is asked for instead of 100 a page, so that short lists have several
  ///     pages.
  ///   - timeoutMs: After so long on this clock a call is given up, as the real transport does; a
  ///     request that did not leave by then does not leave any more.
  public init(
    stripe: StripeSandbox, mirakl: MiraklSandbox, life: Lifeline, pageSize: Int = 100,
    late: LateRequests? = nil, clock: (any WallClock)? = nil, timeoutMs: Int64? = nil
  ) {
    self.pageSize = pageSize
    self.late = late
    self.clock = clock
    self.timeoutMs = timeoutMs
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
  public var calls: [String] { state.withLock { $0.calls ?? [] } }

  /// Sees every request before any hook.
  public func onRequest(_ body: (@Sendable (Request) -> Void)?) {
    state.withLock { $0.onRequest = body }
  }

  /// Hears of every call and of what came of it; `calls` stays empty then.
  public func observe(_ body: @escaping @Sendable (_ call: String, _ outcome: String) -> Void) {
    state.withLock { state in
      state.observer = body
      state.calls = nil
    }
  }

  public func count(_ call: String) -> Int { calls.count { $0 == call } }

  public func send(_ outgoing: OutgoingRequest) throws(TransportFailure) -> IncomingResponse {
    let (isStripe, request) = self.request(outgoing)
    let call = "\(request.method) \(request.path)"
    let observer = state.withLock { state in
      state.calls?.append(call)
      return state.observer
    }
    do {
      let response = try exchange(isStripe, request, call)
      observer?(call, "\(response.status)")
      return response
    } catch {
      observer?(call, "\(error)")
      throw error
    }
  }

  private func exchange(
    _ isStripe: Bool, _ request: Request, _ call: String
  ) throws(TransportFailure) -> IncomingResponse {
    let (before, after, beforeRequest, onRequest) = state.withLock { state in
      (state.before, state.after, state.beforeRequest, state.onRequest)
    }
    let startMs = clock?.nowMs ?? 0
    onRequest?(request)
    let query = request.query ?? ""
    let body = String(decoding: request.body, as: UTF8.self)
    let inspect: Hook = { call in beforeRequest?(call, query, body) ?? Disposition.goOn }
    if let response = try apply(inspect, call, request, isStripe) { return response }
    if let response = try apply(before, call, request, isStripe) { return response }
    guard life.pass(.beforeSend) else { throw .notSent("killed") }
    if isOver(since: startMs) { throw .notSent("the deadline passed before it was sent") }
    let reply = isStripe ? stripe.handle(request) : mirakl.handle(request)
    guard life.pass(.afterEffect) else { throw .unknown("killed") }
    if let response = try apply(after, call, request, isStripe) { return response }
    if isOver(since: startMs) { throw .unknown("timed out") }
    switch reply {
    case .hangUp: throw .unknown("the connection was closed")
    case .response(let response):
      return IncomingResponse(
        status: response.status, headers: response.headers.fields.map { ($0.name, $0.value) },
        body: response.body)
    }
  }

  private func isOver(since startMs: Int64) -> Bool {
    guard let timeoutMs, let clock else { return false }
    return clock.nowMs - startMs > timeoutMs
  }

  private func apply(
    _ hook: Hook?, _ call: String, _ request: Request, _ isStripe: Bool
  ) throws(TransportFailure) -> IncomingResponse? {
    switch hook?(call) {
    case nil, .goOn: return nil
    case .arriveLater:
      late?.add(request, isStripe: isStripe, nowMs: clock?.nowMs ?? 0)
      throw .unknown("timed out")
    case .fail(let failure): throw failure
    case .answer(let status, let json, let headers):
      return IncomingResponse(
        status: status, headers: [("Content-Type", "application/json")] + headers,
        body: Array(json.utf8))
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
