import Domain
import FoundationEssentials
import Glibc
import HTTPClient
import Store
import TestSupport
import Testing
import Threading

@testable import App

/// A socket that a service manager would hold: it listens for as long as this lives.
private final class HeldSocket {
  let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(code == 0 && listen(descriptor, 512) == 0)
  }

  deinit { close(descriptor) }
}

/// Sends signed events until it is told to stop, each until it has an answer.
private final class Sender: Sendable {
  struct Tally: Sendable {
    var acknowledged: [String] = []
    var failures: [String] = []
  }

  let tally = Monitor(Tally())
  private let thread: WorkerThread

  init(_ number: Int, port: UInt16, stop: StopFlag) {
    let tally = tally
    thread = WorkerThread(name: "sender-\(number)") {
      let client = WireClient(port: port)
      for index in 0... {
        if stop.isRaised { break }
        let id = "evt_restart_\(number)_\(index)"
        do {
          let status = try client.status(of: Self.request(id))
          tally.withLock {
            if status == 200 { $0.acknowledged.append(id) } else { $0.failures.append("\(status)") }
          }
        } catch {
          tally.withLock { $0.failures.append("\(error)") }
        }
      }
    }
  }

  func join() -> Tally {
    thread.join()
    return tally.withLock { $0 }
  }

  private static func request(_ id: String) -> [UInt8] {
    let body = Array(#"{"id":"\#(id)","object":"event","type":"ping"}"#.utf8)
    let signature = StripeSignature.header(
      body, secrets: [World.webhookSecret], seconds: SystemClock().nowMs / 1_000)
    let head =
      "POST /api/public/webhook/operator HTTP/1.1\r\nHost: localhost\r\n"
      + "Stripe-Signature: \(signature)\r\nContent-Length: \(body.count)\r\n\r\n"
    return Array(head.utf8) + body
  }
}

@Suite struct RestartTests {
  /// As systemd does it: the socket is descriptor 3, and the environment says for whom.
  private func serve(_ world: World, on socket: HeldSocket) -> ChildProcess {
    let script = #"LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve"#
    var environment = world.environment()
    environment["LISTEN_ADDRESS"] = "127.0.0.1:1"  // must not be used: nobody may bind it
    return ChildProcess(
      "/bin/sh", ["-c", script, World.executable], environment: environment,
      outputPath: world.folder.file("serve.log"), passing: socket.descriptor)
  }

  @Test("restarts under load fail no request, and lose no event that was acknowledged")
  func restartsUnderLoad() throws {
    let world = try World()
    let socket = try HeldSocket(port: world.port)
    var server = serve(world, on: socket)
    #expect(Waiting.until(10_000) { world.get("/health")?.status == 200 ? true : nil } == true)
    let stop = StopFlag()
    let senders = (0..<6).map { Sender($0, port: world.port, stop: stop) }
    func acknowledged() -> Int {
      senders.reduce(0) { $0 + $1.tally.withLock { $0.acknowledged.count } }
    }
    for _ in 0..<3 {
      let before = acknowledged()
      #expect(Waiting.until(10_000) { acknowledged() > before + 50 ? true : nil } == true)
      server.signal(SIGTERM)
      #expect(server.exitStatus(within: 8_000) == 0)
      server = serve(world, on: socket)
    }
    let before = acknowledged()
    #expect(Waiting.until(10_000) { acknowledged() > before + 50 ? true : nil } == true)
    stop.raise()
    let tallies = senders.map { $0.join() }
    #expect(tallies.flatMap(\.failures) == [])
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)

    let sent = tallies.flatMap(\.acknowledged)
    let store = try Store.open(path: world.folder.file("data.db"), mode: .threaded)
    let stored = try store.read { try $0.events(after: 0, limit: 1_000_000) }.map(
      \.event.externalID)
    #expect(Set(sent).subtracting(stored).isEmpty)
    #expect(Set(stored).count == stored.count)
    store.close()
  }

  @Test("SIGTERM answers what has begun, and ends in time although clients stay")
  func drains() throws {
    let world = try World()
    let server = try world.serve()
    let (idle, slow) = (WireClient(port: world.port), WireClient(port: world.port))
    #expect(try idle.status(of: Array("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".utf8)) == 200)
    try slow.connect()
    slow.write(Array("GET /health HTTP/1.1\r\n".utf8))
    // Once another is answered, the half request before it has been read.
    #expect(world.get("/health")?.status == 200)
    server.signal(SIGTERM)
    #expect(Waiting.until(5_000) { world.get("/health") == nil ? true : nil } == true)
    #expect(try slow.status(of: Array("Host: a\r\n\r\n".utf8)) == 200)
    #expect(server.exitStatus(within: 8_000) == 0)
  }

  @Test("a program under test inherits no descriptor that others hold")
  func inheritsNothing() throws {
    let folder = TemporaryFolder()
    let leaked = open("/dev/null", O_RDONLY)  // without O_CLOEXEC, as some library may do
    defer { close(leaked) }
    let script = #"for name in /proc/$$/fd/*; do echo "${name##*/}"; done"#
    let child = ChildProcess(
      "/bin/sh", ["-c", script], environment: [:], outputPath: folder.file("out"))
    #expect(child.exitStatus(within: 10_000) == 0)
    let numbers = child.output.split(separator: "\n").compactMap { Int32($0) }
    #expect(numbers.contains(1) && !numbers.contains(leaked), "\(numbers)")
  }

  @Test("out of descriptors, who is connected is served on, and later everybody again")
  func outOfDescriptors() throws {
    let world = try World()
    let server = try world.serve()
    let get = Array("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    let established = (0..<3).map { _ in WireClient(port: world.port) }
    for client in established { #expect(try client.status(of: get) == 200) }
    // From now on eight more, whatever it has open: far from the most connections it would take.
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.id)/fd")
    let limit = try #require(open.compactMap { Int($0) }.max()) + 1 + 8
    let prlimit = ChildProcess(
      "/usr/bin/prlimit", ["--pid", "\(server.id)", "--nofile=\(limit)"], environment: [:],
      outputPath: world.folder.file("prlimit.log"))
    #expect(prlimit.exitStatus(within: 10_000) == 0, "\(prlimit.output)")
    var flood = (0..<60).map { _ in WireClient(port: world.port) }
    for client in flood {
      try client.connect()
      client.write(Array("GET /health HTTP/1.1\r\n".utf8))
    }
    let told = Waiting.until(5_000) {
      server.output.contains("no new connections for a moment") ? true : nil
    }
    #expect(told == true, "\(server.output)")
    for client in established {
      #expect(try client.status(of: get) == 200)
      #expect(client.repeats == 0)
    }
    flood = []
    let isServed = Waiting.until(10_000) { world.get("/health")?.status == 200 ? true : nil }
    #expect(isServed == true)
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
  }
}
