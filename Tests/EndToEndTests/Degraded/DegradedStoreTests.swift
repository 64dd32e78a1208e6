import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

/// The real program on a disk that fails while it works.
@Suite struct DegradedStoreTests {
  typealias Trouble = FailingDisk.Trouble

  @Test(
    "full, read-only, failing or locked: 503 with a reason, one line, and it recovers (Q2, W1)",
    arguments: Trouble.allCases)
  func refusesAndRecovers(_ trouble: Trouble) throws {
    let scene = try Scene(trouble)
    try scene.await(trouble)
    let stream = EventStream(port: scene.world.port, prefix: trouble.rawValue)
    // Large ones: what was begun when the disk became full may have left room for a small one.
    stream.send(16, senders: 8, payloadBytes: 60_000)

    let answers = stream.known
    #expect(answers.acknowledged == [])
    #expect(answers.lost == [])
    #expect(answers.refused.count == 16)
    #expect(answers.refused.allSatisfy { $0.status == 503 && $0.retryAfter != nil })
    let health = try #require(scene.world.get("/health"))
    #expect(health.status == 503)
    #expect(health.header("Retry-After") != nil)
    let text = String(decoding: health.body, as: UTF8.self)
    #expect(text.contains(scene.reason(trouble)), "\(text)")
    try scene.expectIntents(trouble)
    scene.expectLines(trouble, areMore: 1)

    scene.lift()
    scene.expectRecovery()
    stream.resendRefused()
    #expect(stream.known.refused.count == 0)
    #expect(stream.known.lost == [])
    scene.expectPaidOnce()
    let stored = try scene.disk.storedEvents()
    #expect(stream.known.acknowledged.allSatisfy { stored[$0] == 1 })
    #expect(stream.known.acknowledged.count == 16)
    scene.expectLines(trouble, areMore: 0)
    #expect(scene.lines("work waits:") == 0)
    scene.server.signal(SIGTERM)
    #expect(scene.server.exitStatus(within: 8_000) == 0)
  }

  @Test(
    "SIGTERM while nothing can be stored: status 0 within eight seconds; the next start goes on",
    arguments: Trouble.allCases)
  func endsInTime(_ trouble: Trouble) throws {
    let scene = try Scene(trouble)
    try scene.await(trouble)
    let stream = EventStream(port: scene.world.port, prefix: trouble.rawValue)
    // Some requests wait for their answer when the signal comes; large ones, as above.
    let (stop, known) = (StopFlag(), Monitor(0))
    let senders = stream.start(senders: 4, payloadBytes: 60_000, until: stop)
    _ = Waiting.until(10_000) { stream.known.refused.count > 0 ? true : nil }
    scene.server.signal(SIGTERM)
    #expect(scene.server.exitStatus(within: 8_000) == 0, "\(scene.server.output)")
    stop.raise()
    for sender in senders { sender.join() }
    known.withLock { $0 = stream.known.acknowledged.count }
    #expect(known.withLock { $0 } == 0)
    scene.lift()
    let again = try scene.restart()
    scene.expectPaidOnce()
    withExtendedLifetime(again) {}
  }

  @Test("a database that is moved away while in use: 503 until it is back, nothing is lost (W1)")
  func moved() throws {
    let world = try World()
    let disk = FailingDisk(world)
    let server = try world.serve(disk.environment)
    let stream = EventStream(port: world.port, prefix: "moved")
    stream.send(4)
    #expect(stream.known.acknowledged.count == 4)
    rename(disk.databasePath, disk.databasePath + ".away")
    stream.send(4)
    #expect(stream.known.acknowledged.count == 4)
    #expect(stream.known.refused.allSatisfy { $0.status == 503 })
    let health = world.get("/health").map { String(decoding: $0.body, as: UTF8.self) }
    #expect(health?.contains("was moved, deleted or replaced") == true, "\(health ?? "")")
    rename(disk.databasePath + ".away", disk.databasePath)
    #expect(Waiting.until(15_000) { world.get("/health")?.status == 200 ? true : nil } == true)
    stream.resendRefused()
    let stored = try disk.storedEvents()
    #expect(stream.known.acknowledged.count == 8)
    #expect(stream.known.acknowledged.allSatisfy { stored[$0] == 1 })
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
  }
}

