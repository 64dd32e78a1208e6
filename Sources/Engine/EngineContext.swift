import Decisions
import Domain
import Logging
import Store

/// What the engine is told by the operator.
public struct EngineSettings: Sendable {
  public var split: SplitPolicy
  /// `ENABLE_PRODUCT_PAYMENT_SPLIT`.
  public var paysProductOrders: Bool
  /// What is confirmed and captured.
  public var validation = ValidationPolicy()
  /// `ENABLE_PRODUCT_PAYMENT_REFUND`.
  public var refundsProductOrders = false
  /// `ENABLE_SERVICE_PAYMENT_REFUND`.
  public var refundsServiceOrders = false
  /// `ENABLE_SERVICE_PAYMENT_SPLIT`.
  public var paysServiceOrders = false
  /// Metadata key of charges and payment intents that names the basket.
  public var basketMetadataKey: String
  /// An order read longer ago is read again before money moves (Q6).
  public var orderFreshMs: Int64 = 300_000
  /// A charge read longer ago is read again before money moves (P3).
  public var chargeFreshMs: Int64 = 60_000
  /// OR11 is asked again for this much before the checkpoint (M3).
  public var overlapMs: Int64 = 1_800_000
  /// IV01 is asked again for this much before the checkpoint: a cycle's documents appear late.
  public var invoiceOverlapMs: Int64 = 86_400_000
  /// `CONFIRM_PAYOUTS_IN_MIRAKL`: whether and how Mirakl is told of paid payouts (S6).
  public var payoutConfirmation = PayoutConfirmationMode.off
  /// A job not finished by then is believed dead and given to another worker.
  public var leaseMs: Int64 = 180_000
  /// The longest time from the commit that says "sent" to the end of the call: its turn in the rate
  /// budget and its time-out. Only after it can absence prove anything (Q3).
  public var callMsMax: Int64 = 30_000
  /// Whether to keep notifications for `OPERATOR_NOTIFICATION_URL`.
  public var notifies: Bool
  /// Before the first retry of a notification; each following pause is five times the last.
  public var notificationRetryDelayMs: Int64 = 1_000

  /// Accounts, links and identification of sellers.
  public var onboarding = OnboardingSettings()
  /// Metadata `pluginVersion` of everything we create.
  public var pluginVersion: String

  public init(
    split: SplitPolicy, paysProductOrders: Bool, basketMetadataKey: String,
    notifies: Bool = false, pluginVersion: String = "0"
  ) {
    self.split = split
    self.paysProductOrders = paysProductOrders
    self.basketMetadataKey = basketMetadataKey
    self.notifies = notifies
    self.pluginVersion = pluginVersion
  }
}

extension EngineSettings {
  /// R8: whether refunds of this kind are made at all.
  func refunds(_ kind: RefundRecord.Kind) -> Bool {
    switch kind {
    case .productOrder: refundsProductOrders
    case .serviceOrder: refundsServiceOrders
    }
  }
}

/// Everything a handler may use. Plain values and ports: no threads, no sleeps, so that the
/// simulation can step the engine.
public struct EngineContext: Sendable {
  public let store: Store
  public let stripe: any StripePort
  public let mirakl: any MiraklPort
  public let notifier: (any NotificationPort)?
  public let clock: any WallClock
  public let randomness: any Randomness
  public let pausing: any Pausing
  public let settings: EngineSettings
  public let log: Logger
  let wishes = NeighbourWishes()

  public init(
    store: Store, stripe: any StripePort, mirakl: any MiraklPort,
    notifier: (any NotificationPort)? = nil, clock: any WallClock, randomness: any Randomness,
    pausing: any Pausing, settings: EngineSettings, log: Logger
  ) {
    self.store = store
    self.stripe = stripe
    self.mirakl = mirakl
    self.notifier = notifier
    self.clock = clock
    self.randomness = randomness
    self.pausing = pausing
    self.settings = settings
    self.log = log
  }

  var nowMs: Int64 { clock.nowMs }

  /// nil if a stored row that it needs cannot be read by this version: its item waits, and the
  /// others go on (Q7).
  func tolerating<R>(_ item: String, _ body: () throws -> R) throws -> R? {
    do { return try body() } catch StoreError.corrupt(let reason) {
      log.error("a stored row cannot be read: \(reason)", metadata: ["item": .string(item)])
      return nil
    }
  }

  /// The verdict after a passing failure of queued work.
  /// - Parameter afterMs: What the neighbour asked for (`Retry-After`); it is never shortened.
  func retry(_ job: Job, afterMs: Int64? = nil, reason: String) -> Verdict {
    if let afterMs { wishes.note(untilMs: nowMs + afterMs) }
    let delayMs = RetryPolicy.queuedWork.delayMs(
      attempts: max(1, job.attempts), jitter: randomness.unit())
    return .retry(afterMs: max(afterMs ?? 0, delayMs), reason: reason)
  }
}
