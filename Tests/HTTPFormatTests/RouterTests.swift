import HTTPFormat
import Testing

private let router = Router([
  Route("GET", "/health") { _, _ in .text(200, "health") },
  Route("GET", "/api/mappings") { _, _ in .text(200, "list") },
  Route("POST", "/api/mappings") { _, _ in .text(201, "made") },
  Route("GET", "/api/mappings/none") { _, _ in .text(200, "none") },
  Route("GET", "/api/mappings/{id}") { _, parameters in .text(200, parameters["id"] ?? "nil") },
  Route("PUT", "/api/{kind}/{id}/retry", runsOn: .pool) { _, parameters in
    .text(200, "\(parameters["kind"] ?? "nil") \(parameters["id"] ?? "nil")")
  },
  Route("GET", "/lost", handle: { _, _, reply in reply(.hangUp) }),
])

private func answer(_ method: String, _ path: String) -> String {
  let box = Box()
  router.handle(Request(method: method, path: path)) { box.reply = $0 }
  guard case .response(let response) = box.reply else { return "\(String(describing: box.reply))" }
  let allow = response.headers["Allow"].map { " \($0)" } ?? ""
  return response.status < 300 && response.status != 204
    ? "\(response.status) " + String(decoding: response.body, as: UTF8.self)
    : "\(response.status)" + allow
}

private final class Box: @unchecked Sendable { var reply: Reply? }

@Suite("Router") struct RouterTests {
  @Test(
    "finds the handler, or says why there is none",
    arguments: [
      ("GET", "/health", "200 health"),
      ("HEAD", "/health", "200 health"),
      ("POST", "/api/mappings", "201 made"),
      ("GET", "/api/mappings/7", "200 7"),
      ("GET", "/api/mappings/none", "200 none"),
      ("PUT", "/api/transfers/a b/retry", "200 transfers a b"),
      ("GET", "/", "404"),
      ("GET", "/health/", "404"),
      ("GET", "//health", "404"),
      ("GET", "/api/mappings/", "404"),
      ("GET", "/api/mappings/7/8", "404"),
      ("DELETE", "/health", "405 GET, HEAD, OPTIONS"),
      ("TRACE", "/api/mappings", "405 GET, HEAD, OPTIONS, POST"),
      ("GET", "/api/transfers/7/retry", "405 OPTIONS, PUT"),
      ("HEAD", "/api/transfers/7/retry", "405 OPTIONS, PUT"),
      ("OPTIONS", "/health", "204 GET, HEAD, OPTIONS"),
      ("OPTIONS", "*", "204 GET, HEAD, OPTIONS, POST, PUT"),
      ("OPTIONS", "/none", "404"),
      ("get", "/health", "501"),
      ("FROBNICATE", "/none", "501"),
    ])
  func resolves(method: String, path: String, expected: String) {
    #expect(answer(method, path) == expected)
  }

  @Test("a handler may ask for the connection to be cut") func hangsUp() {
    let box = Box()
    router.handle(Request(method: "GET", path: "/lost")) { box.reply = $0 }
    #expect(box.reply == .hangUp)
  }

  @Test("routes can be listed, with the place where they run") func lists() {
    #expect(router.routes.first?.pattern == "/health")
    #expect(
      router.routes.filter { $0.runsOn == .pool }.map(\.pattern) == ["/api/{kind}/{id}/retry"])
  }
}
