import HTTPFormat
import HTTPServer
import OpenSSL
import Sockets
import TLSTestSupport
import Testing
import Threading

private func certificate(_ name: String) throws -> TLSContext {
  try TLSContext(
    certificatePath: TestCertificates.path("\(name)chain.pem"),
    keyPath: TestCertificates.path(name.isEmpty ? "server-key.pem" : "\(name)key.pem"))
}

/// A client that blocks, with a bound on each wait.
private final class SecureClient {
  let plain: Client
  let tls: TLSClient

  init(_ server: HTTPServer, _ options: TLSClient.Options = .init()) throws {
    plain = try Client(server)
    tls = TLSClient(descriptor: plain.socket.descriptor.number, options)
  }

  /// Sends a request; false when the connection is gone.
  func send(_ text: String) -> Bool {
    while true {
      switch tls.send(text) {
      case .bytes: return true
      case .wait: guard plain.epoll.wait(timeoutMs: 5_000) > 0 else { return false }
      case .ended, .failed: return false
      }
    }
  }

  /// All that comes until there are as many bytes or the server ends the connection.
  func receive(_ count: Int = 1) -> String {
    var bytes: [UInt8] = []
    var scratch = [UInt8](repeating: 0, count: 65_536)
    func text(_ end: String) -> String { String(decoding: bytes, as: UTF8.self) + end }
    while bytes.count < count {
      switch scratch.withUnsafeMutableBytes({ tls.receive(into: $0) }) {
      case .bytes(let count): bytes += scratch[..<count]
      case .wait: guard plain.epoll.wait(timeoutMs: 5_000) > 0 else { return text("<silence>") }
      case .ended: return text("<end>")
      case .failed(let reason): return text("<\(reason)>")
      }
    }
    return text("")
  }
}

@Suite("HTTPServer over TLS", .timeLimit(.minutes(1))) struct TLSTests {
  @Test("serves several requests on one connection, and says that TLS is to be used")
  func serves() throws {
    let bench = try Bench(tls: certificate(""))
    let client = try SecureClient(bench.server)
    for _ in 0..<3 {
      #expect(client.send(get("/who")))
      let answer = client.receive()
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("Strict-Transport-Security: max-age=31536000\r\n"))
      #expect(answer.contains("X-Who: 127.0.0.1 TLS\r\n"))
    }
  }

  @Test("bodies larger than every buffer go both ways whole", arguments: ["TLS 1.2", "TLS 1.3"])
  func large(_ version: String) throws {
    let bench = try Bench(tls: certificate(""))
    var options = TLSClient.Options()
    options.version = version == "TLS 1.2" ? TLSClient.tls12 : TLSClient.tls13
    let client = try SecureClient(bench.server, options)
    let body = String(repeating: "x", count: 1_000_000)
    #expect(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"))
    var rest = Substring(body)
    while !rest.isEmpty {
      #expect(client.send(String(rest.prefix(10_000))))
      rest = rest.dropFirst(10_000)
    }
    #expect(client.receive().contains("X-Bytes: 1000000\r\n"))
    #expect(client.send(get("/large")))
    let answer = client.receive(3_000_001)
    #expect(answer.contains("Content-Length: 3000001\r\n"))
  }

  @Test("the last answer is followed by the end in due form")
  func closes() throws {
    let bench = try Bench(tls: certificate(""))
    let client = try SecureClient(bench.server)
    #expect(client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    #expect(client.receive(100_000).hasSuffix(".<end>"))
  }

  @Test("an idle connection is ended in due form, too")
  func closesIdle() throws {
    let bench = try Bench(tls: certificate("")) { $0.idleTimeoutMs = 30 }
    let client = try SecureClient(bench.server)
    #expect(client.send(get("/")))
    #expect(client.receive(100_000).hasSuffix(".<end>"))
  }

  @Test("a handshake that does not end is cut with the time for a head")
  func cutsHandshakes() throws {
    let bench = try Bench(tls: certificate("")) { $0.headTimeoutMs = 30 }
    let silent = try Client(bench.server)
    #expect(silent.receive() == "<end>")
    let half = try Client(bench.server)
    half.send("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}")
    #expect(half.receive() == "<end>")
  }

  @Test("plain HTTP is answered 400 without TLS; noise is not answered, and reported")
  func noise() throws {
    let bench = try Bench(tls: certificate(""))
    let plain = try Client(bench.server)
    plain.send(get("/"))
    let answer = plain.receive()
    #expect(answer.hasPrefix("HTTP/1.1 400 "))
    #expect(answer.contains("use https"))
    #expect(!answer.contains("Strict-Transport-Security"))
    let noise = try Client(bench.server)
    noise.send("SSH-2.0-client\r\n")
    #expect(noise.receive().hasSuffix("<end>"))
    let reported = bench.events.wait(upToMs: 5_000) { events -> Bool? in
      events.contains {
        if case .tlsFailed(_, "127.0.0.1") = $0 { return true }
        return false
      } ? true : nil
    }
    #expect(reported == true)
  }

  @Test("a new certificate is for new connections; open ones stay, and are drained like others")
  func reloads() throws {
    let bench = try Bench(loops: 2, tls: certificate(""))
    let old = try SecureClient(bench.server)
    #expect(old.send(get("/")))
    #expect(old.receive().contains("200 OK"))
    bench.server.replaceCertificate(by: try certificate("renewed-"))
    let new = try SecureClient(bench.server)
    #expect(new.send(get("/")))
    #expect(new.receive().contains("200 OK"))
    #expect(new.tls.peer == "/CN=localhost, renewed")
    #expect(old.send(get("/")))
    #expect(old.receive().contains("200 OK"))
    #expect(old.tls.peer == "/CN=localhost")
    let stopper = WorkerThread(name: "stopper") { bench.server.stop(drainMs: 5_000) }
    #expect(old.receive() == "<end>")
    #expect(new.receive() == "<end>")
    stopper.join()
  }

  @Test("many clients at once, each with a handshake of its own")
  func many() throws {
    let bench = try Bench(loops: 3, tls: certificate(""))
    let good = Monitor(0)
    let threads = (0..<4).map { number in
      WorkerThread(name: "client-\(number)") {
        for _ in 0..<10 {
          guard let client = try? SecureClient(bench.server), client.send(get("/pool")) else {
            return
          }
          if client.receive().contains("202 Accepted") { good.withLock { $0 += 1 } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(good.withLock { $0 } == 40)
  }
}
