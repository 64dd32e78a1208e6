import Glibc
import HTTPFormat
import HTTPServer
import OpenSSL
import Sockets
import Testing
import Threading

/// A client that blocks, with a bound on each wait.
final class Client {
  let socket: StreamSocket
  let epoll: Epoll
  private var buffer: [UInt8] = []

  convenience init(_ server: HTTPServer) throws { try self.init(port: server.port) }

  init(port: UInt16) throws {
    socket = try StreamSocket(connectingTo: SocketAddress("127.0.0.1:\(port)"))
    epoll = try Epoll()
    try epoll.addReadable(socket.descriptor, token: 1)
  }

  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      guard case .bytes(let count) = bytes.withUnsafeBytes({ socket.send($0) }) else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// All that comes until `count` answers are there or the server ends the connection.
  func receive(_ count: Int = 1) -> String {
    var scratch = [UInt8](repeating: 0, count: 65_536)
    while answers < count {
      guard epoll.wait(timeoutMs: 5_000) > 0 else { return text + "<silence>" }
      switch scratch.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
      case .bytes(let count): buffer += scratch[..<count]
      case .wouldBlock: continue
      case .ended: return text + "<end>"
      }
    }
    defer { buffer = [] }
    return text
  }

  private var text: String { String(decoding: buffer, as: UTF8.self) }
  /// Bodies here are "." each, so an answer ends with its second line end and a dot.
  private var answers: Int {
    text.split(separator: "\r\n\r\n.", omittingEmptySubsequences: false).count - 1
  }
}

final class Bench: Sendable {
  let server: HTTPServer
  let events: Monitor<[ServerEvent]>
  /// Replies that wait to be given by the test.
  let held = Monitor<[@Sendable (Reply) -> Void]>([])

  init(
    loops: Int = 2, inherited: [SharedListener] = [], tls: TLSContext? = nil,
    proxies: [String] = [], _ change: (inout HTTPLimits) -> Void = { _ in }
  ) throws {
    var limits = HTTPLimits()
    change(&limits)
    signal(SIGPIPE, SIG_IGN)  // as TLS asks of the program
    let held = self.held
    let events = Monitor<[ServerEvent]>([])
    self.events = events
    let router = Router([
      Route("GET", "/") { _, _ in .text(200, ".") },
      Route("POST", "/") { request, _ in
        Response(status: 200, headers: ["X-Bytes": "\(request.body.count)"], body: [46])
      },
      Route("GET", "/pool", runsOn: .pool) { _, _ in .text(202, ".") },
      Route("GET", "/held", handle: { _, _, reply in held.update { $0.append(reply) } }),
      Route("GET", "/forgotten", handle: { _, _, _ in }),
      Route("GET", "/gone", handle: { _, _, reply in reply(.hangUp) }),
      Route("GET", "/who") { request, _ in
        Response(
          status: 200,
          headers: ["X-Who": "\(request.remoteAddress) \(request.isSecure ? "TLS" : "plain")"],
          body: [46])
      },
      Route("GET", "/large") { _, _ in
        Response(status: 200, body: [46] + [UInt8](repeating: 120, count: 3_000_000))
      },
    ])
    server = try HTTPServer(
      address: "127.0.0.1:0", inherited: inherited, loops: loops, limits: limits, router: router,
      tls: tls, proxies: TrustedProxies(try proxies.map { try AddressRange($0) }),
      log: { event in events.update { $0.append(event) } })
    try server.start()
  }

  deinit { server.stop(drainMs: 0) }

  func takeHeld() -> (@Sendable (Reply) -> Void)? {
    held.wait(upToMs: 5_000) { $0.isEmpty ? nil : $0.removeFirst() }
  }
}

func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }
