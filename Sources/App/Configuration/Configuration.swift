import Decisions
public import Domain
import Engine
import FoundationEssentials

/// Everything an operator sets, read once from the environment (interface.md §2).
public struct Configuration: Sendable {
  public var operatorPassword: Secret
  public var databasePath: String
  public var listenAddress: String
  public var server: ServerConfiguration
  public var stripeKey: Secret
  public var stripeBase: String
  public var sellersWebhookSecrets: [Secret]
  public var operatorWebhookSecrets: [Secret]
  public var miraklBase: String
  public var miraklKey: Secret
  public var basketMetadataKey: String
  public var paysProductOrders: Bool
  public var refundsProductOrders: Bool
  public var refundsServiceOrders: Bool
  public var paysServiceOrders: Bool
  /// `MIRAKL_WEBHOOK_AUTHORIZATION`: empty closes the door.
  public var miraklWebhookAuthorizations: [Secret]
  public var taxAccount: AccountID?
  public var notificationURL: String?
  public var notificationRetryDelayMs: Int
  public var enableScheduler: Bool
  public var httpTimeoutMs: Int64
  /// `START_DATE`: nil when unset.
  public var startDate: StartDate?
  public var withoutCharge: SplitPolicy.WithoutCharge
  public var amountMax: [Currency: Int64]
  public var stripeRequestsPerSecond: Int
  public var miraklRequestsPerMinute: Int?
  public var workers: Int
  public var splitSchedule: Schedule
  public var onboarding: OnboardingSettings
  public var onboardingSchedule: Schedule
  public var kycSchedule: Schedule
  /// What is confirmed and captured, and when it is looked for.
  public var validation: ValidationPolicy
  public var validationSchedule: Schedule
  public var settlementSchedule: Schedule
  /// `CONFIRM_PAYOUTS_IN_MIRAKL`
  public var payoutConfirmation: PayoutConfirmationMode
  public var refundSchedule: Schedule
  public var eventsSchedule: Schedule
  public var logLevel: LogLevel
  public var logFormat: LogFormat
  /// Worth telling the operator, but no reason not to start.
  public var warnings: [String]

  public enum StartDate: Hashable, Sendable {
    case all
    case from(ms: Int64)
  }
  public enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
  }
  public enum LogFormat: String, CaseIterable, Sendable { case json, text }

  /// Stripe's mode, told by the key itself; nil for a key of another form.
  public var livemode: Bool? {
    stripeKey.reveal { key in
      if key.hasPrefix("sk_live_") || key.hasPrefix("rk_live_") { return true }
      if key.hasPrefix("sk_test_") || key.hasPrefix("rk_test_") { return false }
      return nil
    }
  }

  /// - Throws: `ConfigurationProblems` with every bad variable.
  public static func parse(
    _ environment: [String: String]
  ) throws(ConfigurationProblems) -> Configuration {
    var reader = EnvironmentReader(environment)
    let common = reader.value("STRIPE_WEBHOOK_SECRET")
    let sellers = reader.value("STRIPE_SELLERS_WEBHOOK_SECRET") ?? common
    let platform = reader.value("STRIPE_OPERATOR_WEBHOOK_SECRET") ?? common
    let mirakl = reader.required("MIRAKL_HOST_NAME", "the base URL of the Mirakl instance")
    let stripeBase = reader.value("STRIPE_API_BASE") ?? "https://api.stripe.com"
    let splitsTaxes = reader.boolean(["ENABLE_PAYMENT_TAX_SPLIT"], default: false)
    let onboarding = OnboardingConfiguration.parse(&reader, miraklBase: mirakl)
    let notificationURL = reader.value("OPERATOR_NOTIFICATION_URL")
    let configuration = Configuration(
      operatorPassword: Secret(
        reader.required("OPERATOR_PASSWORD", "the token expected in X-AUTH-TOKEN")),
      databasePath: databasePath(&reader),
      listenAddress: listenAddress(&reader),
      server: ServerConfiguration.parse(&reader),
      stripeKey: Secret(reader.required("STRIPE_CLIENT_SECRET", "Stripe's secret key")),
      stripeBase: reader.url("STRIPE_API_BASE", stripeBase),
      sellersWebhookSecrets: secrets(sellers), operatorWebhookSecrets: secrets(platform),
      miraklBase: reader.url("MIRAKL_HOST_NAME", mirakl),
      miraklKey: Secret(reader.required("MIRAKL_API_KEY", "Mirakl's operator API key")),
      basketMetadataKey: reader.value([
        "PAYMENT_METADATA_COMMERCIAL_ORDER_ID", "MIRAKL_METADATA_ORDER_ID",
      ]) ?? "mirakl_commercial_order_id",
      paysProductOrders: reader.boolean(
        ["ENABLE_PRODUCT_PAYMENT_SPLIT", "ENABLES_AUTOMATIC_TRANSFER_CREATION"], default: false),
      refundsProductOrders: reader.boolean(
        ["ENABLE_PRODUCT_PAYMENT_REFUND", "ENABLES_AUTOMATIC_REFUND_CREATION"], default: false),
      refundsServiceOrders: reader.boolean(["ENABLE_SERVICE_PAYMENT_REFUND"], default: false),
      paysServiceOrders: reader.boolean(["ENABLE_SERVICE_PAYMENT_SPLIT"], default: false),
      miraklWebhookAuthorizations: authorizations(reader.value("MIRAKL_WEBHOOK_AUTHORIZATION")),
      taxAccount: splitsTaxes ? taxAccount(&reader) : nil,
      notificationURL: notificationURL.map { reader.url("OPERATOR_NOTIFICATION_URL", $0) },
      notificationRetryDelayMs: reader.integer(
        "NOTIFICATION_RETRY_DELAY_MS", in: 1...3_600_000, default: 1_000),
      enableScheduler: reader.boolean(["ENABLE_SCHEDULER"], default: true),
      httpTimeoutMs: Int64(reader.integer("HTTP_TIMEOUT_SECONDS", in: 1...300, default: 30))
        * 1_000,
      startDate: startDate(&reader),
      withoutCharge: reader.choice("TRANSFER_WITHOUT_CHARGE", default: .hold),
      amountMax: amountMax(&reader),
      stripeRequestsPerSecond: reader.integer(
        "STRIPE_REQUESTS_PER_SECOND", in: 1...10_000, default: 80),
      miraklRequestsPerMinute: reader.value("MIRAKL_REQUESTS_PER_MINUTE") == nil
        ? nil : reader.integer("MIRAKL_REQUESTS_PER_MINUTE", in: 1...100_000, default: 60),
      workers: reader.integer("WORKERS", in: 1...256, default: 16),
      splitSchedule: schedule(&reader, "SCHEDULE_SPLIT", "1-59/5 * * * *"),
      onboarding: onboarding,
      onboardingSchedule: schedule(&reader, "SCHEDULE_ONBOARDING", "1m"),
      kycSchedule: schedule(&reader, "SCHEDULE_KYC", "off"),
      validation: validation(&reader),
      validationSchedule: schedule(&reader, "SCHEDULE_VALIDATION", "*/5 * * * *"),
      settlementSchedule: schedule(&reader, "SCHEDULE_SETTLEMENT", "3 1 * * *"),
      payoutConfirmation: payoutConfirmation(&reader),
      refundSchedule: schedule(&reader, "SCHEDULE_REFUND", "2-59/5 * * * *"),
      eventsSchedule: schedule(&reader, "SCHEDULE_EVENTS", "10m"),
      logLevel: reader.choice("LOG_LEVEL", default: .info),
      logFormat: reader.choice("LOG_FORMAT", default: .json), warnings: [])
    if common == nil, sellers == nil || platform == nil {
      reader.warning(
        "STRIPE_SELLERS_WEBHOOK_SECRET or STRIPE_OPERATOR_WEBHOOK_SECRET is not set: "
          + "deliveries to that endpoint are refused")
    }
    reader.reportUnknown(known: KnownVariables.all, prefixes: KnownVariables.prefixes)
    guard reader.problems.isEmpty else {
      throw ConfigurationProblems(list: reader.problems, warnings: reader.warnings)
    }
    var result = configuration
    result.validation.livemode = configuration.livemode
    result.warnings = reader.warnings
    return result
  }

  private static func secrets(_ text: String?) -> [Secret] {
    (text ?? "").split(separator: ",").compactMap { part in
      let trimmed = part.split(separator: " ").joined()
      return trimmed.isEmpty ? nil : Secret(trimmed)
    }
  }

  private static func listenAddress(_ reader: inout EnvironmentReader) -> String {
    let text = reader.value("LISTEN_ADDRESS") ?? "0.0.0.0:8080"
    let port = text.lastIndex(of: ":").flatMap { UInt16(text[text.index(after: $0)...]) }
    if port == nil {
      reader.problem("LISTEN_ADDRESS must be HOST:PORT, not \(EnvironmentReader.shown(text))")
    }
    return text
  }

  /// Separated by commas; spaces inside a value (`Bearer …`) belong to it.
  private static func authorizations(_ text: String?) -> [Secret] {
    (text ?? "").split(separator: ",").compactMap { part in
      let words = part.split(separator: " ").joined(separator: " ")
      return words.isEmpty ? nil : Secret(words)
    }
  }

  private static func databasePath(_ reader: inout EnvironmentReader) -> String {
    let url = reader.value("DATABASE_URL") ?? "sqlite://stripe-mirakl.db"
    guard url.hasPrefix("sqlite://") else {
      // The URL may hold a password: name the variable, never the value (O3).
      reader.problem("DATABASE_URL must be sqlite:///abs/path.db; no other database is supported")
      return ""
    }
    let rest = url.dropFirst("sqlite://".count)
    // Three or four slashes both mean an absolute path.
    let path = rest.hasPrefix("//") ? String(rest.dropFirst()) : String(rest)
    if path.isEmpty { reader.problem("DATABASE_URL names no file: sqlite:///abs/path.db") }
    return path
  }

  private static func taxAccount(_ reader: inout EnvironmentReader) -> AccountID? {
    guard let text = reader.value("STRIPE_TAX_ACCOUNT") else {
      reader.problem("ENABLE_PAYMENT_TAX_SPLIT is on, but STRIPE_TAX_ACCOUNT is not set")
      return nil
    }
    do { return try AccountID(text) } catch {
      reader.problem(
        "STRIPE_TAX_ACCOUNT must be an account id (acct_…), not \(EnvironmentReader.shown(text))")
      return nil
    }
  }

  private static func startDate(_ reader: inout EnvironmentReader) -> StartDate? {
    guard let text = reader.value("START_DATE") else { return nil }
    if text == "all" { return .all }
    let full = text.contains("T") ? text : text + "T00:00:00Z"
    guard let ms = Timestamp.parse(full) else {
      reader.problem("START_DATE must be \"all\" or ISO 8601, e.g. 2026-01-31T00:00:00Z")
      return nil
    }
    return .from(ms: ms)
  }

  private static func amountMax(_ reader: inout EnvironmentReader) -> [Currency: Int64] {
    guard let text = reader.value("MAX_TRANSFER_AMOUNT") else { return [:] }
    var result: [Currency: Int64] = [:]
    for part in text.split(separator: ",") {
      let pair = part.split(separator: ":").map { $0.split(separator: " ").joined() }
      guard pair.count == 2, let currency = try? Currency(pair[0]),
        let amount = try? MajorAmount(pair[1]), let money = try? Money(rounding: amount, currency),
        money.isExact(amount), money.isPositive
      else {
        reader.problem(
          "MAX_TRANSFER_AMOUNT must look like EUR:20000,JPY:3000000, "
            + "not \(EnvironmentReader.shown(part))")
        continue
      }
      result[currency] = money.minorUnits
    }
    return result
  }

  /// `false` in any of the forms of a boolean, `invoice` or `billing_cycle`.
  private static func payoutConfirmation(_ reader: inout EnvironmentReader)
    -> PayoutConfirmationMode
  {
    let name = "CONFIRM_PAYOUTS_IN_MIRAKL"
    guard let text = reader.value(name)?.lowercased() else { return .off }
    if ["0", "no", "off"].contains(text) { return .off }
    guard let mode = PayoutConfirmationMode(rawValue: text) else {
      reader.problem("\(name) must be false, invoice or billing_cycle, not \"\(text.prefix(40))\"")
      return .off
    }
    return mode
  }

  private static func schedule(
    _ reader: inout EnvironmentReader, _ name: String, _ fallback: String
  ) -> Schedule {
    let text = reader.value(name) ?? fallback
    guard let schedule = Schedule(text) else {
      reader.problem(
        "\(name) must be an interval (90s, 5m), a five-field cron expression, or off, "
          + "not \(EnvironmentReader.shown(text))")
      return .off
    }
    return schedule
  }
}

extension SplitPolicy.WithoutCharge: CaseIterable {
  public static let allCases: [Self] = [.hold, .platformBalance]
}
