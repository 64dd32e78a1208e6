import HTTPFormat
import HTTPServer
import Sockets
import Testing
import Threading

/// A client that blocks, with a bound on each wait.
private final class Client {
  let socket: StreamSocket
  let epoll: Epoll
  private var buffer: [UInt8] = []

  init(_ server: HTTPServer) throws {
    socket = try StreamSocket(connectingTo: SocketAddress("127.0.0.1:\(server.port)"))
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

private final class Bench: Sendable {
  let server: HTTPServer
  let events: Monitor<[ServerEvent]>
  /// Replies that wait to be given by the test.
  let held = Monitor<[@Sendable (Reply) -> Void]>([])

  init(loops: Int = 2, _ change: (inout HTTPLimits) -> Void = { _ in }) throws {
    var limits = HTTPLimits()
    change(&limits)
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
    ])
    server = try HTTPServer(
      address: "127.0.0.1:0", loops: loops, limits: limits, router: router,
      log: { event in events.update { $0.append(event) } })
    try server.start()
  }

  deinit { server.stop(drainMs: 0) }

  func takeHeld() -> (@Sendable (Reply) -> Void)? {
    held.wait(upToMs: 5_000) { $0.isEmpty ? nil : $0.removeFirst() }
  }
}

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

@Suite("HTTPServer", .timeLimit(.minutes(1))) struct HTTPServerTests {
  @Test("serves several requests on one connection")
  func keepsAlive() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    for _ in 0..<3 {
      client.send(get("/"))
      #expect(client.receive().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test("serves many connections at once, from all loops")
  func servesMany() throws {
    let bench = try Bench(loops: 3)
    let good = Monitor(0)
    let threads = (0..<8).map { number in
      WorkerThread(name: "client-\(number)") {
        for _ in 0..<20 {
          guard let client = try? Client(bench.server) else { return }
          client.send(get("/") + get("/pool"))
          let text = client.receive(2)
          if text.contains("200 OK"), text.contains("202 Accepted") { good.withLock { $0 += 1 } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(good.withLock { $0 } == 160)
  }

  @Test("a request in single bytes is read like one in a piece")
  func reassembles() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    let request =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    for byte in request { client.send(String(byte)) }
    #expect(client.receive().contains("X-Bytes: 3"))
  }

  @Test("a body of the largest size arrives whole")
  func largeBodies() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
    client.send(String(repeating: "x", count: 200_000))
    #expect(client.receive().contains("X-Bytes: 200000"))
  }

  @Test("answers of another thread come in order, whichever is ready first")
  func answersFromElsewhere() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    client.send(get("/held") + get("/") + get("/pool"))
    let reply = try #require(bench.takeHeld())
    WorkerThread(name: "replier") { reply(.response(.text(201, "."))) }.join()
    let text = client.receive(3)
    let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
    #expect(statuses == ["201", "200", "202"])
  }

  @Test("a handler that forgets to answer costs a 500 and no connection")
  func forgets() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    client.send(get("/forgotten") + get("/"))
    let text = client.receive()
    #expect(text.hasPrefix("HTTP/1.1 500 "))
    #expect(text.contains("HTTP/1.1 200 OK"))
  }

  @Test("hang-up ends the connection without a byte")
  func hangsUp() throws {
    let bench = try Bench()
    let client = try Client(bench.server)
    client.send(get("/gone"))
    #expect(client.receive() == "<end>")
  }

  @Test("a stalled body is answered 408 when its time is over, and reported")
  func cutsSlowBodies() throws {
    let bench = try Bench { $0.bodyTimeoutMs = 30 }
    let client = try Client(bench.server)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
    let text = client.receive()
    #expect(text.hasPrefix("HTTP/1.1 408 "))
    #expect(text.hasSuffix("<end>"))
    #expect(
      bench.events.withLock { $0 } == [
        .refused(
          status: 408, reason: "request not complete in time", remoteAddress: "127.0.0.1")
      ])
  }

  @Test("connections over an address's share are closed at once, and there is room again later")
  func limitsAddresses() throws {
    let bench = try Bench(loops: 1) { $0.connectionsPerAddressMax = 1 }
    do {
      let first = try Client(bench.server)
      first.send(get("/"))
      #expect(first.receive().contains("200"))
      let second = try Client(bench.server)
      #expect(second.receive() == "<end>")
    }
    var isServed = false
    for _ in 0..<1_000 where !isServed {
      let third = try Client(bench.server)
      third.send(get("/"))
      isServed = third.receive().contains("200")
    }
    #expect(isServed)
  }

  @Test("at the maximum an idle connection makes room for a new one")
  func evictsIdle() throws {
    let bench = try Bench(loops: 1) {
      $0.connectionsMax = 1
      $0.connectionsPerAddressMax = 1
    }
    let first = try Client(bench.server)
    first.send(get("/"))
    #expect(first.receive().contains("200"))
    let second = try Client(bench.server)
    second.send(get("/"))
    #expect(second.receive().contains("200"))
    #expect(first.receive() == "<end>")
  }

  @Test("stopping answers what has begun with close, ends idle connections, and frees the port")
  func drains() throws {
    let bench = try Bench(loops: 1)
    let idle = try Client(bench.server)
    idle.send(get("/"))
    #expect(idle.receive().contains("200"))
    let busy = try Client(bench.server)
    busy.send(get("/held"))
    let reply = try #require(bench.takeHeld())
    let stopper = WorkerThread(name: "stopper") { bench.server.stop(drainMs: 5_000) }
    #expect(idle.receive() == "<end>")
    #expect(throws: SocketError.self) { _ = try Client(bench.server) }
    reply(.response(.text(201, ".")))
    let text = busy.receive(2)
    #expect(text.hasPrefix("HTTP/1.1 201 "))
    #expect(text.contains("Connection: close"))
    #expect(text.hasSuffix("<end>"))
    stopper.join()
    #expect(throws: SocketError.self) { _ = try Client(bench.server) }
  }

  @Test("stopping does not wait for a handler longer than asked for")
  func stopsInTime() throws {
    let bench = try Bench(loops: 1)
    let client = try Client(bench.server)
    client.send(get("/held"))
    let reply = try #require(bench.takeHeld())
    bench.server.stop(drainMs: 10)
    #expect(client.receive() == "<end>")
    reply(.response(.text(200, ".")))
    #expect(bench.events.withLock { $0 }.isEmpty)
  }

  @Test("a second server on the same port is refused")
  func refusesSecond() throws {
    let bench = try Bench()
    #expect(throws: SocketError.self) {
      try HTTPServer(
        address: "127.0.0.1:\(bench.server.port)", loops: 1, router: Router([]))
    }
  }
}
