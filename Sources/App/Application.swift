import AdminAPI
import Decisions
import Domain
import Engine
import HTTPClient
import HTTPFormat
public import Logging
import MiraklClient
public import Store
import StripeClient
public import Threading
import WebhookAPI

/// Everything wired together: what `serve`, `run` and the tests share.
public final class Application: Sendable {
  public let configuration: Configuration
  public let store: Store
  public let engine: Engine
  public let stop: StopFlag
  public let log: Logger
  let stripe: any StripePort
  let mirakl: any MiraklPort
  let clock: any WallClock
  /// Why nothing can be stored at present; nil while events are taken.
  let storeFailure: @Sendable () -> String?
  private let processLock: ProcessLock

  /// - Throws: `StoreError`, or `StartFailure` when the database belongs to another mode (X2).
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    stop = StopFlag()
    clock = SystemClock()
    let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
    log = Logger(label: "stripe-mirakl") { label in
      LineLogHandler(label: label, level: level, format: configuration.logFormat)
    }
    for warning in configuration.warnings { log.warning("\(warning)") }
    let watched = WatchedDatabase(
      try SQLiteDatabase(path: configuration.databasePath, mode: .threaded),
      nowMs: { [clock] in clock.nowMs }, onChange: { [log] in StoreWatch.report($0, to: log) })
    storeFailure = { watched.failure }
    store = try Store(watched)
    processLock = try ProcessLock(databasePath: configuration.databasePath)
    if processLock.isAlone {
      let nowMs = clock.nowMs
      let count = try store.write { transaction in
        try transaction.expirePasses(nowMs: nowMs)
        return try transaction.releaseLeases(nowMs: nowMs)
      }
      if count > 0 { log.notice("taking up \(count) jobs that were interrupted") }
    }
    processLock.share()
    let transport = CurlTransport(
      CurlTransport.Options(userAgent: "stripe-mirakl/\(Version.current)"))
    let timeoutMs = configuration.httpTimeoutMs
    stripe = StripeClient(
      transport: transport, baseURL: configuration.stripeBase, key: configuration.stripeKey,
      timeoutMs: timeoutMs,
      budget: RateBudget(perSecond: configuration.stripeRequestsPerSecond),
      pluginVersion: Version.current)
    mirakl = MiraklClient(
      transport: transport, baseURL: configuration.miraklBase, key: configuration.miraklKey,
      timeoutMs: timeoutMs,
      budgets: MiraklBudgets(requestsPerMinute: configuration.miraklRequestsPerMinute))
    let identity = try Identity(store).establish(configuration, nowMs: clock.nowMs)
    var settings = EngineSettings(
      split: SplitPolicy(
        startMs: identity.startMs, withoutCharge: configuration.withoutCharge,
        taxAccount: configuration.taxAccount, amountMax: configuration.amountMax,
        livemode: configuration.livemode),
      paysProductOrders: configuration.paysProductOrders,
      basketMetadataKey: configuration.basketMetadataKey,
      notifies: configuration.notificationURL != nil, pluginVersion: Version.current)
    settings.onboarding = configuration.onboarding
    settings.validation = configuration.validation
    settings.payoutConfirmation = configuration.payoutConfirmation
    // A call waits for at most one call of each other worker before its own time-out begins.
    settings.callMsMax =
      timeoutMs + Int64(configuration.workers * 1_000 / configuration.stripeRequestsPerSecond)
    // Few jobs make more calls than six; one that does is settled, not done twice.
    settings.leaseMs = 6 * settings.callMsMax
    settings.refundsProductOrders = configuration.refundsProductOrders
    settings.refundsServiceOrders = configuration.refundsServiceOrders
    settings.paysServiceOrders = configuration.paysServiceOrders
    settings.split.holdsMismatchedDebits = configuration.validation.amountCheck == .strict
    settings.notificationRetryDelayMs = Int64(configuration.notificationRetryDelayMs)
    engine = Engine(
      EngineContext(
        store: store, stripe: stripe, mirakl: mirakl,
        notifier: configuration.notificationURL.map {
          HTTPNotifier(transport: transport, url: $0, timeoutMs: timeoutMs)
        },
        clock: clock, randomness: SystemRandomness(), pausing: StoppablePause(stop),
        settings: settings, log: log))
  }
}

extension Application {
  /// Every route of the server.
  func routes(onStored: @escaping @Sendable () -> Void) -> [Route] {
    let webhooks = WebhookRoutes(
      store: store, clock: clock, sellersSecrets: configuration.sellersWebhookSecrets,
      operatorSecrets: configuration.operatorWebhookSecrets, onStored: onStored)
    let authentication = Authentication(
      password: configuration.operatorPassword, store: store, clock: clock)
    let admin = AdminRoutes(
      store: store, stripe: stripe, mirakl: mirakl, clock: clock, authentication: authentication,
      ignoreField: configuration.onboarding.policy.ignoreField)
    let onboarding = OnboardingRoutes(
      store: store, stripe: stripe, mirakl: mirakl, clock: clock,
      links: configuration.onboarding.links,
      onFailure: { [log] in log.warning("\($0)") })
    let callbacks = MiraklWebhookRoute(
      store: store, clock: clock, authorizations: configuration.miraklWebhookAuthorizations,
      onStored: onStored)
    return HealthRoutes(store: store, clock: clock, failure: storeFailure).routes + webhooks.routes
      + callbacks.routes + admin.routes + onboarding.routes + OpenAPIRoute.routes
      + OperatorRoutes(store: store, clock: clock, authentication: authentication).routes
  }
}

/// Why the program cannot start although its configuration is well-formed.
public struct StartFailure: Error, CustomStringConvertible {
  public let description: String
}
