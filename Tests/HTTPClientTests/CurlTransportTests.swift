import Glibc
import HTTPClient
import Synchronization
import Testing
import Threading

@Suite("CurlTransport", .timeLimit(.minutes(1)))
struct CurlTransportTests {
  let transport = CurlTransport(.init(userAgent: "test/1"))

  @Test("connections are kept and used again")
  func keepAlive() throws {
    let server = TinyServer { connection, _ in
      while TinyServer.readRequest(connection) != nil {
        TinyServer.write(TinyServer.answer(), to: connection)
      }
    }
    defer { server.stop() }
    for _ in 1...5 { #expect(try get(server.url).status == 200) }
    #expect(server.connectionCount == 1)
  }

  @Test("calls in flight at the same time have a connection each")
  func parallel() {
    let arrived = Monitor(0)
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      arrived.update { $0 += 1 }
      _ = arrived.wait { $0 == 3 ? true : nil }
      TinyServer.write(TinyServer.answer(), to: connection)
    }
    defer { server.stop() }
    let statuses = Mutex<[Int]>([])
    let threads = (1...3).map { _ in
      WorkerThread(name: "caller") {
        let status = (try? get(server.url))?.status ?? 0
        statuses.withLock { $0.append(status) }
      }
    }
    for thread in threads { thread.join() }
    #expect(statuses.withLock { $0 } == [200, 200, 200])
  }

  @Test("every status is an answer, redirects are not followed, names of headers have no case")
  func answers() throws {
    let server = TinyServer { connection, number in
      guard TinyServer.readRequest(connection) != nil else { return }
      let status = ["302 Found", "404 Not Found", "500 Oops"][number - 1]
      TinyServer.write(
        "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
          + TinyServer.answer(
            "no", status: status,
            headers:
              "LOCATION: /x\r\nReQuest-ID:  req_1 \r\nLink: a\r\nlink: b\r\nConnection: close\r\n"),
        to: connection)
    }
    defer { server.stop() }
    for status in [302, 404, 500] {
      let response = try get(server.url)
      #expect(response.status == status)
      #expect(response.header("request-id") == "req_1")
      #expect(response.headerValues("Link") == ["a", "b"])
      #expect(response.header("x-early") == nil)
      #expect(String(decoding: response.body, as: UTF8.self) == "no")
    }
  }

