import Decisions
import Domain
import Engine
import TestSupport
import Testing

@testable import App

/// What must be set, and nothing else.
let minimalEnvironment = [
  "OPERATOR_PASSWORD": "operator-secret-1", "BASE_HOST": "connect.example.org",
  "STRIPE_CLIENT_SECRET": "sk_test_secret2", "MIRAKL_HOST_NAME": "https://shop.mirakl.net",
  "MIRAKL_API_KEY": "mirakl-secret-3", "STRIPE_WEBHOOK_SECRET": "whsec_secret4",
]

private func parse(_ changes: [String: String?] = [:]) throws(ConfigurationProblems)
  -> Configuration
{
  var environment = minimalEnvironment
  for (name, value) in changes { environment[name] = value }
  return try Configuration.parse(environment)
}

private func problems(_ changes: [String: String?]) -> [String] {
  do {
    _ = try parse(changes)
    return []
  } catch {
    return error.list
  }
}

extension Secret {
  fileprivate var text: String { reveal { $0 } }
}

struct ValueCase: CustomTestStringConvertible, Sendable {
  let name: String, value: String
  var testDescription: String { "\(name)=\(value)" }
  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

@Suite struct ConfigurationTests {
  @Test("the defaults are the contract's")
  func defaults() throws {
    let configuration = try parse()
    #expect(configuration.operatorPassword.text == "operator-secret-1")
    #expect(configuration.databasePath == "stripe-mirakl.db")
    #expect(configuration.listenAddress == "0.0.0.0:8080")
    #expect(configuration.stripeBase == "https://api.stripe.com")
    #expect(configuration.sellersWebhookSecrets.map(\.text) == ["whsec_secret4"])
    #expect(configuration.operatorWebhookSecrets.map(\.text) == ["whsec_secret4"])
    #expect(configuration.miraklBase == "https://shop.mirakl.net")
    #expect(configuration.basketMetadataKey == "mirakl_commercial_order_id")
    #expect(!configuration.paysProductOrders)
    #expect(configuration.taxAccount == nil)
    #expect(configuration.notificationURL == nil)
    #expect(configuration.notificationRetryDelayMs == 1_000)
    #expect(configuration.enableScheduler)
    #expect(configuration.httpTimeoutMs == 30_000)
    #expect(configuration.startDate == nil)
    #expect(configuration.withoutCharge == .hold)
    #expect(configuration.amountMax.isEmpty)
    #expect(configuration.stripeRequestsPerSecond == 80)
    #expect(configuration.miraklRequestsPerMinute == nil)
    #expect(configuration.workers == 16)
    // Every five minutes, one minute past.
    #expect(configuration.splitSchedule == Schedule("1,6,11,16,21,26,31,36,41,46,51,56 * * * *"))
    #expect(configuration.logLevel == .info)
    #expect(configuration.logFormat == .json)
    #expect(configuration.warnings.isEmpty)
  }

