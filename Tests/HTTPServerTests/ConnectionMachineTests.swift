import HTTPFormat
import Testing

@testable import HTTPServer

/// A machine with what a loop would do around it, without a socket: written bytes are collected,
/// time is a number.
private struct Driven {
  var machine: ConnectionMachine
  var nowMs: Int64 = 0
  var written = ""
  var exchanges: [(request: Request, number: UInt32)] = []
  var isBlocked = false

  init(_ limits: HTTPLimits = HTTPLimits(), isSecure: Bool = false) {
    machine = ConnectionMachine(
      limits: limits, remoteAddress: "203.0.113.7", isSecure: isSecure,
      at: Moment(ms: 0, date: "D"))
  }

  var moment: Moment { Moment(ms: nowMs, date: "D") }

  /// Does what is asked for until the machine waits for the world; then says for what.
  mutating func run(handler: ((Request) -> Reply)? = { .response(.text(200, $0.path)) }) -> String {
    while true {
      switch machine.next(at: moment) {
      case .dispatch(let incoming, let exchange):
        exchanges.append((incoming.request, exchange))
        if let handler { answer(handler(incoming.request)) }
      case .write:
        if isBlocked {
          machine.blocked(at: moment)
          return "write"
        }
        let text = machine.withUnsent { String(decoding: $0, as: UTF8.self) }
        written += text
        machine.sent(text.utf8.count, at: moment)
      case .read: return "read"
      case .wait: return "wait"
      case .shutdownWrite: written += "<end>"
      case .close: return "close"
      }
    }
  }

  mutating func answer(_ reply: Reply, number: UInt32? = nil) {
    machine.answer(reply, exchange: number ?? exchanges.last?.number ?? 0, at: moment)
  }

  mutating func receive(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { machine.received($0, at: moment) }
  }

  /// The statuses that were written, and `close` after the last if the client was told.
  var statuses: [Int] {
    written.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
  }
  var saysClose: Bool { written.contains("Connection: close") }

  mutating func advance(to ms: Int64) {
    nowMs = ms
    machine.deadlinePassed(at: moment)
  }
}

private func get(_ path: String, _ fields: String = "") -> String {
  "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}

@Suite("ConnectionMachine") struct ConnectionMachineTests {
  @Test("answers, and reads on the same connection (RFC 9112 9.3)")
  func keepsAlive() {
    var driven = Driven()
    #expect(driven.run() == "read")
    driven.receive(get("/1"))
    #expect(driven.run() == "read")
    driven.receive(get("/2"))
    #expect(driven.run() == "read")
    #expect(driven.statuses == [200, 200])
    #expect(!driven.saysClose)
    #expect(driven.exchanges.map(\.request.remoteAddress) == ["203.0.113.7", "203.0.113.7"])
  }

  @Test("pipelined requests are taken up one after the other (RFC 9112 9.3.2)")
  func pipelines() {
    var driven = Driven()
    driven.receive(get("/1") + get("/2") + get("/3"))
    #expect(driven.run(handler: nil) == "wait")
    #expect(driven.exchanges.map(\.request.path) == ["/1"])
    driven.answer(.response(.text(200, "1")))
    #expect(driven.run(handler: nil) == "wait")
    driven.answer(.response(.text(201, "2")))
    #expect(driven.run(handler: nil) == "wait")
    driven.answer(.response(.text(202, "3")))
    #expect(driven.run(handler: nil) == "read")
    #expect(driven.statuses == [200, 201, 202])
  }

  @Test("answers that nobody reads stop the pipeline, and reading them starts it again")
  func holdsBack() {
    var limits = HTTPLimits()
    limits.unsentBytesMax = 300
    var driven = Driven(limits)
    driven.isBlocked = true
    driven.receive(String(repeating: get("/"), count: 50))
    #expect(driven.run() == "write")
    #expect((1...5).contains(driven.exchanges.count))
    driven.isBlocked = false
    #expect(driven.run() == "read")
    #expect(driven.statuses.count == 50)
  }

  @Test("Connection: close is answered in kind; what follows is not served (RFC 9112 9.6)")
  func closes() {
    var driven = Driven()
    driven.receive(get("/1", "Connection: close\r\n") + get("/2"))
    #expect(driven.run() == "read")
    #expect(driven.statuses == [200])
    #expect(driven.saysClose)
    #expect(driven.written.hasSuffix("<end>"))
    driven.machine.receivedEnd()
    #expect(driven.run() == "close")
  }

  @Test("an HTTP/1.0 client that asks for it is told that the connection stays (RFC 9112 9.3)")
  func keepsAliveOld() {
    var driven = Driven()
    driven.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(driven.run() == "read")
    #expect(driven.written.contains("Connection: keep-alive"))
    driven.receive("GET / HTTP/1.0\r\n\r\n")
    #expect(driven.run() == "read")
    #expect(driven.saysClose)
  }

  @Test("a refusal is sent after the answers before it, then the connection is ended")
  func refuses() {
    var driven = Driven()
    driven.receive(get("/") + "BAD\r\n\r\n" + get("/"))
    #expect(driven.run() == "read")
    #expect(driven.statuses == [200, 400])
    #expect(driven.written.hasSuffix("<end>"))
    #expect(driven.machine.takeRefusal()?.status == 400)
    #expect(driven.machine.takeRefusal() == nil)
  }

  @Test("after the last answer bytes are dropped up to a limit of bytes and of time")
  func lingers() {
    var limits = HTTPLimits()
    limits.lingerBytesMax = 100
    var driven = Driven(limits)
    driven.receive("BAD\r\n\r\n")
    #expect(driven.run() == "read")
    driven.receive(String(repeating: "x", count: 100))
    #expect(driven.run() == "read")
    var other = driven
    driven.receive("x")
    #expect(driven.run() == "close")
    other.advance(to: limits.lingerTimeoutMs)
    #expect(other.run() == "close")
  }

  @Test("an error answer to HEAD has no content either (RFC 9110 9.3.2)")
  func refusesHead() {
    var driven = Driven()
    driven.receive("HEAD / HTTP/1.1\r\n\r\n")
    _ = driven.run()
    #expect(driven.written.hasPrefix("HTTP/1.1 400 "))
    #expect(driven.written.hasSuffix("\r\n\r\n<end>"))
  }

  @Test("100 is sent once, before the body, if it has not begun (RFC 9110 10.1.1)")
  func continues() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    var driven = Driven()
    driven.receive(head)
    #expect(driven.run() == "read")
    #expect(driven.written == "HTTP/1.1 100 Continue\r\n\r\n")
    driven.receive("a")
    #expect(driven.run() == "read")
    driven.receive("b")
    #expect(driven.run() == "read")
    #expect(driven.statuses == [100, 200])
    driven.receive(head + "ab")
    #expect(driven.run() == "read")
    #expect(driven.statuses == [100, 200, 200])
    driven.receive(head)
    #expect(driven.run() == "read")
    #expect(driven.statuses == [100, 200, 200, 100])
  }

  @Test("a client that ended its side still gets its answers (RFC 9112 9.6)")
  func answersHalfClosed() {
    var driven = Driven()
    driven.receive(get("/1") + get("/2"))
    driven.machine.receivedEnd()
    #expect(driven.run() == "close")
    #expect(driven.statuses == [200, 200])
  }

  @Test("a request that ends in the middle is refused, never served (RFC 9112 8)")
  func refusesCutRequests() {
    var driven = Driven()
    driven.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell")
    driven.machine.receivedEnd()
    #expect(driven.run() == "close")
    #expect(driven.statuses == [400])
    #expect(driven.exchanges.isEmpty)
  }

  @Test("hang-up closes without an answer")
  func hangsUp() {
    var driven = Driven()
    driven.receive(get("/"))
    #expect(driven.run { _ in .hangUp } == "close")
    #expect(driven.written.isEmpty)
  }

  @Test("a response that would split the answer becomes a 500")
  func replacesFaultyResponses() {
    var driven = Driven()
    driven.receive(get("/"))
    #expect(
      driven.run { _ in .response(Response(status: 200, headers: ["X": "a\r\nY: b"])) } == "read")
    #expect(driven.statuses == [500])
    #expect(!driven.written.contains("Y: b"))
  }

  @Test("the last answer of a connection says so")
  func limitsRequests() {
    var limits = HTTPLimits()
    limits.requestsPerConnectionMax = 2
    var driven = Driven(limits)
    driven.receive(get("/") + get("/") + get("/"))
    #expect(driven.run() == "read")
    #expect(driven.statuses == [200, 200])
    #expect(driven.saysClose)
  }

  struct DeadlineRow: CustomTestStringConvertible, Sendable {
    let rule: String
    let bytes: [String]
    let afterMs: Int64
    let status: Int?
    var testDescription: String { rule }
  }

  @Test(
    "deadlines",
    arguments: [
      DeadlineRow(
        rule: "silence after connecting: closed", bytes: [], afterMs: 10_000, status: nil),
      DeadlineRow(rule: "half a head: 408", bytes: ["GET /"], afterMs: 10_000, status: 408),
      DeadlineRow(
        rule: "half a body: 408",
        bytes: ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"],
        afterMs: 20_000, status: 408),
      DeadlineRow(
        rule: "a handler without answer: 503", bytes: [get("/slow")], afterMs: 60_000, status: 503),
    ])
  func deadlines(_ row: DeadlineRow) {
    var driven = Driven()
    for bytes in row.bytes { driven.receive(bytes) }
    let before = driven.run(handler: nil)
    #expect(driven.machine.deadlineMs == row.afterMs)
    driven.advance(to: row.afterMs - 1)
    #expect(driven.run(handler: nil) == before)
    driven.advance(to: row.afterMs)
    #expect(driven.run(handler: nil) == (row.status == nil ? "close" : "read"))
    #expect(driven.statuses == (row.status.map { [$0] } ?? []))
  }

  @Test("more bytes move no deadline: a slow sender is cut off")
  func dribble() {
    var driven = Driven()
    for second in 0..<9 {
      driven.nowMs = Int64(second) * 1_000
      driven.receive("GET /"[...].prefix(second == 0 ? 5 : 0) + (second == 0 ? "" : "a"))
      #expect(driven.run() == "read")
    }
    driven.advance(to: 10_000)
    _ = driven.run()
    #expect(driven.statuses == [408])
  }

  @Test("an idle connection is closed without a word, counted from the last answer")
  func idles() {
    var driven = Driven()
    driven.nowMs = 5_000
    driven.receive(get("/"))
    #expect(driven.run() == "read")
    #expect(driven.machine.deadlineMs == 35_000)
    #expect(driven.machine.isIdle)
    driven.advance(to: 35_000)
    #expect(driven.run() == "close")
    #expect(driven.statuses == [200])
  }

  @Test("a new request on a kept connection has the full time for its head")
  func renewsDeadlines() {
    var driven = Driven()
    driven.receive(get("/"))
    #expect(driven.run() == "read")
    driven.nowMs = 29_000
    driven.receive("G")
    #expect(driven.machine.deadlineMs == 39_000)
  }

  @Test("a client that does not read is cut off; one that reads slowly is not")
  func writes() {
    var limits = HTTPLimits()
    limits.unsentBytesMax = 100
    var driven = Driven(limits)
    driven.isBlocked = true
    driven.receive(get("/"))
    #expect(
      driven.run { _ in .response(Response(status: 200, body: .init(repeating: 1, count: 500))) }
        == "write")
    #expect(driven.machine.deadlineMs == 20_000)
    driven.nowMs = 19_000
    driven.machine.sent(100, at: driven.moment)
    #expect(driven.run() == "write")
    driven.advance(to: 30_000)  // idle since the answer, but not done with it
    #expect(driven.run() == "write")
    #expect(driven.machine.deadlineMs == 39_000)
    driven.machine.sent(99, at: driven.moment)
    #expect(driven.run() == "write")
    driven.advance(to: 39_000)
    #expect(driven.run() == "close")
  }

  @Test("an answer after its deadline, or a second one, has no effect")
  func dropsLateAnswers() {
    var driven = Driven()
    driven.receive(get("/1"))
    #expect(driven.run(handler: nil) == "wait")
    driven.answer(.response(.text(200, "a")))
    driven.answer(.response(.text(201, "b")))
    driven.receive(get("/2"))
    #expect(driven.run(handler: nil) == "wait")
    driven.answer(.response(.text(202, "late")), number: driven.exchanges[0].number)
    #expect(driven.run(handler: nil) == "wait")
    driven.advance(to: 120_000)
    driven.answer(.response(.text(203, "late")))
    _ = driven.run(handler: nil)
    #expect(driven.statuses == [200, 503])
  }

  @Test("over TLS every answer says so for a year (RFC 6797), refusals too, and else none does")
  func strictTransport() {
    let field = "\r\nStrict-Transport-Security: max-age=31536000\r\n"
    for (bytes, status) in [(get("/"), 200), ("GET  / HTTP/1.1\r\n", 400)] {
      var secure = Driven(isSecure: true)
      secure.receive(bytes)
      _ = secure.run()
      #expect(secure.statuses == [status])
      #expect(secure.written.contains(field))
      var plain = Driven()
      plain.receive(bytes)
      _ = plain.run()
      #expect(!plain.written.contains("Strict-Transport-Security"))
    }
  }

  @Test("plain HTTP on a port for TLS is told so without TLS, then closed")
  func rejectsPlain() {
    var driven = Driven(isSecure: true)
    driven.machine.reject(Refusal(400, "use https"), at: driven.moment)
    #expect(driven.run() == "read")
    #expect(driven.statuses == [400])
    #expect(driven.saysClose)
    #expect(!driven.written.contains("Strict-Transport-Security"))
  }

  @Test("a connection that broke is closed without another word")
  func aborts() {
    var driven = Driven()
    driven.receive("GET / HTTP/1.1\r\n")
    driven.machine.abort()
    #expect(driven.run() == "close")
    #expect(driven.written == "")
  }

  @Test("draining closes what is idle after a moment, and answers what has begun with close")
  func drains() {
    var idle = Driven()
    _ = idle.run()
    idle.machine.drain(at: idle.moment)
    #expect(idle.run() == "read")
    idle.advance(to: HTTPLimits().drainIdleMs)
    #expect(idle.run() == "close")
    #expect(idle.written == "")

    // The request was on its way when the server was told to stop.
    var late = Driven()
    _ = late.run()
    late.machine.drain(at: late.moment)
    late.nowMs = HTTPLimits().drainIdleMs - 1
    late.receive(get("/"))
    #expect(late.run() == "read")
    #expect(late.statuses == [200])
    #expect(late.saysClose)

    var busy = Driven()
    busy.receive(get("/1") + get("/2"))
    #expect(busy.run(handler: nil) == "wait")
    busy.machine.drain(at: busy.moment)
    busy.answer(.response(.text(200, "")))
    #expect(busy.run(handler: nil) == "read")
    #expect(busy.statuses == [200])
    #expect(busy.saysClose)

    var begun = Driven()
    begun.receive("GET / HTTP/1.1\r\n")
    begun.machine.drain(at: begun.moment)
    #expect(begun.run() == "read")
    begun.receive("Host: a\r\n\r\n")
    #expect(begun.run() == "read")
    #expect(begun.statuses == [200])
    #expect(begun.saysClose)
  }
}
