import Domain
import FoundationEssentials
import Glibc
import HTTPFormat
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import App

/// Every failure that the preflight can report is produced, and its remedy read.
@Suite struct CheckCommandTests {
  /// A world in which nothing is wrong, but that no server runs.
  private func world() throws -> (World, [String: String?]) {
    let world = try World()
    world.mirakl.addShopField(code: "stripe-url", type: "LINK")
    world.mirakl.addShopField(code: "stripe-ignored", type: "BOOLEAN")
    world.stripe.registerWebhooks(base: "http://localhost:\(world.port)")
    return (world, ["BASE_HOST": "localhost:\(world.port)"])
  }

  private func check(
    _ world: World, _ changes: [String: String?], _ more: [String: String?] = [:]
  ) -> PreflightReport {
    Preflight.run(world.environment(changes.merging(more) { $1 }))
  }

  private func expect(
    _ report: PreflightReport, _ code: String, _ severity: Finding.Severity, text: String = "",
    remedy: String, _ location: SourceLocation = #_sourceLocation
  ) {
    let found = report.findings.filter { $0.code == code }
    #expect(
      found.contains {
        $0.severity == severity && $0.text.contains(text) && $0.remedy?.contains(remedy) == true
      }, "\(report.text)", sourceLocation: location)
    #expect(report.isGood == (severity != .error), "\(report.text)", sourceLocation: location)
  }

  @Test("all is well: exit status 0, and no finding but those of a healthy world")
  func good() throws {
    let (world, changes) = try world()
    let server = try world.serve(changes)
    defer { server.signal(SIGTERM) }
    let result = try world.run("check", changes: changes)
    #expect(result.status == 0, "\(result.output)")
    #expect(!result.output.contains("ERROR") && !result.output.contains("warning "))
    #expect(result.output.contains("host.reachable") && result.output.contains("Ready: no error"))
    for secret in [World.stripeKey, World.webhookSecret, World.password, "mirakl-key"] {
      #expect(!result.output.contains(secret))
    }
  }

  @Test("an error: exit status 1, and JSON for scripts")
  func exitStatus() throws {
    let (world, changes) = try world()
    let wrong = changes.merging(["MIRAKL_API_KEY": "wrong"]) { $1 }
    let result = try world.run("check", "--json", changes: wrong)
    #expect(result.status == 1)
    struct Report: Decodable { let ready: Bool }
    #expect(try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).ready == false)
  }

  @Test("configuration: a bad value, and a deprecated name")
  func configuration() throws {
    let (world, changes) = try world()
    expect(
      check(world, changes, ["WORKERS": "many"]), "configuration.invalid", .error,
      text: "WORKERS", remedy: "correct this variable")
    expect(
      check(world, changes, ["MIRAKL_METADATA_ORDER_ID": "basket"]), "configuration.deprecated",
      .warning, text: "PAYMENT_METADATA_COMMERCIAL_ORDER_ID", remedy: "rename it")
    expect(
      check(world, changes, ["STRIPE_WEBHOOK_SECRETS": "x"]), "configuration.warning", .warning,
      text: "STRIPE_WEBHOOK_SECRETS", remedy: "set or correct it")
  }

  @Test("database: no folder, another program's file, the other mode (X2)")
  func database() throws {
    let (world, changes) = try world()
    expect(
      check(world, changes, ["DATABASE_URL": "sqlite:///nowhere/at/all.db"]), "database.folder",
      .error, text: "/nowhere/at", remedy: "make the folder")
    let folder = world.folder.file("a folder.db")
    mkdir(folder, 0o700)
    expect(
      check(world, changes, ["DATABASE_URL": "sqlite://\(folder)"]), "database.unusable", .error,
      remedy: "see the reason")
    let path = world.folder.file("live.db")
    let store = try Store.open(path: path, mode: .inline)
    try store.write { try $0.setCheckpoint("identity/mode", "live", nowMs: 1) }
    store.close()
    expect(
      check(world, changes, ["DATABASE_URL": "sqlite://\(path)"]), "stripe.mode", .error,
      text: "the database holds live data", remedy: "use the key of the live mode")
  }

  @Test("Stripe: wrong key, not there, a permission by its name")
  func stripe() throws {
    let (world, changes) = try world()
    expect(
      check(world, changes, ["STRIPE_CLIENT_SECRET": "sk_test_other"]), "stripe.key", .error,
      text: "Invalid API Key", remedy: "STRIPE_CLIENT_SECRET")
    expect(
      check(world, changes, ["STRIPE_API_BASE": "http://127.0.0.1:1"]), "stripe.unreachable",
      .error, remedy: "DNS, proxy, firewall")
    world.stripe.deny("GET /v1/transfers", permission: "transfer_read")
    expect(
      check(world, changes), "stripe.permission", .error,
      text: "GET /v1/transfers is not allowed (paying sellers): missing transfer_read",
      remedy: "transfer_read")
  }

  @Test("webhook endpoints: absent, disabled, a type missing, no secret")
  func webhooks() throws {
    let (world, changes) = try world()
    let id = try #require(world.stripe.webhookEndpoints.first?.id)
    let remedy = "webhooks register --url http://localhost:\(world.port)"
    world.stripe.disableWebhookEndpoint(id)
    expect(
      check(world, changes), "webhook.problem", .error, text: "is disabled", remedy: remedy)
    expect(
      check(world, ["BASE_HOST": "other.example.com"]), "webhook.missing", .error,
      text: "http://other.example.com/api/public/webhook/operator",
      remedy: "register --url http://other.example.com")
    expect(
      check(world, changes, ["STRIPE_WEBHOOK_SECRET": nil]), "webhook.secret", .error,
      text: "STRIPE_OPERATOR_WEBHOOK_SECRET", remedy: "whsec_")
    let other = try World()
    other.stripe.registerWebhooks(
      base: "http://localhost:\(other.port)", leavingOut: ["payout.failed"])
    other.mirakl.addShopField(code: "stripe-url", type: "LINK")
    expect(
      check(other, ["BASE_HOST": "localhost:\(other.port)"]), "webhook.problem", .error,
      text: "is not sent payout.failed", remedy: "webhooks register")
  }

  @Test("clocks: half a minute is a warning, four minutes an error")
  func clock() {
    func finding(_ seconds: Int64) -> Finding? {
      Preflight.clock("clock.stripe", "Stripe", serverMs: seconds * 1_000, nowMs: 0).first
    }
    #expect(finding(29)?.severity == .ok && finding(-29)?.severity == .ok)
    #expect(finding(-30)?.severity == .warning && finding(239)?.severity == .warning)
    #expect(finding(240)?.severity == .error && finding(-9_999)?.severity == .error)
    #expect(finding(240)?.remedy?.contains("time service") == true)
    #expect(Preflight.clock("c", "Stripe", serverMs: nil, nowMs: 0).isEmpty)
  }

  @Test("a clock that is off is seen in Stripe's answers")
  func clockSeen() throws {
    let (world, changes) = try world()
    struct Slow: WallClock { var nowMs: Int64 { SystemClock().nowMs - 300_000 } }
    let configuration = try Configuration.parse(world.environment(changes))
    let report = PreflightReport(findings: Preflight(configuration, clock: Slow()).findings())
    for code in ["clock.stripe", "clock.mirakl"] {
      expect(report, code, .error, text: "refused beyond 300 s", remedy: "time service")
    }
  }

  @Test("Mirakl: wrong key, not there, a feature that is not open")
  func mirakl() throws {
    let (world, changes) = try world()
    expect(
      check(world, changes, ["MIRAKL_API_KEY": "wrong"]), "mirakl.key", .error,
      text: "Unauthorized", remedy: "MIRAKL_API_KEY")
    expect(
      check(world, changes, ["MIRAKL_HOST_NAME": "http://127.0.0.1:1"]), "mirakl.unreachable",
      .error, remedy: "MIRAKL_HOST_NAME")
    world.mirakl.setClosed("GET /api/mms/orders")
    #expect(check(world, changes).isGood)  // not switched on
    expect(
      check(world, changes, ["ENABLE_SERVICE_PAYMENT_SPLIT": "true"]), "mirakl.feature", .error,
      text: "SOR11", remedy: "ENABLE_SERVICE_PAYMENT_SPLIT")
  }

  @Test("custom fields: missing, of a wrong type, required")
  func fields() throws {
    let (world, changes) = try world()
    expect(
      check(world, changes, ["MIRAKL_CUSTOM_FIELD_CODE": "other"]), "field.missing", .error,
      text: "no custom field \"other\"", remedy: "type LINK, not required")
    expect(
      check(world, changes, ["MIRAKL_CUSTOM_FIELD_CODE": "stripe-ignored"]), "field.type", .error,
      text: "BOOLEAN", remedy: "make it anew as LINK")
    world.mirakl.addShopField(code: "must", type: "LINK", isRequired: true)
    expect(
      check(world, changes, ["MIRAKL_CUSTOM_FIELD_CODE": "must"]), "field.required", .error,
      remedy: "make it optional")
  }

  @Test("BASE_HOST: nobody there, somebody else")
  func baseHost() throws {
    let (world, changes) = try world()
    expect(check(world, changes), "host.unreachable", .warning, remedy: "start stripe-mirakl serve")
    // Mirakl's simulator answers there, which is not this server.
    let other = String(
      world.environment(["A": nil])["MIRAKL_HOST_NAME"]!.split(separator: "://")[1])
    world.stripe.registerWebhooks(base: "http://\(other)")
    expect(
      check(world, ["BASE_HOST": other]), "host.other", .warning, remedy: "SCHEME://BASE_HOST")
  }
}

extension StripeSandbox {
  /// Both endpoints as `webhooks register` makes them.
  func registerWebhooks(base: String, leavingOut: Set<String> = []) {
    for audience in Webhooks.Audience.allCases {
      let types = audience.types.filter { !leavingOut.contains($0) }
      var form = "url=\(base)\(audience.path)&connect=\(audience.isConnect)"
      form += "&api_version=2026-08-26.dahlia"
      form += types.map { "&enabled_events[]=\($0)" }.joined()
      var headers: Headers = ["Authorization": "Bearer \(World.stripeKey)"]
      headers["Idempotency-Key"] = base + audience.path
      _ = handle(
        Request(
          method: "POST", path: "/v1/webhook_endpoints", query: nil, headers: headers,
          body: Array(form.utf8)))
    }
  }
}