  @Test("an empty value counts as not set")
  func emptyValues() throws {
    let names = [
      "DATABASE_URL", "LISTEN_ADDRESS", "WORKERS", "START_DATE", "LOG_LEVEL", "SCHEDULE_SPLIT",
      "ENABLE_SCHEDULER", "MAX_TRANSFER_AMOUNT", "STRIPE_API_BASE", "OPERATOR_NOTIFICATION_URL",
    ]
    let configuration = try parse(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
    #expect(configuration.workers == 16)
    #expect(configuration.enableScheduler)
    #expect(problems(["OPERATOR_PASSWORD": ""]).count == 1)
  }

  @Test("all problems are reported at once, each naming its variable")
  func allProblems() {
    var environment = [
      "WORKERS": "many", "LOG_LEVEL": "loud", "START_DATE": "yesterday",
      "SCHEDULE_SPLIT": "often", "DATABASE_URL": "mysql://root@db/x", "ENABLE_SCHEDULER": "maybe",
      "MAX_TRANSFER_AMOUNT": "EUR", "TRANSFER_WITHOUT_CHARGE": "always", "LISTEN_ADDRESS": "here",
      "HTTP_TIMEOUT_SECONDS": "0", "STRIPE_API_BASE": "stripe", "ENABLE_PAYMENT_TAX_SPLIT": "true",
    ]
    let required = [
      "OPERATOR_PASSWORD", "BASE_HOST", "STRIPE_CLIENT_SECRET", "MIRAKL_HOST_NAME",
      "MIRAKL_API_KEY",
    ]
    let expected = Set(environment.keys).subtracting(["ENABLE_PAYMENT_TAX_SPLIT"])
      .union(required).union(["STRIPE_TAX_ACCOUNT"])
    #expect(throws: ConfigurationProblems.self) { try Configuration.parse(environment) }
    do { _ = try Configuration.parse(environment) } catch {
      for name in expected {
        #expect(error.list.contains { $0.contains(name) }, "\(name) in \(error)")
      }
      #expect(error.list.count == expected.count)
      #expect(error.description.split(separator: "\n").count == expected.count + 1)
    }
    environment = minimalEnvironment
    #expect(throws: Never.self) { try Configuration.parse(environment) }
  }

  @Test(
    "booleans in every form of the contract",
    arguments: [
      ("true", true), ("TRUE", true), ("1", true), ("yes", true), ("Yes", true), ("on", true),
      ("false", false), ("False", false), ("0", false), ("no", false), ("off", false),
      ("OFF", false),
    ])
  func booleans(_ text: String, _ value: Bool) throws {
    let configuration = try parse([
      "ENABLE_SCHEDULER": text, "ENABLE_PRODUCT_PAYMENT_SPLIT": text,
    ])
    #expect(configuration.enableScheduler == value)
    #expect(configuration.paysProductOrders == value)
  }

  @Test(
    "what is no boolean is a problem, not a default", arguments: ["2", "ja", "t", " true", "-"])
  func noBoolean(_ text: String) {
    #expect(
      problems(["ENABLE_SCHEDULER": text])
        == ["ENABLE_SCHEDULER must be true or false, not \"\(text)\""])
  }

  @Test("deprecated names work and are reported; the present name wins")
  func deprecatedNames() throws {
    let old = try parse([
      "ENABLES_AUTOMATIC_TRANSFER_CREATION": "true", "MIRAKL_METADATA_ORDER_ID": "order",
    ])
    #expect(old.paysProductOrders)
    #expect(old.basketMetadataKey == "order")
    #expect(old.warnings.count == 2)
    #expect(old.warnings.contains { $0.contains("ENABLES_AUTOMATIC_TRANSFER_CREATION is deprec") })
    let both = try parse([
      "ENABLES_AUTOMATIC_TRANSFER_CREATION": "true", "ENABLE_PRODUCT_PAYMENT_SPLIT": "false",
      "MIRAKL_METADATA_ORDER_ID": "old", "PAYMENT_METADATA_COMMERCIAL_ORDER_ID": "new",
    ])
    #expect(!both.paysProductOrders)
    #expect(both.basketMetadataKey == "new")
    #expect(both.warnings.isEmpty)
  }

  @Test(
    "DATABASE_URL with three or four slashes is an absolute path",
    arguments: [
      ("sqlite:///var/lib/x.db", "/var/lib/x.db"), ("sqlite:////var/lib/x.db", "/var/lib/x.db"),
      ("sqlite://x.db", "x.db"), ("sqlite://data/x.db", "data/x.db"),
    ])
  func databaseURL(_ url: String, _ path: String) throws {
    #expect(try parse(["DATABASE_URL": url]).databasePath == path)
  }

