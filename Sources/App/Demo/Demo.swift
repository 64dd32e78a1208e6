import FoundationEssentials
import Glibc
import HTTPClient
import HTTPFormat
import Sandbox

/// `stripe-mirakl demo`: the real server against both sandboxes, from the first charge to its
/// books.
public final class Demo {
  public struct Options: Sendable {
    public var orders: Int
    public var faultsPercent: Int
    public var seed: UInt64

    public init(orders: Int, faultsPercent: Int, seed: UInt64) {
      self.orders = orders
      self.faultsPercent = faultsPercent
      self.seed = seed
    }
  }

  private static let stripeKey = "sk_test_demo"
  private static let miraklKey = "demo-mirakl-key"
  private static let password = "demo-password"
  private static let webhookSecret = "whsec_demo"
  private static let basketKey = "mirakl_commercial_order_id"

  private let options: Options
  private let screen = DemoScreen()
  private let transport = CurlTransport(CurlTransport.Options(userAgent: "stripe-mirakl-demo"))
  private let folder: String
  private let port: UInt16
  private let stripe: StripeSandbox
  private let mirakl: MiraklSandbox
  private let marketplace: DemoMarketplace
  private var chargeOfBasket: [String: String] = [:]
  private var accountOfShop: [Int64: String] = [:]

  /// - Returns: whether the books agree to the minor unit.
  /// - Throws: `StartFailure` if something cannot be started.
  public static func run(_ options: Options) throws -> Bool {
    Signals.ignoreBrokenPipes()
    return try Demo(options).run()
  }

