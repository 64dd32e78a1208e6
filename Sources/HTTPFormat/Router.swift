/// Finds the route of a request, and answers for those that have none.
public struct Router: Sendable {
  public enum Resolution: Sendable {
    case route(Route, PathParameters)
    /// 404, 405 with `Allow`, 501 for a method that HTTP does not register here, or the answer
    /// to an OPTIONS that no route handles.
    case answer(Response)
  }

  /// In order of registration; among patterns that match a path the first wins.
  public let routes: [Route]
  /// Patterns without parameters, which are most: one look-up instead of a walk.
  private let plain: [String: [Route]]

  /// - Precondition: no two routes have the same method and pattern.
  public init(_ routes: [Route]) {
    let names = Set(routes.map { "\($0.method) \($0.pattern)" })
    precondition(names.count == routes.count, "a route is registered twice")
    self.routes = routes
    plain = Dictionary(
      grouping: routes.filter { !$0.segments.contains(where: Route.isParameter) }, by: \.pattern)
  }

  /// Decides without running a handler.
  public func resolve(method: String, path: String) -> Resolution {
    if let known = plain[path], let route = Self.match(method, known) {
      return .route(route, PathParameters())
    }
    guard Self.methods.contains(method) else {
      return .answer(Self.error(501, "Method not implemented"))
    }
    if path == "*" { return .answer(Self.options(Set(routes.map(\.method)))) }
    let segments = Route.split(path)
    let candidates = routes.compactMap { route in
      route.parameters(of: segments).map { (route, $0) }
    }
    if let route = Self.match(method, candidates.map(\.0)),
      let (_, parameters) = candidates.first(where: {
        $0.0.method == route.method && $0.0.pattern == route.pattern
      })
    {
      return .route(route, parameters)
    }
    guard !candidates.isEmpty else { return .answer(Self.error(404, "Not found")) }
    let allowed = Set(candidates.map(\.0.method))
    if method == "OPTIONS" { return .answer(Self.options(allowed)) }
    var response = Self.error(405, "Method not allowed")
    response.headers.append("Allow", Self.allow(allowed))
    return .answer(response)
  }

  /// Resolves and runs the handler on the calling thread: a server without sockets, for tests.
  public func handle(_ request: Request, reply: @escaping @Sendable (Reply) -> Void) {
    switch resolve(method: request.method, path: request.path) {
    case .answer(let response): reply(.response(response))
    case .route(let route, let parameters):
      switch route.action {
      case .respond(let respond): reply(.response(respond(request, parameters)))
      case .handle(let handle): handle(request, parameters, reply)
      }
    }
  }

  /// The methods of RFC 9110 9 and RFC 5789: known, so refused with 405 where not allowed.
  private static let methods: Set<String> = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
  ]

  /// A HEAD is a GET whose content is left out when it is written (RFC 9110 9.3.2).
  private static func match(_ method: String, _ routes: [Route]) -> Route? {
    if let route = routes.first(where: { $0.method == method }) { return route }
    return method == "HEAD" ? routes.first { $0.method == "GET" } : nil
  }

  private static func allow(_ methods: Set<String>) -> String {
    let implied = methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]
    return methods.union(implied).sorted().joined(separator: ", ")
  }

  private static func options(_ methods: Set<String>) -> Response {
    Response(status: 204, headers: ["Allow": allow(methods)])
  }

  private static func error(_ status: Int, _ message: String) -> Response {
    .json(status, "{\"message\":\"\(message)\"}")
  }
}