/// A server with work in hand, whose disk fails after its third transfer took effect and before
/// the answer arrives.
private final class Scene {
  static let lostLine = "nothing can be stored"
  static let regainedLine = "the store takes writes again"

  let world: World
  let disk: FailingDisk
  let server: ChildProcess
  private let orders: [String]
  private let hold = Monitor(Held())

  private struct Held: @unchecked Sendable { var hold: FailingDisk.Hold? }

  init(_ trouble: FailingDisk.Trouble) throws {
    world = try World()
    disk = FailingDisk(world)
    server = try world.serve(Self.settings.merging(disk.environment) { $1 })
    let (calls, hold, disk) = (Monitor(0), hold, disk)
    world.setFront { request, stripe in
      guard request.method == "POST", request.path == "/v1/transfers" else { return nil }
      let number = calls.withLock { calls in
        calls += 1
        return calls
      }
      guard number == 3 else { return nil }
      let reply = stripe(request)
      let begun = try? disk.begin(trouble)
      hold.withLock { $0.hold = begun }
      return reply
    }
    _ = try world.openShop(1)
    orders = world.addOrders(30, shop: 1)
    world.deliverWebhooks()
  }

  private static let settings: [String: String?] = [
    "ENABLE_SCHEDULER": "true", "SCHEDULE_SPLIT": "1s", "SCHEDULE_ONBOARDING": "off",
    // With this the leases are three minutes long: what recovers sooner does not wait for them.
    "HTTP_TIMEOUT_SECONDS": "30",
  ]

  func await(_ trouble: FailingDisk.Trouble) throws {
    let isThere = Waiting.until(20_000) { hold.withLock { $0.hold } != nil ? true : nil }
    try #require(isThere == true, "the third transfer was never made: \(server.output)")
  }

  func lift() { hold.withLock { $0.hold = nil } }

  func restart() throws -> ChildProcess {
    try world.serve(Self.settings.merging(disk.environment) { $1 })
  }

  func lines(_ words: String) -> Int {
    server.output.split(separator: "\n").count { $0.contains(words) }
  }

  /// What `/health` must say.
  func reason(_ trouble: FailingDisk.Trouble) -> String {
    switch trouble {
    case .full, .exhausted: "disk is full"
    case .readonly: "Read-only file system"
    case .failing: "Input/output error"
    case .locked: "another process holds the lock"
    }
  }

  /// No transfer without an intent that was committed before.
  func expectIntents(_ trouble: FailingDisk.Trouble) throws {
    let sent = try disk.column("SELECT business_key FROM intent WHERE first_sent_ms IS NOT NULL")
    let made = world.stripe.transfers.compactMap { $0.metadata["miraklId"] }
    #expect(made.count >= 3)
    #expect(made.allSatisfy { order in sent.contains { $0.contains(order) } }, "\(made) \(sent)")
    // One per worker was in flight when the disk failed.
    if trouble != .full { #expect(made.count <= 2 + 4) }
  }

  /// One line per change, however many requests met it.
  /// - Parameter areMore: 1 while the trouble lasts.
  func expectLines(_ trouble: FailingDisk.Trouble, areMore: Int) {
    let (lost, regained) = (lines(Self.lostLine), lines(Self.regainedLine))
    #expect(lost == regained + areMore, "\(server.output)")
    // A little room is taken by small writes: that is a change, and told.
    #expect(trouble == .full ? lost < 4 : lost == 1, "\(server.output)")
  }

  func expectRecovery() {
    let isWell = Waiting.until(20_000) { world.get("/health")?.status == 200 ? true : nil }
    #expect(isWell == true, "\(server.output)")
    let isTold = Waiting.until(20_000) { lines(Self.regainedLine) > 0 ? true : nil }
    #expect(isTold == true, "\(server.output)")
  }

  func expectPaidOnce() {
    #expect(world.awaitTransfers(30, within: 60_000), "\(world.stripe.transfers.count)")
    let created = Waiting.until(60_000) {
      world.rows().values.count { $0.status == "TRANSFER_CREATED" } == 30 ? true : nil
    }
    #expect(created == true, "\(world.rows().values.filter { $0.status != "TRANSFER_CREATED" })")
    #expect(world.wronglyPaid(orders) == [])
  }
}
