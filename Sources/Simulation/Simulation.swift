import Decisions
import Domain
import Engine
import HTTPClient
import Sandbox
import Store
import Threading

/// One random history from one seed: a marketplace, its customers, two processes of ours, and every
/// misfortune that the network, the clock and the machine have to offer. Then calm, and the books.
public final class Simulation {
  static let shops: Int64 = 5

  let seed: UInt64
  let world: World
  let stripeFaults: FaultPlan
  let miraklFaults: FaultPlan
  let taxAccount: String?
  let accounts: [Int64: String]
  /// A shop that nobody ever maps.
  let neverMapped: Int64?
  private let weather = Monitor(Weather())
  private var dice: SeededGenerator
  private var stories: [Story] = []
  private var processes: [SimulatedProcess] = []
  private var undelivered: [String] = []
  private var unmapped: Set<Int64> = []
  private var acknowledged: Set<String> = []
  /// How often a process of ours was killed.
  public private(set) var crashes = 0

  /// What was moved, in its order, for comparisons.
  public var history: [String] {
    world.stripe.transfers.map { "\($0.id) \($0.createdMs) \($0.amount)" }
  }

  /// How many movements Stripe made.
  public var movements: Int { world.stripe.transfers.count }

  /// What the hooks in the network consult; they may run on any call.
  struct Weather {
    var generator = SeededGenerator(0)
    var isOn = true
    /// Chances in a thousand per call.
    var notSent: UInt64 = 0
    var slow: UInt64 = 0
    var key = Key.right
    var depth = 0
  }

  /// What Stripe thinks of our key.
  enum Key { case right, refused, ofAnotherAccount }

  public init(seed: UInt64) throws {
    self.seed = seed
    var dice = SeededGenerator(seed)
    let percent = Int.random(in: 0...30, using: &dice)
    stripeFaults = FaultPlan(seed: seed, percent: percent)
    miraklFaults = FaultPlan(seed: seed &+ 1, percent: percent / 2)
    let splitsTaxes = Bool.random(using: &dice)
    world = try World(
      seed: seed, pageSize: Int.random(in: 2...100, using: &dice), stripeFaults: stripeFaults,
      miraklFaults: miraklFaults
    ) { $0.leaseMs = 20_000 }
    taxAccount = splitsTaxes ? world.stripe.createAccount() : nil
    var accounts: [Int64: String] = [:]
    for shop in 1...Self.shops {
      let isMapped = Int.random(in: 0..<4, using: &dice) > 0
      accounts[shop] = try world.addShop(shop, mapped: isMapped)
      if !isMapped { unmapped.insert(shop) }
    }
    self.accounts = accounts
    neverMapped = unmapped.min()
    let notSent = UInt64.random(in: 0...80, using: &dice)
    let slow = UInt64.random(in: 0...150, using: &dice)
    weather.withLock {
      ($0.generator, $0.notSent, $0.slow) = (SeededGenerator(seed &* 31), notSent, slow)
    }
    self.dice = dice
    processes = [try launch(), try launch()]
    peers.set(processes)
  }

  // MARK: - The storm

  public func run() throws {
    for _ in 0..<Int.random(in: 30...70, using: &dice) { try happen() }
    try calm()
  }

  /// What may happen next, with its usual weight.
  private enum Happening: Int, CaseIterable {
    case begin = 12
    case end = 8
    case deliver = 15
    case work = 25
    case pass = 13
    case minutes = 11
    case hours = 3
    case skew = 1
    case crash = 5
    case map = 4
    case ignore = 6
    case redeliver = 2
    case key = 7
  }

  /// Each seed has its own mood: some things happen more often than usual, some hardly.
  private lazy var mood: [(Happening, Int)] = Happening.allCases.map { happening in
    (happening, happening.rawValue * [1, 2, 2, 5].randomElement(using: &dice)!)
  }

  private func next() -> Happening {
    var draw = Int.random(in: 0..<mood.reduce(0) { $0 + $1.1 }, using: &dice)
    for (happening, weight) in mood {
      if draw < weight { return happening }
      draw -= weight
    }
    return .work
  }

  private func happen() throws {
    switch next() {
    case .begin: begin()
    case .end: stories.randomElement(using: &dice)?.end(world)
    case .deliver: deliver()
    case .work: try onRandomProcess { for _ in 0..<6 { _ = try $0.engine.step() } }
    case .pass:
      try onRandomProcess { process in
        do { try process.pass() } catch is PassFailure {}
        try process.engine.drain()
      }
    case .minutes: world.clock.advance(byMs: Int64.random(in: 1...120_000, using: &dice))
    case .hours: world.clock.advance(byMs: Int64.random(in: 1...108_000_000, using: &dice))
    case .skew:
      world.ourClock.set(skewMs: Int64.random(in: -1_500_000...1_500_000, using: &dice))
    case .crash:
      let process = processes.randomElement(using: &dice)
      process?.life.kill(atBoundary: Int.random(in: 1...25, using: &dice))
    case .map: try mapOne()
    case .ignore:
      let shop = Int64.random(in: 1...Self.shops, using: &dice)
      try world.setIgnored(shop: shop, Bool.random(using: &dice))
    case .redeliver:
      for id in undelivered { world.stripe.redeliver(eventID: id) }
      undelivered = []
    case .key:
      let key: Key = [.right, .right, .refused, .ofAnotherAccount].randomElement(using: &dice)!
      weather.withLock { $0.key = key }
    }
  }

  private func begin() {
    var story = Story.random(stories.count, shops: Self.shops, &dice)
    story.begin(world)
    stories.append(story)
  }