  @Test(
    "START_DATE takes ISO 8601 and all (M2)",
    arguments: [
      ("all", .all), ("2026-01-31", .from(ms: 1_769_817_600_000)),
      ("2026-01-31T00:00:00Z", .from(ms: 1_769_817_600_000)),
      ("2026-01-31T01:00:00+01:00", .from(ms: 1_769_817_600_000)),
      ("2026-01-31T01:00:00.250+0100", .from(ms: 1_769_817_600_250)),
    ] as [(String, Configuration.StartDate)])
  func startDate(_ text: String, _ value: Configuration.StartDate) throws {
    #expect(try parse(["START_DATE": text]).startDate == value)
  }

  @Test("MAX_TRANSFER_AMOUNT is read per currency, in its own decimals (A7)")
  func amountMax() throws {
    let text = "EUR:20000, jpy:3000000 ,KWD:1.23,USD:0.01"
    #expect(
      try parse(["MAX_TRANSFER_AMOUNT": text]).amountMax
        == [.eur: 2_000_000, .jpy: 3_000_000, .kwd: 1_230, .usd: 1])
  }

  @Test(
    "what cannot be meant is refused and named",
    arguments: [
      ValueCase("MAX_TRANSFER_AMOUNT", "20000"), ValueCase("MAX_TRANSFER_AMOUNT", "EUR:"),
      ValueCase("MAX_TRANSFER_AMOUNT", "XXX:5"), ValueCase("MAX_TRANSFER_AMOUNT", "EUR:0"),
      ValueCase("MAX_TRANSFER_AMOUNT", "EUR:-5"), ValueCase("MAX_TRANSFER_AMOUNT", "EUR:1.999"),
      ValueCase("MAX_TRANSFER_AMOUNT", "JPY:0.5"), ValueCase("MAX_TRANSFER_AMOUNT", "EUR:1:2"),
      ValueCase("MAX_TRANSFER_AMOUNT", "EUR:1e-9223372036854775808"),
      ValueCase("MAX_TRANSFER_AMOUNT", "EUR:99999999999999999999999999999999999999999"),
      ValueCase("MAX_TRANSFER_AMOUNT", "EUR:1,5"), ValueCase("START_DATE", "ALL"),
      ValueCase("START_DATE", "2026-02-30"), ValueCase("START_DATE", "2026-01-31T00:00:00"),
      ValueCase("START_DATE", "31.01.2026"), ValueCase("START_DATE", "1764000000"),
      ValueCase("SCHEDULE_SPLIT", "5"), ValueCase("SCHEDULE_SPLIT", "0m"),
      ValueCase("SCHEDULE_SPLIT", "-5m"), ValueCase("SCHEDULE_SPLIT", "* * * *"),
      ValueCase("SCHEDULE_SPLIT", "61 * * * *"), ValueCase("SCHEDULE_SPLIT", "*/0 * * * *"),
      ValueCase("SCHEDULE_SPLIT", "99999999999999999999m"), ValueCase("WORKERS", "0"),
      ValueCase("WORKERS", "257"), ValueCase("WORKERS", "4.0"), ValueCase("WORKERS", "0x10"),
      ValueCase("HTTP_TIMEOUT_SECONDS", "-1"), ValueCase("HTTP_TIMEOUT_SECONDS", "301"),
      ValueCase("NOTIFICATION_RETRY_DELAY_MS", "0"),
      ValueCase("STRIPE_REQUESTS_PER_SECOND", "99999999999999999999"),
      ValueCase("MIRAKL_REQUESTS_PER_MINUTE", "0"), ValueCase("LOG_LEVEL", "INFO"),
      ValueCase("LOG_FORMAT", "xml"), ValueCase("TRANSFER_WITHOUT_CHARGE", "platform"),
      ValueCase("DATABASE_URL", "postgres://db/x"), ValueCase("DATABASE_URL", "sqlite://"),
      ValueCase("DATABASE_URL", "/var/lib/x.db"), ValueCase("LISTEN_ADDRESS", "8080"),
      ValueCase("LISTEN_ADDRESS", "localhost:"), ValueCase("LISTEN_ADDRESS", "localhost:65536"),
      ValueCase("MIRAKL_HOST_NAME", "shop.mirakl.net"), ValueCase("MIRAKL_HOST_NAME", "https://"),
      ValueCase("STRIPE_API_BASE", "ftp://api.stripe.com"),
      ValueCase("OPERATOR_NOTIFICATION_URL", "hooks.example.org"),
    ])
  func refused(_ row: ValueCase) {
    let found = problems([row.name: row.value])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(row.name) == true, "\(found)")
  }

  @Test(
    "schedules are an interval, a cron expression, or off",
    arguments: ["off", "1s", "90s", "5m", "2h", "1d", "1-59/5 * * * *", "0 1 * * 1-5", "3 1 1 1 7"])
  func schedules(_ text: String) throws {
    #expect(try parse(["SCHEDULE_SPLIT": text]).splitSchedule == Schedule(text))
    #expect(Schedule(text) != nil)
  }

  @Test("several webhook secrets, each endpoint its own (W3)")
  func webhookSecrets() throws {
    let configuration = try parse([
      "STRIPE_SELLERS_WEBHOOK_SECRET": "whsec_a, whsec_b,,", "STRIPE_WEBHOOK_SECRET": "whsec_c",
    ])
    #expect(configuration.sellersWebhookSecrets.map(\.text) == ["whsec_a", "whsec_b"])
    #expect(configuration.operatorWebhookSecrets.map(\.text) == ["whsec_c"])
    let none = try parse(["STRIPE_WEBHOOK_SECRET": nil])
    #expect(none.sellersWebhookSecrets.isEmpty)
    #expect(none.warnings.count == 1)
    #expect(try parse(["STRIPE_WEBHOOK_SECRET": " , ,"]).sellersWebhookSecrets.isEmpty)
  }

  @Test("a secret may stand in a file: its first line, without the line end")
  func secretFiles() throws {
    let folder = TemporaryFolder()
    let configuration = try parse([
      "STRIPE_CLIENT_SECRET": nil,
      "STRIPE_CLIENT_SECRET_FILE": folder.write("stripe", "sk_live_file\r\nnot this\n"),
      "MIRAKL_API_KEY": "", "MIRAKL_API_KEY_FILE": folder.write("mirakl", "key"),
      "STRIPE_WEBHOOK_SECRET": nil,
      "STRIPE_WEBHOOK_SECRET_FILE": folder.write("hook", "whsec_1,whsec_2\n"),
      "OPERATOR_PASSWORD_FILE": folder.write("ignored", "the variable itself wins"),
    ])
    #expect(configuration.stripeKey.text == "sk_live_file")
    #expect(configuration.livemode == true)
    #expect(configuration.miraklKey.text == "key")
    #expect(configuration.sellersWebhookSecrets.map(\.text) == ["whsec_1", "whsec_2"])
    #expect(configuration.operatorPassword.text == "operator-secret-1")
    #expect(configuration.warnings.isEmpty)
    for path in [folder.file("absent"), folder.path] {
      let found = problems(["MIRAKL_API_KEY": nil, "MIRAKL_API_KEY_FILE": path])
      #expect(found.contains("MIRAKL_API_KEY_FILE: \(path) cannot be read"))
    }
    let empty = folder.write("empty", "\n")
    #expect(problems(["MIRAKL_API_KEY": nil, "MIRAKL_API_KEY_FILE": empty]).count == 1)
  }

  @Test(
    "a variable that looks like one of ours and is not is reported",
    arguments: [
      "STRIPE_CLIENT_SECRETS", "MIRAKL_APIKEY", "ENABLE_SPLIT", "SCHEDULE_SPLITS", "START_DATES",
      "LISTEN_ADRESS", "DATABASE_URI", "NOTIFICATION_RETRY_DELAY", "HTTP_TIMEOUT", "WORKERS_MAX",
      "MAX_TRANSFER_AMOUNTS", "TRANSFER_WITHOUT_CHARGES", "LOG_LEVELS", "STRIPE_TYPO_FILE",
    ])
  func unknownNames(_ name: String) throws {
    #expect(try parse([name: "1"]).warnings == ["\(name) is not known and has no effect"])
  }

  @Test("every variable of the contract is known, also those without effect yet")
  func knownNames() throws {
    var environment = minimalEnvironment
    for name in KnownVariables.all where environment[name] == nil { environment[name] = "" }
    for name in ["APP_ENV", "APP_SECRET", "MESSENGER_TRANSPORT_DSN", "PATH", "HOME", "KYC_STRICT"] {
      environment[name] = "prod"
    }
    #expect(try Configuration.parse(environment).warnings.isEmpty)
  }

  @Test("the mode is told by the key (X2)")
  func livemode() throws {
    for (key, mode) in [
      ("sk_live_1", true), ("rk_live_1", true), ("sk_test_1", false), ("rk_test_1", false),
      ("sk_1", nil), ("live", nil),
    ] as [(String, Bool?)] {
      #expect(try parse(["STRIPE_CLIENT_SECRET": key]).livemode == mode)
    }
  }

  @Test("the tax account is needed and read only with the tax split")
  func taxAccount() throws {
    let on = try parse(["ENABLE_PAYMENT_TAX_SPLIT": "1", "STRIPE_TAX_ACCOUNT": "acct_tax"])
    #expect(on.taxAccount == .of("acct_tax"))
    #expect(try parse(["STRIPE_TAX_ACCOUNT": "acct_tax"]).taxAccount == nil)
    #expect(problems(["ENABLE_PAYMENT_TAX_SPLIT": "1"]).count == 1)
    #expect(
      problems(["ENABLE_PAYMENT_TAX_SPLIT": "1", "STRIPE_TAX_ACCOUNT": "cus_1"]).count == 1)
  }

  @Test("URLs lose their last slash")
  func urls() throws {
    let configuration = try parse([
      "MIRAKL_HOST_NAME": "https://shop.mirakl.net//", "STRIPE_API_BASE": "http://127.0.0.1:12111/",
    ])
    #expect(configuration.miraklBase == "https://shop.mirakl.net")
    #expect(configuration.stripeBase == "http://127.0.0.1:12111")
  }

  @Test("no secret ever appears in a problem, a warning or a description (O3)")
  func noSecrets() throws {
    // Every variable holds a secret where it does not belong, in several disguises.
    for value in ["sk_live_VERYSECRET", "whsec_VERYSECRET", " rk_test_VERYSECRET"] {
      var environment = minimalEnvironment
      for name in KnownVariables.all where minimalEnvironment[name] == nil {
        environment[name] = value
      }
      environment["MIRAKL_HOST_NAME"] = value
      environment["ENABLE_PAYMENT_TAX_SPLIT"] = "true"
      environment["STRIPE_TYPO"] = value
      do {
        _ = try Configuration.parse(environment)
        Issue.record("accepted")
      } catch {
        #expect(error.list.count > 10)
        #expect(!error.description.contains("VERYSECRET"), "\(error)")
      }
    }
    // URLs that carry passwords.
    for name in [
      "DATABASE_URL", "OPERATOR_NOTIFICATION_URL", "STRIPE_API_BASE", "MIRAKL_HOST_NAME",
    ] {
      let found = problems([name: "ftp://user:VERYSECRET@host/?token=VERYSECRET"])
      #expect(found.count == 1)
      #expect(!"\(found)".contains("VERYSECRET"))
    }
    var dumped = ""
    dump(try parse(), to: &dumped)
    for value in ["operator-secret-1", "sk_test_secret2", "mirakl-secret-3", "whsec_secret4"] {
      #expect(!dumped.contains(value))
    }
  }
}
