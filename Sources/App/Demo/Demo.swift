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
    let books: Reconciliation
    let settled: SettlementBooks
    do {
      try openShops(server)
      sell()
      isDone = try awaitTransfers(server)
      books = Reconciliation(
        marketplace, stripe, chargeOfBasket: chargeOfBasket, accountOfShop: accountOfShop)
      stripe.settle()
      let refunds = try refundSome()
      settled = SettlementBooks(refunds, try closeCycle(refunds), stripe, mirakl)
    } catch {
      courier.stopAndJoin()
      server.stop()
      throw error
    }
    let statuses = server.transferStatuses()
    courier.stopAndJoin()
    let exitStatus = server.stop()
    return report(
      isDone: isDone, books, settled, statuses, exitStatus,
      elapsedMs: SystemClock().nowMs - began)
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
      "SCHEDULE_ONBOARDING": "1s", "SCHEDULE_VALIDATION": "1s", "SCHEDULE_SPLIT": "1s",
      "SCHEDULE_REFUND": "1s", "SCHEDULE_SETTLEMENT": "1s", "START_DATE": "all",
      "ENABLE_PRODUCT_PAYMENT_REFUND": "true", "CONFIRM_PAYOUTS_IN_MIRAKL": "invoice",
      "STRIPE_REQUESTS_PER_SECOND": "1000",
      "MIRAKL_REQUESTS_PER_MINUTE": "6000", "LOG_FORMAT": "text", "HTTP_TIMEOUT_SECONDS": "5",
    ]
  }

  /// The server makes an account for every shop; then the sellers complete theirs.
  private func openShops(_ server: DemoServer) throws {
    for shop in marketplace.shops { mirakl.addShop(SandboxShop(id: shop, name: "Shop \(shop)")) }
    try wait("accounts", of: marketplace.shops.count) { [stripe] in stripe.accounts.count }
    for account in stripe.accounts {
      guard let shop = account.metadata["miraklShopId"].flatMap({ Int64($0) }) else { continue }
      accountOfShop[shop] = account.id
      stripe.completeOnboarding(account.id)
    }
    try wait("sellers identified", of: marketplace.shops.count) { server.payableShops() }
    screen.line("\(marketplace.shops.count) sellers onboarded, each with one connected account")
  }

  /// - Throws: `StartFailure` if it does not come about in time.
  private func wait(_ what: String, of total: Int, _ count: () -> Int) throws {
    let deadlineMs = SystemClock().nowMs + 60_000 + Int64(options.orders) * 50
    while SystemClock().nowMs < deadlineMs {
      let done = count()
      screen.progress(done, of: total, what)
      if done >= total { return }
      usleep(100_000)
    }
    throw StartFailure(description: "not in time: \(total) \(what)")
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
      let isDebited = basket.payment != .lateCapture
      for order in basket.orders where order.fate == .lateAcceptance {
        mirakl.updateOrder(order.id) {
          $0.state = DemoMarketplace.accepted(isDebited)
          $0.customerDebitedMs = isDebited ? SystemClock().nowMs : nil
        }
      }
    }
    screen.line("late orders accepted; the server confirms and captures authorised payments")
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

  /// Asks for the refund of a part of every ninth order that was paid, and waits for both sides.
  private func refundSome() throws -> [SettlementBooks.Refund] {
    var refunds: [SettlementBooks.Refund] = []
    let paid = marketplace.baskets.flatMap { basket in
      basket.payable.map { (basket.currency, $0) }
    }
    for (index, (currency, order)) in paid.enumerated() where index.isMultiple(of: 9) {
      // Below the smallest price and the smallest commission of a line.
      let refund = SettlementBooks.Refund(
        id: "\(9_000 + index)", order: order.id, currency: currency, amount: 150 * currency.step,
        commission: 7 * currency.step)
      mirakl.addRefund(
        refund.id, order: order.id, amount: currency.text(refund.amount),
        commission: currency.text(refund.commission))
      refunds.append(refund)
    }
    try wait("refunds", of: refunds.count) { [stripe] in stripe.refunds.count }
    try wait("reversals", of: refunds.count) { [stripe] in stripe.reversals.count }
    screen.line("\(refunds.count) customers refunded, the sellers' shares reversed")
    return refunds
  }

  /// Closes the billing cycle of every seller: a document per currency that pays out what is there,
  /// less a subscription for every second seller.
  private func closeCycle(
    _ refunds: [SettlementBooks.Refund]
  ) throws -> [SettlementBooks.Document] {
    var earned: [Int64: [DemoCurrency: Int64]] = [:]
    let given = Dictionary(uniqueKeysWithValues: refunds.map { ($0.order, $0.share) })
    for basket in marketplace.baskets {
      for order in basket.payable {
        earned[order.shop, default: [:]][basket.currency, default: 0] +=
          order.sellerShare - (given[order.id] ?? 0)
      }
    }
    var documents: [SettlementBooks.Document] = []
    for (shop, currencies) in earned.sorted(by: { $0.key < $1.key }) {
      for (currency, amount) in currencies.sorted(by: { $0.key.code < $1.key.code }) {
        documents.append(
          document(Int64(documents.count + 70_001), shop, currency, earned: amount))
      }
    }
    try wait("payouts", of: documents.count { $0.payout > 0 }) { [stripe] in
      stripe.payouts.count
    }
    for payout in stripe.payouts { stripe.payPayout(payout.id) }
    try wait("documents paid in Mirakl", of: documents.count { $0.payout > 0 }) { [mirakl] in
      mirakl.invoices.count { $0.paymentState == "PAID" }
    }
    screen.line("\(documents.count) billing documents settled and paid out")
    return documents
  }

  private func document(
    _ id: Int64, _ shop: Int64, _ currency: DemoCurrency, earned: Int64
  ) -> SettlementBooks.Document {
    let subscription = shop.isMultiple(of: 2) ? min(earned, 99 * currency.step) : 0
    var invoice = SandboxInvoice(
      id: id, shopID: shop, amountTransferred: currency.text(earned - subscription))
    invoice.currency = currency.code
    invoice.subscription = currency.text(-subscription)
    mirakl.addInvoice(invoice)
    return SettlementBooks.Document(
      id: id, account: accountOfShop[shop] ?? "", currency: currency, subscription: subscription,
      payout: earned - subscription)
  }

  private func isSettled(_ server: DemoServer) -> Bool {
    let open = ["TRANSFER_ON_HOLD", "TRANSFER_PENDING", "TRANSFER_FAILED", "TRANSFER_IGNORED"]
    let statuses = server.transferStatuses()
    return open.allSatisfy { statuses[$0] == nil }
      && statuses.values.reduce(0, +) == marketplace.orderCount
  }

  private func report(
    isDone: Bool, _ books: Reconciliation, _ settled: SettlementBooks, _ statuses: [String: Int],
    _ exitStatus: Int32, elapsedMs: Int64
  ) -> Bool {
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
    for line in settled.table() { screen.line(line) }
    screen.line("")
    for problem in (books.problems + settled.problems).prefix(20) {
      screen.line("  PROBLEM: \(problem)")
    }
    if !isDone { screen.line("  PROBLEM: not everything was settled in time") }
    if exitStatus != 0 { screen.line("  PROBLEM: the server ended with status \(exitStatus)") }
    let isBalanced = books.isBalanced && settled.isBalanced && isDone && exitStatus == 0
    let seconds = "\(elapsedMs / 1_000).\(elapsedMs % 1_000 / 100) s"
    screen.line(
      isBalanced
        ? "Balanced in \(seconds): every charge = transfers + commission + what stays with the "
          + "operator; each movement made once; nothing left with the sellers."
        : "NOT BALANCED after \(seconds). Replay with --seed \(options.seed).")
    return isBalanced
  }
}