  @Test(
    "method, target, headers and body arrive as they were given",
    arguments: [
      ("GET", nil), ("POST", []), ("POST", [0, 255, 61, 38]), ("PUT", [123, 125]),
      ("DELETE", nil),
    ] as [(String, [UInt8]?)])
  func requestBytes(method: String, body: [UInt8]?) throws {
    let received = Mutex<[UInt8]>([])
    let server = TinyServer { connection, _ in
      guard let request = TinyServer.readRequest(connection) else { return }
      received.withLock { $0 = request }
      TinyServer.write(TinyServer.answer(), to: connection)
    }
    defer { server.stop() }
    _ = try transport.send(
      OutgoingRequest(
        method: method, url: server.url + "/v1/a%20b?expand[]=c&d=%2B",
        headers: [("Authorization", "Bearer k"), ("Content-Type", "text/x")], body: body,
        timeoutMs: 5_000))
    let bytes = received.withLock { $0 }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("\(method) /v1/a%20b?expand[]=c&d=%2B HTTP/1.1\r\n"))
    #expect(text.contains("\r\nAuthorization: Bearer k\r\n"))
    #expect(text.contains("\r\nUser-Agent: test/1\r\n"))
    let sent = body ?? []
    #expect(text.contains("\r\nContent-Length: \(sent.count)\r\n") == (body != nil))
    #expect(!text.contains("Expect:"))
    #expect(Array(bytes.suffix(sent.count)) == sent)
  }

  @Test("a large body goes out without waiting for 100 Continue")
  func largeBody() throws {
    let server = TinyServer { connection, _ in
      guard let request = TinyServer.readRequest(connection) else { return }
      TinyServer.write(TinyServer.answer("\(request.count > 2_000_000)"), to: connection)
    }
    defer { server.stop() }
    let response = try transport.send(
      OutgoingRequest(
        method: "POST", url: server.url, body: [UInt8](repeating: 65, count: 2_000_000),
        timeoutMs: 20_000))
    #expect(String(decoding: response.body, as: UTF8.self) == "true")
  }

  @Test("chunked and compressed answers are undone")
  func codings() throws {
    // gzip of {"a":1}
    let gzip: [UInt8] = [
      31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 5, 0, 175, 172, 27, 86, 7,
      0, 0, 0,
    ]
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
          + String(gzip.count, radix: 16) + "\r\n", to: connection)
      TinyServer.write(gzip, to: connection)
      TinyServer.write("\r\n0\r\n\r\n", to: connection)
    }
    defer { server.stop() }
    #expect(String(decoding: try get(server.url).body, as: UTF8.self) == "{\"a\":1}")
  }

  // MARK: - Certainly not sent

  @Test("connection refused: not sent (Q3)")
  func refused() throws {
    let server = TinyServer { _, _ in }
    server.stop()
    #expect(isNotSent(failure(server.url)))
  }

  @Test(
    "no host, no TLS, no URL: not sent (Q3)",
    arguments: ["http://nowhere.invalid", "ftp://127.0.0.1/", "http://", "", "http://127.0.0.1:1"])
  func unreachable(url: String) { #expect(isNotSent(failure(url))) }

  @Test("a server that does not speak TLS: not sent (Q3)")
  func noTLS() {
    let server = TinyServer { connection, _ in
      TinyServer.write("SSH-2.0-x\r\n", to: connection)
      TinyServer.waitForEnd(connection)
    }
    defer { server.stop() }
    #expect(isNotSent(failure("https://127.0.0.1:\(server.port)")))
  }

  @Test("a handshake that never ends: not sent, within the deadline (Q3)")
  func endlessHandshake() {
    let server = TinyServer { connection, _ in TinyServer.waitForEnd(connection) }
    defer { server.stop() }
    #expect(isNotSent(failure("https://127.0.0.1:\(server.port)", timeoutMs: 200)))
  }

  @Test("a proxy that refuses the tunnel, or breaks it: not sent (Q3)", arguments: ["403", "200"])
  func refusedTunnel(status: String) {
    let proxy = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write("HTTP/1.1 \(status) x\r\n\r\n", to: connection)
    }
    defer { proxy.stop() }
    var options = CurlTransport.Options(userAgent: "test/1")
    options.proxy = proxy.url
    let transport = CurlTransport(options)
    let request = OutgoingRequest(
      method: "POST", url: "https://api.example.com/", headers: [("Idempotency-Key", "k")],
      timeoutMs: 5_000)
    let failure = #expect(throws: TransportFailure.self) { try transport.send(request) }
    #expect(isNotSent(failure))
    #expect(proxy.connectionCount == 1)
  }

  @Test("a header that would break the framing is refused before anything is sent")
  func injection() {
    let server = TinyServer { _, _ in }
    defer { server.stop() }
    let request = OutgoingRequest(
      method: "GET", url: server.url, headers: [("X", "a\r\nY: b")], timeoutMs: 1_000)
    #expect(isNotSent(failure(of: request)))
    #expect(server.connectionCount == 0)
  }

  // MARK: - Outcome unknown

  @Test("the server closes after it has read the request: unknown (Q3)")
  func closed() {
    let server = TinyServer { connection, _ in _ = TinyServer.readRequest(connection) }
    defer { server.stop() }
    #expect(isUnknown(failure(server.url)))
  }

  @Test("no answer within the deadline: unknown, and the call ends (Q3)")
  func slow() {
    let server = TinyServer { connection, _ in TinyServer.waitForEnd(connection) }
    defer { server.stop() }
    let stopwatch = Stopwatch()
    #expect(isUnknown(failure(server.url, timeoutMs: 200)))
    #expect((190...5_000).contains(stopwatch.elapsedMs))
  }

  @Test(
    "an answer cut short, or no HTTP at all: unknown (Q3)",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf", "nonsense\r\n\r\n",
    ])
  func truncated(bytes: String) {
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write(bytes, to: connection)
    }
    defer { server.stop() }
    #expect(isUnknown(failure(server.url)))
  }

  @Test("an answer past the bound is not read to its end: unknown (B1)")
  func bounded() {
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write(TinyServer.answer(String(repeating: "x", count: 2_000)), to: connection)
    }
    defer { server.stop() }
    var options = CurlTransport.Options(userAgent: "test/1")
    options.bodyBytesMax = 1_000
    let request = OutgoingRequest(method: "GET", url: server.url, timeoutMs: 5_000)
    #expect(throws: TransportFailure.unknown("the answer is larger than 1000 bytes")) {
      try CurlTransport(options).send(request)
    }
  }

  @Test("stopping ends the calls in flight: unknown; later ones are not sent (Q3)")
  func stopping() {
    let transport = self.transport
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      transport.stop()
      TinyServer.waitForEnd(connection)
    }
    defer { server.stop() }
    let stopwatch = Stopwatch()
    #expect(failure(server.url, timeoutMs: 30_000) == .unknown("the program is stopping"))
    #expect(stopwatch.elapsedMs < 8_000)
    #expect(failure(server.url) == .notSent("the program is stopping"))
    #expect(server.connectionCount == 1)
  }

  // MARK: - Kept connections that die

  /// Answers the first request of the first connection, and hangs up on the second.
  private func dyingServer(
    _ received: Monitor<Int>, then: @escaping TinyServer.Handler
  ) -> TinyServer {
    TinyServer { connection, number in
      guard number == 1 else { return then(connection, number) }
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write(TinyServer.answer(), to: connection)
      guard TinyServer.readRequest(connection) != nil else { return }
      received.update { $0 += 1 }
    }
  }

  @Test("a repeatable request survives the death of a kept connection (Q1)")
  func repeated() throws {
    let received = Monitor(0)
    let server = dyingServer(received) { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      received.update { $0 += 1 }
      TinyServer.write(TinyServer.answer(), to: connection)
    }
    defer { server.stop() }
    _ = try get(server.url)
    #expect(try send("POST", server.url, [("idempotency-key", "k")]).status == 200)
    #expect(received.withLock { $0 } == 2)
  }

  @Test("a request that may not be repeated is never sent twice (B2)")
  func notRepeated() throws {
    let received = Monitor(0)
    let server = dyingServer(received) { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      received.update { $0 += 1 }
    }
    defer { server.stop() }
    _ = try get(server.url)
    let request = OutgoingRequest(method: "PUT", url: server.url, body: [1], timeoutMs: 5_000)
    #expect(isUnknown(failure(of: request)))
    #expect(received.withLock { $0 } == 1)
    #expect(server.connectionCount == 2)
  }

  @Test("a copy went out over a kept connection, then connecting is refused: unknown (Q3)")
  func sentThenRefused() throws {
    let stopping = Mutex<TinyServer?>(nil)
    let server = TinyServer { connection, _ in
      guard TinyServer.readRequest(connection) != nil else { return }
      TinyServer.write(TinyServer.answer(), to: connection)
      guard TinyServer.readRequest(connection) != nil else { return }
      stopping.withLock { $0 }?.stopListening()
    }
    stopping.withLock { $0 = server }
    defer { server.stop() }
    _ = try get(server.url)
    #expect(isUnknown(failure(server.url)))
  }

  // MARK: - Helpers

  private func get(_ url: String) throws(TransportFailure) -> IncomingResponse {
    try send("GET", url, [])
  }

  private func send(
    _ method: String, _ url: String, _ headers: [(name: String, value: String)]
  ) throws(TransportFailure) -> IncomingResponse {
    try transport.send(
      OutgoingRequest(method: method, url: url, headers: headers, timeoutMs: 5_000))
  }

  private func failure(_ url: String, timeoutMs: Int64 = 5_000) -> TransportFailure? {
    failure(of: OutgoingRequest(method: "GET", url: url, timeoutMs: timeoutMs))
  }

  private func failure(of request: OutgoingRequest) -> TransportFailure? {
    do {
      _ = try transport.send(request)
      return nil
    } catch { return error }
  }

  private func isNotSent(_ failure: TransportFailure?) -> Bool {
    if case .notSent = failure { true } else { false }
  }

  private func isUnknown(_ failure: TransportFailure?) -> Bool {
    if case .unknown = failure { true } else { false }
  }
}
