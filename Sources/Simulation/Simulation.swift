import Decisions
import Domain
import Engine
import HTTPClient
import Sandbox
import Store
import Threading

/// One random history from one seed: a marketplace with its sellers and customers, two or three
/// processes of ours on one store, and every misfortune that the network, the clock and the machine
/// have to offer. Then calm, and the books.
///
/// One thread steps it; hooks of the network call back into it on that thread.
public final class Simulation: @unchecked Sendable {
  public let seed: UInt64
  let world: World
  let operation: Operation
  let weather: Weather
  let trace: Trace
  let watch: Watch
  let stripeFaults: FaultPlan
  let miraklFaults: FaultPlan
  let taxAccount: String
  var dice: SeededGenerator
  var baskets: [Basket] = []
  var documents: [Document] = []
  var processes: [SimulatedProcess] = []
  /// Events that no endpoint took yet, and those that never will arrive.
  var undelivered: [String] = []
  var missing: Set<String> = []
  var acknowledged: Set<String> = []
  /// What sellers got from elsewhere, by account and currency.
  var topUps: [String: [String: Int64]] = [:]
  /// The process that stood still after its last commit.
  private var stoodStill: Int?
  /// How often a process of ours was killed.
  public internal(set) var crashes = 0
  private lazy var mood: [(Happening, Int)] = Happening.allCases.map { happening in
    (happening, happening.rawValue % 100 * dice.pick([1, 2, 2, 5]))
  }

  /// - Parameter trace: Gets a line for everything that happens.
  public init(seed: UInt64, trace write: (@Sendable (String) -> Void)? = nil) throws {
    self.seed = seed
    var dice = SeededGenerator(seed)
    let percent = Int.random(in: 0...30, using: &dice)
    stripeFaults = FaultPlan(seed: seed, percent: percent)
    miraklFaults = FaultPlan(seed: seed &+ 1, percent: percent / 2)
    let operation = Operation.random(&dice)
    world = try World(
      seed: seed, pageSize: Int.random(in: 2...100, using: &dice), stripeFaults: stripeFaults,
      miraklFaults: miraklFaults, isLogged: false, callTimeoutMs: 30_000)
    let account = world.stripe.createAccount()
    taxAccount = account
    self.operation = operation
    weather = Weather(seed: seed, &dice)
    trace = Trace(world.clock, write)
    watch = try Watch(world, trace)
    self.dice = dice
    openShops()
    for _ in 0..<Int.random(in: 2...3, using: &self.dice) { processes.append(try launch()) }
  }

  /// What was moved, in its order, for comparisons.
  public var history: [String] {
    world.stripe.transfers.map { "\($0.id) \($0.createdMs) \($0.amount)" }
      + world.stripe.payouts.map { "\($0.id) \($0.createdMs) \($0.amount)" }
  }

  /// How many movements Stripe made.
  public var movements: Int {
    world.stripe.transfers.count + world.stripe.reversals.count + world.stripe.refunds.count
      + world.stripe.payouts.count
  }

  public func run() throws {
    for _ in 0..<Int.random(in: 40...90, using: &dice) {
      try happen(next())
      try watch.check()
      guard watch.problems.isEmpty else { return }
    }
    try calm()
  }

  /// Everything that is wrong; empty for a good seed.
  public func problems() throws -> [String] {
    guard watch.problems.isEmpty else { return watch.problems }
    return try Books(self).problems()
  }

  // MARK: - Processes

  func launch(_ adjust: (inout EngineSettings) -> Void = { _ in }) throws -> SimulatedProcess {
    let process = try world.start { settings in
      operation.apply(to: &settings, startMs: World.startMs, taxAccount: try? AccountID(taxAccount))
      adjust(&settings)
    }
    process.transport.onRequest { [unowned self, unowned process] request in
      watch.judge(request, stoodStill: stoodStill == process.number)
    }
    process.transport.before(hook(of: process))
    process.transport.after { [weather, world] _ in
      let fortune = weather.fortune()
      if fortune.slowMs > 0 { world.clock.advance(byMs: fortune.slowMs) }
      return .goOn
    }
    let number = process.number
    process.transport.observe { [trace, watch] call, outcome in
      trace.say("  p\(number) \(call) -> \(outcome)")
      watch.note(call)
    }
    process.aroundWrites { connection in
      _ = try connection.run("UPDATE simulation_writer SET id = $1", [.integer(Int64(number))])
    } then: { [unowned self, unowned process] in
      if stoodStill == number { stoodStill = nil }
      // Between the commit that says "sent" and the socket lies this moment too.
      guard weather.freezesCommit() else { return }
      standStill(process)
      stoodStill = number
    }
    return process
  }

  private func hook(of process: SimulatedProcess) -> SandboxTransport.Hook {
    { [unowned self, unowned process] call in
      let fortune = weather.fortune()
      if fortune.shifts { whileOthersWork { shift() } }
      if fortune.slowMs > 0 {
        world.clock.advance(byMs: fortune.slowMs)
        whileOthersWork { peers(of: process) { for _ in 0..<4 { _ = try? $0.engine.step() } } }
      }
      if fortune.isFrozen { standStill(process) }
      if fortune.isLost { return .fail(.notSent("no route")) }
      if let answer = Weather.answer(fortune.key, call) { return answer }
      return fortune.isLate ? .arriveLater : .goOn
    }
  }

  private func whileOthersWork(_ body: () -> Void) {
    guard weather.enter() else { return }
    defer { weather.leave() }
    body()
  }

  private func peers(of process: SimulatedProcess, _ body: (SimulatedProcess) -> Void) {
    for other in processes where other !== process && other.life.isAlive { body(other) }
  }

  /// A process stops, for moments or for days, and goes on as if nothing had happened: a laptop's
  /// lid, a suspended machine, a debugger.
  private func standStill(_ process: SimulatedProcess) {
    whileOthersWork {
      let rounds = Int.random(in: 1...5, using: &dice)
      let isLong = dice.oneIn(3)
      trace.say("p\(process.number) stands still")
      for _ in 0..<rounds {
        let ms = Int64.random(in: 1...(isLong ? 40_000_000 : 90_000), using: &dice)
        passTime(ms)
        peers(of: process) { other in
          do {
            try pass(dice.pick(Pass.allCases), other)
            try other.engine.drain(patienceMs: 1_000)
          } catch {}
        }
      }
      trace.say("p\(process.number) goes on")
    }
  }

  func revive() {
    for (index, process) in processes.enumerated() where !process.life.isAlive {
      crashes += 1
      if let fresh = try? launch() {
        trace.say("p\(process.number) was killed; p\(fresh.number) starts")
        processes[index] = fresh
      }
    }
  }

  private func next() -> Happening {
    var draw = Int.random(in: 0..<mood.reduce(0) { $0 + $1.1 }, using: &dice)
    for (happening, weight) in mood {
      if draw < weight { return happening }
      draw -= weight
    }
    return .work
  }
}