  private func mapOne() throws {
    guard let shop = unmapped.sorted().last, shop != neverMapped, let account = accounts[shop]
    else {
      return
    }
    unmapped.remove(shop)
    try world.map(shop: shop, to: account)
  }

  /// Some webhooks arrive, in any order, some twice; the others stay away until later.
  private func deliver() {
    var deliveries = world.stripe.takeDeliveries().shuffled(using: &dice)
    let lost = Int.random(in: 0...deliveries.count, using: &dice)
    for delivery in deliveries.prefix(lost) { undelivered.append(delivery.eventID) }
    deliveries.removeFirst(lost)
    for delivery in deliveries {
      if Int.random(in: 0..<4, using: &dice) == 0 { hand(delivery) }
      hand(delivery)
    }
  }

  private func hand(_ delivery: Delivery) {
    guard let process = processes.randomElement(using: &dice) else { return }
    if process.receive(delivery) == 200 {
      acknowledged.insert(delivery.eventID)
    } else {
      undelivered.append(delivery.eventID)
    }
    revive()
  }

  private func onRandomProcess(_ body: (SimulatedProcess) throws -> Void) throws {
    guard let process = processes.randomElement(using: &dice) else { return }
    do { try body(process) } catch is ProcessKilled {}
    revive()
  }

  private func revive() {
    for (index, process) in processes.enumerated() where !process.life.isAlive {
      crashes += 1
      if let fresh = try? launch() { processes[index] = fresh }
    }
    peers.set(processes)
  }

  private func launch() throws -> SimulatedProcess {
    let account = taxAccount
    let process = try world.start { settings in
      settings.split.taxAccount = account.flatMap { try? AccountID($0) }
    }
    process.transport.before(hook(of: process))
    process.transport.after(hook(of: process))
    return process
  }

  /// A slow network: time passes within a call, and the other process works meanwhile.
  private func hook(of process: SimulatedProcess) -> SandboxTransport.Hook {
    let (weather, clock) = (weather, world.clock)
    let peers = peers
    return { [unowned process] call in
      let (draw, slowness, key, isFree) = weather.withLock { weather in
        let draws = (weather.generator.next() % 1_000, weather.generator.next() % 1_000)
        guard weather.isOn else { return (UInt64(1_000), Int64(0), Key.right, false) }
        let isSlow = draws.1 < weather.slow
        return (
          draws.0 < weather.notSent ? 0 : 1_000,
          isSlow ? Int64(draws.1 * 150) : 0, weather.key, weather.depth == 0
        )
      }
      if slowness > 0 {
        clock.advance(byMs: min(slowness, 25_000))
        if isFree {
          weather.withLock { $0.depth = 1 }
          defer { weather.withLock { $0.depth = 0 } }
          peers.step(instead: process)
        }
      }
      if draw == 0 { return .fail(.notSent("no route")) }
      guard call.contains("/v1/") else { return .goOn }
      switch key {
      case .right: return .goOn
      case .refused:
        return .answer(status: 401, json: #"{"error":{"message":"Invalid API Key provided"}}"#)
      case .ofAnotherAccount:
        if call.hasSuffix("/v1/account") { return .goOn }
        if call == "GET /v1/transfers" {
          return .answer(status: 200, json: #"{"object":"list","data":[],"has_more":false}"#)
        }
        return .answer(
          status: call.hasPrefix("GET /v1/charges") || call.hasPrefix("GET /v1/payment")
            ? 404 : 400,
          json: #"{"error":{"code":"resource_missing","message":"No such object"}}"#)
      }
    }
  }

  private let peers = Peers()

  // MARK: - The calm

  private func calm() throws {
    stripeFaults.setEnabled(false)
    miraklFaults.setEnabled(false)
    weather.withLock {
      $0.isOn = false
      $0.key = .right
    }
    for story in stories { story.end(world) }
    for _ in unmapped { try mapOne() }
    for shop in 1...Self.shops { try world.setIgnored(shop: shop, false) }
    world.ourClock.set(skewMs: 0)
    processes = [try launch()]
    peers.set([])
    let process = processes[0]
    for round in 0..<60 {
      for id in undelivered { world.stripe.redeliver(eventID: id) }
      undelivered = []
      for delivery in world.stripe.takeDeliveries() { hand(delivery) }
      try process.pass()
      try process.engine.drain()
      if round >= 3, try isQuiet(process) { return }
      world.clock.advance(byMs: 600_000)
    }
  }

  private func isQuiet(_ process: SimulatedProcess) throws -> Bool {
    try process.store.read { try $0.openJobCount() } == 0
      && process.store.read { try $0.unfinishedIntents(limit: 10) }.isEmpty
  }

  /// Everything that is wrong in the end; empty for a good seed.
  public func problems() throws -> [String] {
    guard let process = processes.first else { return ["no process"] }
    let ledger = Ledger(
      stories: stories, accounts: accounts, neverMapped: neverMapped, taxAccount: taxAccount)
    return try ledger.problems(world, process, acknowledged: acknowledged)
  }
}

/// The processes that may work while another one waits for an answer.
final class Peers: Sendable {
  private let processes = Monitor([SimulatedProcess]())
  func set(_ all: [SimulatedProcess]) { processes.withLock { $0 = all } }
  func step(instead of: SimulatedProcess) {
    for process in processes.withLock({ $0 }) where process !== of && process.life.isAlive {
      for _ in 0..<4 { _ = try? process.engine.step() }
    }
  }
}