  private init(_ options: Options) throws {
    self.options = options
    folder = "/tmp/stripe-mirakl-demo-\(getpid())"
    guard mkdir(folder, 0o700) == 0 else {
      throw StartFailure(
        description: "\(folder) cannot be made: " + String(cString: strerror(errno)))
    }
    port = try FreePort.find()
    let clock: @Sendable () -> Int64 = { SystemClock().nowMs }
    let server = "http://127.0.0.1:\(port)"
    stripe = StripeSandbox(
      secretKey: Self.stripeKey, seed: options.seed,
      endpoints: [
        WebhookEndpoint(
          url: server + "/api/public/webhook/operator", secret: Self.webhookSecret, connect: false),
        WebhookEndpoint(
          url: server + "/api/public/webhook/sellers", secret: Self.webhookSecret, connect: true),
      ],
      faults: FaultPlan(seed: options.seed, percent: options.faultsPercent), nowMs: clock)
    mirakl = MiraklSandbox(
      apiKey: Self.miraklKey,
      faults: FaultPlan(seed: options.seed &+ 1, percent: options.faultsPercent), nowMs: clock)
    marketplace = DemoMarketplace(
      orders: options.orders, seed: options.seed, nowMs: SystemClock().nowMs)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func run() throws -> Bool {
    let began = SystemClock().nowMs
    let stripeServer = try SandboxServer { [stripe] in stripe.handle($0) }
    let miraklServer = try SandboxServer { [mirakl] in mirakl.handle($0) }
    defer {
      stripeServer.stop()
      miraklServer.stop()
    }
    let server = try DemoServer(
      environment: environment(stripeServer, miraklServer), port: port,
      logPath: folder + "/server.log", password: Self.password, transport: transport)
    screen.line("stripe-mirakl \(Version.current) demo, seed \(options.seed)")
    screen.line("  Stripe sandbox  \(stripeServer.baseURL)")
    screen.line("  Mirakl sandbox  \(miraklServer.baseURL)")
    screen.line("  server          \(server.baseURL)")
    let courier = WebhookCourier(stripe, transport: transport)
    let isDone: Bool
    do {
      try openShops(server)
      sell()
      isDone = try awaitTransfers(server)
    } catch {
      courier.stopAndJoin()
      server.stop()
      throw error
    }
    let statuses = server.transferStatuses()
    courier.stopAndJoin()
    let exitStatus = server.stop()
    return report(isDone: isDone, statuses, exitStatus, elapsedMs: SystemClock().nowMs - began)
  }

  private func environment(
    _ stripeServer: SandboxServer, _ miraklServer: SandboxServer
  ) -> [String: String] {
    [
      "OPERATOR_PASSWORD": Self.password, "BASE_HOST": "localhost", "SCHEME": "http",
      "STRIPE_CLIENT_SECRET": Self.stripeKey, "STRIPE_API_BASE": stripeServer.baseURL,
      "STRIPE_WEBHOOK_SECRET": Self.webhookSecret, "MIRAKL_HOST_NAME": miraklServer.baseURL,
      "MIRAKL_API_KEY": Self.miraklKey, "ENABLE_PRODUCT_PAYMENT_SPLIT": "true",
      "LISTEN_ADDRESS": "127.0.0.1:\(port)", "DATABASE_URL": "sqlite://\(folder)/demo.db",
      "SCHEDULE_SPLIT": "1s", "PAYMENT_VALIDATION": "off", "SCHEDULE_ONBOARDING": "off", "START_DATE": "all",
      "STRIPE_REQUESTS_PER_SECOND": "1000",
      "MIRAKL_REQUESTS_PER_MINUTE": "6000", "LOG_FORMAT": "text", "HTTP_TIMEOUT_SECONDS": "5",
    ]
  }

  private func openShops(_ server: DemoServer) throws {
    for shop in marketplace.shops {
      mirakl.addShop(SandboxShop(id: shop, name: "Shop \(shop)"))
      let account = stripe.createAccount(metadata: ["miraklShopId": "\(shop)"]) {
        $0.payoutInterval = "manual"
      }
      accountOfShop[shop] = account
      try map(shop, account, server)
    }
    screen.line(
      "\(marketplace.shops.count) shops mapped to connected accounts by POST /api/mappings")
  }

  /// The neighbours may fail on purpose: asked again, as an operator would.
  private func map(_ shop: Int64, _ account: String, _ server: DemoServer) throws {
    var answer = ""
    for _ in 0..<20 {
      let response = server.post(
        "/api/mappings", "{\"miraklShopId\":\(shop),\"stripeUserId\":\"\(account)\"}")
      if response?.status == 201 || response?.status == 409 { return }
      answer = String(decoding: response?.body ?? [], as: UTF8.self)
    }
    throw StartFailure(description: "shop \(shop) could not be mapped: \(answer)")
  }

  /// Creates every basket: its charge at Stripe, its orders at Mirakl. Some orders are accepted and
  /// some payments captured only later, so that polling and webhooks both have work.
  private func sell() {
    for basket in marketplace.baskets {
      var charge = NewCharge(
        amount: basket.total, currency: basket.currency.code.lowercased(),
        outcome: basket.payment == .captured
          ? .captured : basket.payment == .lateCapture ? .authorized : .failed,
        metadata: [Self.basketKey: basket.id])
      charge.fee = 0
      // With an intent the customer could try again: its orders would wait for that.
      charge.hasPaymentIntent = basket.payment != .failed
      chargeOfBasket[basket.id] = stripe.createCharge(charge).charge
      for order in basket.orders { mirakl.addOrder(order.template) }
    }
    screen.line(
      "\(marketplace.orderCount) orders in \(marketplace.baskets.count) baskets; "
        + "\(marketplace.payableCount) must be paid")
  }

  private func finishLateOnes() {
    for basket in marketplace.baskets {
      if basket.payment == .lateCapture, let charge = chargeOfBasket[basket.id] {
        stripe.captureCharge(charge)
      }
      for order in basket.orders where order.fate == .lateAcceptance {
        mirakl.updateOrder(order.id) {
          $0.state = "SHIPPING"
          $0.customerDebitedMs = SystemClock().nowMs
        }
      }
    }
    screen.line("late orders accepted, authorised payments captured")
  }

  /// Waits until every payable order is paid and the server says that nothing is left, then through
  /// two further passes: what would be paid twice would be paid then.
  private func awaitTransfers(_ server: DemoServer) throws -> Bool {
    let deadlineMs = SystemClock().nowMs + 60_000 + Int64(options.orders) * 50
    var (areLateOnesDone, quietSinceMs): (Bool, Int64?) = (false, nil)
    let early = marketplace.baskets.filter { $0.payment == .captured }
      .reduce(0) { $0 + $1.orders.filter { $0.fate == .plain }.count }
    while SystemClock().nowMs < deadlineMs {
      let made = stripe.transfers.count
      screen.progress(made, of: marketplace.payableCount, "transfers")
      if !areLateOnesDone, made >= early {
        finishLateOnes()
        areLateOnesDone = true
      }
      if made >= marketplace.payableCount, isSettled(server) {
        let nowMs = SystemClock().nowMs
        quietSinceMs = quietSinceMs ?? nowMs
        if nowMs - (quietSinceMs ?? nowMs) > 2_500 { return true }
      } else {
        quietSinceMs = nil
      }
      usleep(100_000)
    }
    return false
  }

  private func isSettled(_ server: DemoServer) -> Bool {
    let open = ["TRANSFER_ON_HOLD", "TRANSFER_PENDING", "TRANSFER_FAILED", "TRANSFER_IGNORED"]
    let statuses = server.transferStatuses()
    return open.allSatisfy { statuses[$0] == nil }
      && statuses.values.reduce(0, +) == marketplace.orderCount
  }

  private func report(
    isDone: Bool, _ statuses: [String: Int], _ exitStatus: Int32, elapsedMs: Int64
  ) -> Bool {
    let books = Reconciliation(
      marketplace, stripe, chargeOfBasket: chargeOfBasket, accountOfShop: accountOfShop)
    screen.line("")
    for (status, count) in statuses.sorted(by: { $0.key < $1.key }) {
      screen.line("  \(count) \(status)")
    }
    let faults = [stripe.faults, mirakl.faults].map { $0.counts.values.reduce(0, +) }.reduce(0, +)
    if options.faultsPercent > 0 {
      screen.line("  \(faults) calls failed on purpose (lost answers, 429, 500, 409)")
    }
    screen.line("")
    for line in books.table() { screen.line(line) }
    screen.line("")
    for problem in books.problems.prefix(20) { screen.line("  PROBLEM: \(problem)") }
    if !isDone { screen.line("  PROBLEM: not everything was settled in time") }
    if exitStatus != 0 { screen.line("  PROBLEM: the server ended with status \(exitStatus)") }
    let isBalanced = books.isBalanced && isDone && exitStatus == 0
    let seconds = "\(elapsedMs / 1_000).\(elapsedMs % 1_000 / 100) s"
    screen.line(
      isBalanced
        ? "Balanced in \(seconds): every charge = transfers + commission + what stays with the "
          + "operator; each transfer made once."
        : "NOT BALANCED after \(seconds). Replay with --seed \(options.seed).")
    return isBalanced
  }
}
