import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@testable import App

/// The built program, killed again and again while it works, over loopback.
@Suite struct CrashTests {
  private static let settings: [String: String?] = [
    "ENABLE_SCHEDULER": "true", "ENABLE_PRODUCT_PAYMENT_REFUND": "true",
    "SCHEDULE_ONBOARDING": "off", "SCHEDULE_EVENTS": "off", "SCHEDULE_VALIDATION": "1s",
    "SCHEDULE_SPLIT": "1s", "SCHEDULE_REFUND": "1s", "SCHEDULE_SETTLEMENT": "1s", "WORKERS": "8",
  ]

  @Test("killed 50 times under load: every acknowledged event once, every movement once (Q2, W1)")
  func killed() throws {
    let plan = CrashPlan.fromEnvironment(kills: 50)
    print("crash test: CRASH_SEED=\(plan.seed) CRASH_KILLS=\(plan.moments.count)")
    let world = try World()
    let first = try world.serve(Self.settings)
    let stories = try Stories(world, seed: plan.seed)
    first.signal(SIGKILL)
    _ = first.exitStatus(within: 10_000)

    let (victim, stop) = (Victim(), StopFlag())
    world.setFront { request, sandbox in victim.front(request, sandbox) }
    world.setMiraklFront { request, sandbox in victim.front(request, sandbox) }
    let courier = WebhookCourier(
      world.stripe, transport: CurlTransport(CurlTransport.Options(userAgent: "courier")))
    let stream = EventStream(port: world.port, prefix: "load")
    let senders = stream.start(senders: 3, payloadBytes: 500, until: stop)
    for moment in plan.moments {
      stories.goOn()
      let process = world.start(["serve"], Self.settings)
      victim.kill(process, moment)
      // A life that does not come so far ends by itself.
      #expect(process.exitStatus(within: 20_000) == 128 + SIGKILL, "\(moment): \(process.output)")
    }
    victim.forget()
    let survivor = world.start(["serve"], Self.settings)
    _ = Waiting.until(60_000) { stories.isOver ? true : nil }
    stop.raise()
    for sender in senders { sender.join() }
    courier.stopAndJoin()

    #expect(stories.problems() == [], "seed \(plan.seed)")
    expectEvents(world, stream, seed: plan.seed)
    survivor.signal(SIGTERM)
    #expect(survivor.exitStatus(within: 8_000) == 0, "\(survivor.output)")
    // All that could still be paid is paid: nothing more comes in another pass.
    #expect(stories.problems() == [], "seed \(plan.seed)")
    print("crash test: \(stories.summary), \(stream.known.acknowledged.count) events")
  }

  private func expectEvents(_ world: World, _ stream: EventStream, seed: UInt64) {
    let disk = FailingDisk(world)
    let stored = (try? disk.storedEvents()) ?? [:]
    let acknowledged = stream.known.acknowledged
    #expect(acknowledged.count > 100)
    #expect(acknowledged.filter { stored[$0] != 1 } == [], "seed \(seed)")
    #expect(stored.filter { $0.value != 1 }.isEmpty, "seed \(seed)")
    // Each was looked at, in its order.
    let isDispatched = Waiting.until(20_000) {
      let last = try? disk.column("SELECT MAX(id) FROM event")
      let cursor = try? disk.column(
        "SELECT value FROM checkpoint WHERE name = 'events_dispatched'")
      return last == cursor ? true : nil
    }
    #expect(isDispatched == true)
    #expect((try? disk.column("PRAGMA integrity_check")) == ["ok"])
  }
}

/// The process that is to be killed, and when.
private final class Victim: Sendable {
  private struct State {
    var process: ChildProcess?
    var left: Int?
    var afterEffect = false
  }
  private let state = Monitor(State())
  /// The longest life of one that is to be killed at a call that never comes.
  private static let lifeMs: Int64 = 2_500

  func forget() { state.withLock { $0 = State() } }

  /// Returns when it was killed.
  func kill(_ process: ChildProcess, _ moment: CrashPlan.Moment) {
    switch moment {
    case .afterMs(let milliseconds):
      state.withLock { $0 = State() }
      _ = process.exitStatus(within: milliseconds)
    case .atCall(let number, let afterEffect):
      state.withLock { $0 = State(process: process, left: number, afterEffect: afterEffect) }
      _ = process.exitStatus(within: Self.lifeMs)
    }
    process.signal(SIGKILL)
  }

  /// Stands before a sandbox: nil lets the request through.
  func front(_ request: Request, _ sandbox: (Request) -> Reply) -> Reply? {
    guard request.method != "GET" else { return nil }
    let due = state.withLock { state -> (ChildProcess, Bool)? in
      guard let process = state.process, let left = state.left else { return nil }
      state.left = left - 1
      guard left <= 1 else { return nil }
      state.process = nil
      return (process, state.afterEffect)
    }
    guard let (process, afterEffect) = due else { return nil }
    if afterEffect { _ = sandbox(request) }
    process.signal(SIGKILL)
    return .hangUp
  }
}
