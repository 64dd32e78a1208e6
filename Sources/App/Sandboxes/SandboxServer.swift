import HTTPFormat
import HTTPServer

/// Serves a simulator over loopback HTTP, with the server of the product.
final class SandboxServer: Sendable {
  private let server: HTTPServer
  /// `http://127.0.0.1:PORT`.
  let baseURL: String

  /// - Parameter port: 0 takes a free one.
  init(
    port: UInt16 = 0, handle: @escaping @Sendable (Request) -> Reply
  ) throws {
    server = try HTTPServer(
      address: "127.0.0.1:\(port)", loops: 1, limits: HTTPLimits(),
      router: Router(Self.everyPath(handle)), log: { _ in })
    try server.start()
    baseURL = "http://127.0.0.1:\(server.port)"
  }

  func stop() { server.stop(drainMs: 100) }

  /// The simulator routes by itself: every method, paths of up to nine segments.
  private static func everyPath(_ handle: @escaping @Sendable (Request) -> Reply) -> [Route] {
    (1...9).flatMap { depth in
      let pattern = (1...depth).map { "/{part\($0)}" }.joined()
      return ["GET", "POST", "PUT", "DELETE"].map { method in
        Route(method, pattern) { request, _, reply in reply(handle(request)) }
      }
    }
  }
}
