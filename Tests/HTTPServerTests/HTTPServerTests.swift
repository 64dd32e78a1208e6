import Glibc
import HTTPFormat
import HTTPServer
import Sockets
import Testing
import Threading

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

  @Test("an inherited listener is served by every loop, and outlives the server")
  func inherits() throws {
    let own = try ListenSocket(SocketAddress("127.0.0.1:0"))
    func inherited() throws -> [SharedListener] {
      [try SharedListener.inheriting(dup(own.descriptor.number))]
    }
    let first = try Bench(loops: 2, inherited: try inherited())
    #expect(first.server.port == own.address.port)
    let client = try Client(first.server)
    client.send(get("/"))
    #expect(client.receive().contains("200 OK"))
    first.server.stop(drainMs: 1_000)

    // Nobody serves now: who comes waits in the kernel, and finds the next server.
    let waiting = try Client(port: own.address.port)
    waiting.send(get("/"))
    let second = try Bench(loops: 3, inherited: try inherited())
    #expect(waiting.receive().contains("200 OK"))
    withExtendedLifetime(second) {}
  }

  @Test("a request that is sent while the server stops is answered, with close")
  func answersLate() throws {
    let bench = try Bench(loops: 1) { $0.drainIdleMs = 5_000 }
    let client = try Client(bench.server)
    client.send(get("/"))
    #expect(client.receive().contains("200 OK"))
    let stopper = WorkerThread(name: "stopper") { bench.server.stop(drainMs: 6_000) }
    // Once the port is closed the server has begun to stop.
    while (try? Client(bench.server)) != nil {}
    client.send(get("/"))
    let text = client.receive(2)
    #expect(text.hasPrefix("HTTP/1.1 200 OK"))
    #expect(text.contains("Connection: close"))
    #expect(text.hasSuffix("<end>"))
    stopper.join()
  }

  @Test("a client behind a trusted proxy is known by its own address, and bounded by it")
  func proxies() throws {
    let bench = try Bench(loops: 1, proxies: ["127.0.0.0/8"]) { $0.connectionsPerAddressMax = 1 }
    func ask(_ path: String, _ fields: String) -> String {
      "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }
    let (first, second) = (try Client(bench.server), try Client(bench.server))
    first.send(ask("/who", "X-Forwarded-For: 127.0.0.9, 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"))
    #expect(first.receive().contains("X-Who: 192.0.2.7 TLS\r\n"))
    second.send(ask("/who", ""))
    #expect(second.receive().contains("X-Who: 127.0.0.1 plain\r\n"))

    first.send(ask("/held", "X-Forwarded-For: 192.0.2.7\r\n"))
    let reply = try #require(bench.takeHeld())
    second.send(ask("/who", "X-Forwarded-For: 192.0.2.7\r\n") + ask("/who", ""))
    let refused = second.receive()
    #expect(refused.hasPrefix("HTTP/1.1 429 "))
    #expect(refused.contains("Retry-After: 1\r\n"))
    #expect(refused.contains("X-Who: 127.0.0.1 plain"))
    second.send(ask("/who", "X-Forwarded-For: 192.0.2.8\r\n"))
    #expect(second.receive().contains("X-Who: 192.0.2.8 plain"))
    reply(.response(.text(200, ".")))
    #expect(first.receive().hasPrefix("HTTP/1.1 200 "))
    second.send(ask("/who", "X-Forwarded-For: 192.0.2.7\r\n"))
    #expect(second.receive().contains("X-Who: 192.0.2.7 plain"))
  }

  @Test("who is no trusted proxy cannot choose its address")
  func spoofs() throws {
    let bench = try Bench(proxies: ["10.0.0.0/8"])
    let client = try Client(bench.server)
    client.send(
      "GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\n"
        + "X-Forwarded-Proto: https\r\n\r\n")
    #expect(client.receive().contains("X-Who: 127.0.0.1 plain\r\n"))
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
