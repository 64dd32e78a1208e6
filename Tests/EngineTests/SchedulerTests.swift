import Domain
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

@Suite struct SchedulerTests {
  private struct Setup {
    let world: World
    let runs = Monitor([String]())
    let stop = StopFlag()

    func scheduler(_ entries: [(String, String)], failing: String? = nil) throws -> Scheduler {
      let runs = runs
      return Scheduler(
        try world.start().engine,
        entries.map { name, text in
          Scheduler.Entry(name: name, schedule: Schedule(text) ?? .off) {
            runs.withLock { $0.append(name) }
            if name == failing { throw PassFailure(description: "no") }
          }
        }, stop: stop)
    }
    var count: Int { runs.withLock { $0.count } }
  }

  @Test("an interval is due at once, then after each interval, also in another process")
  func interval() throws {
    let setup = Setup(world: try World())
    let scheduler = try setup.scheduler([("a", "5m")])
    scheduler.tick()
    scheduler.tick()
    #expect(setup.count == 1)
    setup.world.clock.advance(byMs: 299_999)
    try setup.scheduler([("a", "5m")]).tick()
    #expect(setup.count == 1)
    setup.world.clock.advance(byMs: 1)
    try setup.scheduler([("a", "5m")]).tick()
    scheduler.tick()
    #expect(setup.count == 2)
  }

  @Test("ticks missed during an outage run once")
  func missed() throws {
    let setup = Setup(world: try World())
    let scheduler = try setup.scheduler([("a", "*/5 * * * *")])
    scheduler.tick()
    #expect(setup.count == 0)  // a time of day waits for its time
    setup.world.clock.advance(byMs: 30 * 3_600_000)
    for _ in 0..<5 { scheduler.tick() }
    #expect(setup.count == 1)
  }

  @Test("the clock was set back: it does not wait for the old time")
  func clockSetBack() throws {
    let setup = Setup(world: try World())
    let scheduler = try setup.scheduler([("a", "5m")])
    scheduler.tick()
    setup.world.ourClock.set(skewMs: -20 * 3_600_000)
    scheduler.tick()
    setup.world.clock.advance(byMs: 300_000)
    scheduler.tick()
    #expect(setup.count == 2)
  }

  @Test("a pass that fails neither stops the others nor its own next run (Q7)")
  func failure() throws {
    let setup = Setup(world: try World())
    let scheduler = try setup.scheduler([("a", "5m"), ("b", "5m"), ("c", "off")], failing: "a")
    scheduler.tick()
    setup.world.clock.advance(byMs: 300_000)
    scheduler.tick()
    #expect(setup.runs.withLock { $0 } == ["a", "b", "a", "b"])
  }

  @Test("no pass begins after the stop")
  func stopped() throws {
    let setup = Setup(world: try World())
    setup.stop.raise()
    try setup.scheduler([("a", "5m")]).tick()
    #expect(setup.count == 0)
  }

  @Test("two processes on one store: a pass is made by one, and the other skips it meanwhile (Q4)")
  func twoProcesses() throws {
    let world = try World()
    let (stop, runs) = (StopFlag(), Monitor([String]()))
    let other = Monitor<Scheduler?>(nil)
    func scheduler(_ name: String) throws -> Scheduler {
      Scheduler(
        try world.start().engine,
        [
          Scheduler.Entry(name: "split", schedule: .every(ms: 1_000)) {
            runs.withLock { $0.append(name) }
            // Due again, and still in progress.
            world.clock.advance(byMs: 5_000)
            other.withLock { $0 }?.tick()
          }
        ], stop: stop)
    }
    let (one, two) = (try scheduler("one"), try scheduler("two"))
    other.withLock { $0 = two }
    one.tick()
    #expect(runs.withLock { $0 } == ["one"])
    other.withLock { $0 = nil }
    two.tick()
    #expect(runs.withLock { $0 } == ["one", "two"])
  }

  @Test("a pass whose process died is made by another once its lease is over, not before (Q2)")
  func takeOver() throws {
    let setup = Setup(world: try World())
    let victim = try setup.world.start()
    let doomed = Scheduler(
      victim.engine,
      [Scheduler.Entry(name: "a", schedule: .every(ms: 86_400_000)) { victim.life.kill() }],
      stop: setup.stop)
    doomed.tick()
    let survivor = try setup.scheduler([("a", "1d")])
    survivor.tick()
    setup.world.clock.advance(byMs: Scheduler.leaseMs - 1)
    survivor.tick()
    #expect(setup.count == 0)
    setup.world.clock.advance(byMs: 1)
    survivor.tick()
    survivor.tick()
    #expect(setup.count == 1)  // though its next time is a day away
  }

  @Test("a pass that takes longer than its lease stays its holder's: the lease is renewed")
  func renewed() throws {
    let setup = Setup(world: try World())
    let other = try setup.scheduler([("a", "1s")])
    let own = Monitor<Scheduler?>(nil)
    let long = Scheduler(
      try setup.world.start().engine,
      [
        Scheduler.Entry(name: "a", schedule: .every(ms: 1_000)) {
          for _ in 0..<10 {
            setup.world.clock.advance(byMs: Scheduler.leaseMs / 2)
            own.withLock { $0 }?.renew()
            other.tick()
          }
        }
      ], stop: setup.stop)
    own.withLock { $0 = long }
    long.tick()
    #expect(setup.count == 0)
    other.tick()
    #expect(setup.count == 1)
    own.withLock { $0 = nil }
  }
}
