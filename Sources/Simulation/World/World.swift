import Decisions
import Domain
import Engine
import HTTPFormat
import Logging
import MiraklClient
import Sandbox
import Store
import StripeClient
import Threading
import WebhookAPI

/// Both neighbours, one database and a clock: everything that outlives a process of ours.
public final class World: Sendable {
  public static let startMs: Int64 = 1_764_000_000_000
  public static let stripeKey = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
  public static let miraklKey = "mirakl-key"
  public static let webhookSecret = "whsec_operator"
  public static let sellersSecret = "whsec_sellers"
  public static let callbackSecret = "Bearer callbacks"

  /// The true time, which both neighbours know.
  public let clock: FakeClock
  /// The time that we believe it is.
  public let ourClock: SkewedClock
  public let stripe: StripeSandbox
  public let mirakl: MiraklSandbox
  public let database: any Database
  public let notifier: FakeNotifier
  /// What every process of ours logged.
  public let log = CapturedLog()
  /// Requests whose callers gave up, and that are still on their way.
  public let late = LateRequests()
  private let isLogged: Bool
  fileprivate let callTimeoutMs: Int64?
  /// What the first process is told; later ones bring their own.
  public let settings: EngineSettings
  fileprivate let pageSize: Int
  private let seed: UInt64
  private let born = Monitor(UInt64(0))

  /// - Parameters:
  ///   - isLogged: False keeps no log, for the speed of thousands of histories.
  ///   - callTimeoutMs: After so long a call is given up, as with a real network; nil for never.
  public init(
    seed: UInt64 = 1, path: String = ":memory:", pageSize: Int = 100,
    stripeFaults: FaultPlan = .none(), miraklFaults: FaultPlan = .none(), isLogged: Bool = true,
    callTimeoutMs: Int64? = nil,
    _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws {
    let clock = FakeClock(Self.startMs)
    self.clock = clock
    ourClock = SkewedClock(clock)
    self.seed = seed
    self.pageSize = pageSize
    self.isLogged = isLogged
    self.callTimeoutMs = callTimeoutMs
    stripe = StripeSandbox(
      secretKey: Self.stripeKey, seed: seed,
      endpoints: [
        WebhookEndpoint(
          url: "/api/public/webhook/operator", secret: Self.webhookSecret, connect: false),
        WebhookEndpoint(
          url: "/api/public/webhook/sellers", secret: Self.sellersSecret, connect: true),
      ], faults: stripeFaults, nowMs: { clock.nowMs })
    mirakl = MiraklSandbox(
      apiKey: Self.miraklKey, baseURL: SandboxTransport.miraklURL,
      sendsDate: true, faults: miraklFaults, nowMs: { clock.nowMs })
    database = try SQLiteDatabase(path: path, mode: .inline)
    notifier = FakeNotifier()
    var settings = EngineSettings(
      split: SplitPolicy(startMs: nil, livemode: false), paysProductOrders: true,
      basketMetadataKey: "mirakl_order_id", notifies: true)
    adjust(&settings)
    self.settings = settings
  }

  fileprivate var logger: Logger {
    isLogged ? log.logger : Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
  }

  /// Starts a process of ours on the database; nothing of earlier ones but that is known to it.
  public func start(
    database other: (any Database)? = nil, _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> SimulatedProcess {
    let number = born.withLock { born in
      born += 1
      return born
    }
    var settings = settings
    adjust(&settings)
    return try SimulatedProcess(
      self, number: Int(number), database: other ?? database, settings: settings,
      seed: seed &* 1_000 &+ number)
  }
}

/// One run of the program: from its start until it is killed.
public final class SimulatedProcess: Sendable {
  /// 1 for the first that was started on the world, and so on.
  public let number: Int
  public let life: Lifeline
  public let transport: SandboxTransport
  public let store: Store
  public let engine: Engine
  private let router: Router
  private let world: World
  private let mortal: MortalDatabase

  fileprivate init(
    _ world: World, number: Int, database: any Database, settings: EngineSettings, seed: UInt64
  ) throws {
    self.world = world
    self.number = number
    life = Lifeline()
    transport = SandboxTransport(
      stripe: world.stripe, mirakl: world.mirakl, life: life, pageSize: world.pageSize,
      late: world.late, clock: world.clock, timeoutMs: world.callTimeoutMs)
    mortal = MortalDatabase(database, life)
    store = try Store(mortal)
    let log = world.logger
    engine = Engine(
      EngineContext(
        store: store,
        stripe: StripeClient(
          transport: transport, baseURL: SandboxTransport.stripeURL,
          key: Secret(World.stripeKey), timeoutMs: 30_000, budget: nil, pluginVersion: "0"),
        mirakl: MiraklClient(
          transport: transport, baseURL: SandboxTransport.miraklURL,
          key: Secret(World.miraklKey), timeoutMs: 30_000, budgets: .unlimited),
        notifier: world.notifier, clock: world.ourClock, randomness: SeededRandomness(seed),
        pausing: FakePause(world.clock), settings: settings, log: log))
    router = Router(
      WebhookRoutes(
        store: store, clock: world.ourClock, sellersSecrets: [Secret(World.sellersSecret)],
        operatorSecrets: [Secret(World.webhookSecret)], onStored: {}
      ).routes
        + MiraklWebhookRoute(
          store: store, clock: world.ourClock, authorizations: [Secret(World.callbackSecret)],
          onStored: {}
        ).routes)
  }

  /// Runs around every transaction that writes: `first` within it, before anything else of it;
  /// `then` once it is durable.
  public func aroundWrites(
    first: @escaping @Sendable (any SQLConnection) throws -> Void,
    then: @escaping @Sendable () -> Void
  ) {
    mortal.around(first: first, then: then)
  }

  /// Hands one webhook to the routes, signature and all.
  /// - Returns: the status, or nil if there was no answer.
  @discardableResult
  public func receive(_ delivery: Delivery) -> Int? {
    post(delivery.url, delivery.headers, delivery.body)
  }

  /// Hands one callback of Mirakl's to the routes.
  @discardableResult
  public func receive(_ callback: MiraklCallback) -> Int? {
    post(callback.path, callback.headers, callback.body)
  }

  private func post(_ path: String, _ headers: Headers, _ body: [UInt8]) -> Int? {
    let status = Monitor(Int?.none)
    let request = Request(method: "POST", path: path, headers: headers, body: body)
    router.handle(request) { reply in
      if case .response(let response) = reply { status.withLock { $0 = response.status } }
    }
    return life.isAlive ? status.withLock { $0 } : nil
  }

  /// Hands over every webhook that waits.
  public func receiveAll() {
    for delivery in world.stripe.takeDeliveries() { receive(delivery) }
  }

  @discardableResult
  public func pass() throws -> PassReport { try SplitPass(engine).run() }

  /// Webhooks, a pass, and all that follows.
  @discardableResult
  public func run() throws -> PassReport {
    receiveAll()
    let report = try pass()
    try engine.drain()
    return report
  }

  public func transfer(
    _ order: String, _ part: TransferRecord.Part = .seller
  ) throws -> TransferRecord? {
    try store.read { try $0.transfer(.productOrder, part, miraklID: order) }
  }
}
