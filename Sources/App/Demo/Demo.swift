import FoundationEssentials
import Glibc
import HTTPClient
import Sandbox

/// `stripe-mirakl demo`: the real server against both sandboxes, from the first shop to its books.
public final class Demo {
  public struct Options: Sendable {
    public var orders: Int
    public var faultsPercent: Int
    public var seed: UInt64
    /// Leaves everything running afterwards, until SIGINT or SIGTERM.
    public var stays: Bool

    public init(orders: Int, faultsPercent: Int, seed: UInt64, stays: Bool = false) {
      self.orders = orders
      self.faultsPercent = faultsPercent
      self.seed = seed
      self.stays = stays
    }
  }

  /// Between two passes of a kind. What must be seen at once comes by webhook.
  private static let passSeconds: Int64 = 2
  private static let password = "demo-password"

  private let options: Options
  private let screen = DemoScreen()
  private let transport = CurlTransport(CurlTransport.Options(userAgent: "stripe-mirakl-demo"))
  private let folder: String
  private let port: UInt16
  private let stage: DemoStage
  private var stripe: StripeSandbox { stage.stripe }
  private var mirakl: MiraklSandbox { stage.mirakl }
  private var marketplace: DemoMarketplace { stage.marketplace }

  /// - Returns: whether the books agree to the minor unit.
  /// - Throws: `StartFailure` if something cannot be started.
  public static func run(_ options: Options) throws -> Bool {
    if options.stays { Signals.block() } else { Signals.ignoreBrokenPipes() }
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
    stage = try DemoStage(
      server: "http://127.0.0.1:\(port)", orders: options.orders,
      faultsPercent: options.faultsPercent, seed: options.seed)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func run() throws -> Bool {
    let began = SystemClock().nowMs
    defer { stage.stop() }
    let server = try DemoServer(
      environment: environment, port: port, logPath: folder + "/server.log",
      password: Self.password, transport: transport)
    screen.line("stripe-mirakl \(Version.current) demo, seed \(options.seed)")
    screen.line("  Stripe sandbox  \(stage.stripeURL)")
    screen.line("  Mirakl sandbox  \(stage.miraklURL)")
    screen.line("  server          \(server.baseURL)")
    let books: DemoBooks
    do { books = try play(server) } catch {
      server.stop()
      throw error
    }
    let statuses = server.transfers().reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    // The simulators stay until the server has ended: it finishes what is in its hands.
    let exitStatus = options.stays ? 0 : server.stop()
    let isBalanced = report(
      books, statuses, exitStatus, elapsedMs: SystemClock().nowMs - began)
    guard options.stays else { return isBalanced }
    screen.line("")
    screen.line("The server stays at \(server.baseURL): GET /api/transfers, /api/refunds,")
    screen.line("/api/payouts, /api/mappings with X-AUTH-TOKEN: \(Self.password). Ctrl-C ends it.")
    while Signals.wait() == .reload {}
    server.stop()
    return isBalanced
  }

  private var environment: [String: String] {
    var environment = [
      "OPERATOR_PASSWORD": Self.password, "BASE_HOST": "localhost", "SCHEME": "http",
      "LISTEN_ADDRESS": "127.0.0.1:\(port)", "DATABASE_URL": "sqlite://\(folder)/demo.db",
      "STRIPE_REQUESTS_PER_SECOND": "1000", "MIRAKL_REQUESTS_PER_MINUTE": "6000",
      "LOG_FORMAT": "text", "HTTP_TIMEOUT_SECONDS": "5",
    ]
    for pass in ["ONBOARDING", "VALIDATION", "SPLIT", "REFUND", "SETTLEMENT"] {
      environment["SCHEDULE_\(pass)"] = "\(Self.passSeconds)s"
    }
    for (name, value) in stage.environment { environment[name] = value }
    return environment
  }

  /// The life of the marketplace.
  private func play(_ server: DemoServer) throws -> DemoBooks {
    try openShops(server)
    stage.sell()
    let services = marketplace.baskets.reduce(0) { $0 + $1.orders.count { $0.isService } }
    screen.line(
      "\(marketplace.orderCount) orders (\(services) of services) in "
        + "\(marketplace.baskets.count) baskets; \(marketplace.payableCount) must be paid")
    let isDone = try awaitTransfers(server)
    stripe.settle()
    // The operator keeps funds at Stripe, so that customers get refunds before sellers gave
    // their share back.
    for currency in DemoCurrency.all {
      stripe.addFunds(DemoBooks.topUp, currency: currency.code.lowercased())
    }
    let refunds = try refund()
    let documents = try closeCycle(refunds, server)
    return DemoBooks(
      stage, refunds: refunds, documents: documents, rows: server.transfers(), isDone: isDone)
  }

  /// The server makes an account for every shop; then the sellers complete theirs.
  private func openShops(_ server: DemoServer) throws {
    stage.openShops()
    let count = marketplace.shops.count
    try wait("accounts", of: count) { stripe.accounts.count - 1 }  // less the tax account
    stage.completeAccounts()
    try wait("sellers identified", of: count) { server.payableShops() }
    screen.line("\(count) sellers onboarded, each with one connected account")
  }

  private var patienceMs: Int64 { 60_000 + Int64(options.orders) * 50 }

  /// - Throws: `StartFailure` if it does not come about in time.
  private func wait(_ what: String, of total: Int, _ count: () -> Int) throws {
    let deadlineMs = SystemClock().nowMs + patienceMs
    while SystemClock().nowMs < deadlineMs {
      let done = count()
      screen.progress(done, of: total, what)
      if done >= total { return }
      usleep(100_000)
    }
    throw StartFailure(
      description: "not in time: \(total) \(what) (seed \(options.seed))")
  }

  /// Waits until every payable order is paid and the server says that nothing is left, then through
  /// two further passes: what would be paid twice would be paid then.
  private func awaitTransfers(_ server: DemoServer) throws -> Bool {
    let deadlineMs = SystemClock().nowMs + patienceMs
    var (acceptedMs, quietSinceMs): (Int64?, Int64?) = (nil, nil)
    let early = marketplace.baskets.filter { $0.payment == .captured }
      .reduce(0) { $0 + $1.orders.filter { $0.fate == .plain }.count }
    let total = marketplace.transferCount
    while SystemClock().nowMs < deadlineMs {
      let made = stripe.transfers.count
      screen.progress(made, of: total, "transfers")
      if acceptedMs == nil, made >= early {
        acceptedMs = SystemClock().nowMs
        stage.acceptLateOrders()
        screen.line("late orders accepted: Mirakl's callbacks tell the server")
      }
      if made >= total, isSettled(server) {
        let nowMs = SystemClock().nowMs
        quietSinceMs = quietSinceMs ?? nowMs
        if nowMs - (quietSinceMs ?? nowMs) > (2 * Self.passSeconds + 1) * 1_000 {
          sayHowFast(acceptedMs ?? nowMs)
          return true
        }
      } else {
        quietSinceMs = nil
      }
      usleep(100_000)
    }
    return false
  }

  private func sayHowFast(_ acceptedMs: Int64) {
    let late = Set(
      marketplace.baskets.filter { $0.payment == .captured }
        .flatMap { $0.payable.filter { $0.fate == .lateAcceptance }.map(\.id) })
    let times = stripe.transfers.filter { late.contains($0.metadata["miraklId"] ?? "") }
      .map { $0.createdMs - acceptedMs }.sorted()
    guard !times.isEmpty else { return }
    screen.line(
      "\(mirakl.callbackCount) callbacks; accepted orders were confirmed and paid "
        + "\(times[times.count / 2]) ms after it (median)")
  }

  /// Whether every order has its final status: those of a disputed payment wait, the others are
  /// paid or aborted.
  private func isSettled(_ server: DemoServer) -> Bool {
    let rows = server.transfers()
    let statuses = Dictionary(rows.map { ($0.miraklId, $0.status) }) { first, _ in first }
    for basket in marketplace.baskets {
      let done =
        basket.payment == .disputed
        ? ["TRANSFER_ON_HOLD", "TRANSFER_ABORTED"] : ["TRANSFER_CREATED", "TRANSFER_ABORTED"]
      for order in basket.orders where !done.contains(statuses[order.id] ?? "") { return false }
    }
    let authorised = Set(
      marketplace.baskets.filter { $0.payment == .lateCapture }
        .compactMap { stage.chargeOfBasket[$0.id] })
    return stripe.charges.allSatisfy {
      !authorised.contains($0.id) || $0.isCaptured || $0.isReleased
    }
  }

  /// Waits for both sides of every refund, and for Mirakl to be told.
  private func refund() throws -> [DemoRefund] {
    let refunds = stage.askForRefunds()
    let reversals = refunds.reduce(0) { $0 + ($1.tax > 0 ? 2 : 1) }
    try wait("refunds", of: refunds.count) { stripe.refunds.count }
    try wait("reversals", of: reversals) { stripe.reversals.count }
    try wait("refunds confirmed to Mirakl", of: refunds.count) {
      mirakl.orderRefunds.count { $0.state == "REFUNDED" }
        + mirakl.serviceRefunds.count { $0.state == "OK" }
    }
    screen.line("\(refunds.count) refunds made and confirmed, the shares of each reversed")
    return refunds
  }

  /// Closes the billing cycle of every seller and waits until the payouts have arrived.
  private func closeCycle(
    _ refunds: [DemoRefund], _ server: DemoServer
  ) throws -> [DemoDocument] {
    let documents = DemoDocument.close(stage, refunds)
    for document in documents { mirakl.addInvoice(document.invoice) }
    let payouts = documents.count { $0.payout > 0 }
    try wait("payouts", of: payouts) { stripe.payouts.count }
    for payout in stripe.payouts { stripe.payPayout(payout.id) }
    try wait("documents paid in Mirakl", of: payouts) {
      mirakl.invoices.count { $0.paymentState == "PAID" }
    }
    let owing = documents.count { $0.owed > 0 }
    try wait("debts reported", of: owing) {
      server.transfers().count { $0.type == "TRANSFER_SUBSCRIPTION" && $0.isOpen }
    }
    screen.line("\(documents.count) billing documents settled, \(payouts) payouts")
    return documents
  }

  private func report(
    _ books: DemoBooks, _ statuses: [String: Int], _ exitStatus: Int32, elapsedMs: Int64
  ) -> Bool {
    screen.line("")
    for (status, count) in statuses.sorted(by: { $0.key < $1.key }) {
      screen.line("  \(count) \(status)")
    }
    let faults = [stripe.faults, mirakl.faults].map { $0.counts.values.reduce(0, +) }.reduce(0, +)
    if options.faultsPercent > 0 {
      screen.line("  \(faults) calls failed on purpose (lost answers, 429, 500, 409)")
    }
    for table in books.tables() {
      screen.line("")
      for line in table { screen.line(line) }
    }
    screen.line("")
    for problem in books.problems.prefix(20) { screen.line("  PROBLEM: \(problem)") }
    if exitStatus != 0 { screen.line("  PROBLEM: the server ended with status \(exitStatus)") }
    let isBalanced = books.problems.isEmpty && exitStatus == 0
    let seconds = "\(elapsedMs / 1_000).\(elapsedMs % 1_000 / 100) s"
    screen.line(
      isBalanced
        ? "Balanced in \(seconds): every charge = transfers + taxes + commission + what stays with "
          + "the operator, less refunds; each movement made once; nothing left with the sellers "
          + "but what is reported; Mirakl and Stripe agree."
        : "NOT BALANCED after \(seconds). Replay with --seed \(options.seed).")
    return isBalanced
  }
}
