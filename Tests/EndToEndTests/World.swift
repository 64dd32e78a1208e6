import FoundationEssentials
import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@testable import App

/// Both neighbours over loopback HTTP, and the real program beside them.
final class World: Sendable {
  static let stripeKey = "sk_test_endtoend"
  static let webhookSecret = "whsec_endtoend"
  static let password = "end to end"

  let folder = TemporaryFolder()
  let stripe: StripeSandbox
  let mirakl: MiraklSandbox
  let port: UInt16
  private let transport = CurlTransport(CurlTransport.Options(userAgent: "tests"))
  private let front = Monitor(FrontBox())
  private let miraklFront = Monitor(FrontBox())
  private let stripeServer: SandboxServer
  private let miraklServer: SandboxServer

  /// Stands between the program and a sandbox.
  typealias Front = @Sendable (Request, (Request) -> Reply) -> Reply?
  private struct FrontBox: Sendable { var handle: Front? }

  init() throws {
    let clock: @Sendable () -> Int64 = { SystemClock().nowMs }
    let port = try FreePort.find()
    let stripe = StripeSandbox(
      secretKey: Self.stripeKey, seed: 11,
      endpoints: [
        WebhookEndpoint(
          url: "http://127.0.0.1:\(port)/api/public/webhook/operator", secret: Self.webhookSecret,
          connect: false)
      ], nowMs: clock)
    let mirakl = MiraklSandbox(apiKey: "mirakl-key", nowMs: clock)
    (self.stripe, self.mirakl, self.port) = (stripe, mirakl, port)
    stripeServer = try SandboxServer { [front] request in
      let handle = front.withLock { $0.handle }
      return handle?(request, stripe.handle) ?? stripe.handle(request)
    }
    miraklServer = try SandboxServer { [miraklFront] request in
      let handle = miraklFront.withLock { $0.handle }
      return handle?(request, mirakl.handle) ?? mirakl.handle(request)
    }
  }

  deinit {
    stripeServer.stop()
    miraklServer.stop()
  }

  func setFront(_ handle: @escaping Front) { front.withLock { $0.handle = handle } }

  func setMiraklFront(_ handle: @escaping Front) { miraklFront.withLock { $0.handle = handle } }

  // MARK: - The program

  /// Beside the test bundle: both come from one build.
  static let executable: String = {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(
      decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/stripe-mirakl"
  }()

  func environment(_ changes: [String: String?] = [:]) -> [String: String] {
    var environment = [
      "OPERATOR_PASSWORD": Self.password, "BASE_HOST": "localhost", "SCHEME": "http",
      "STRIPE_CLIENT_SECRET": Self.stripeKey, "STRIPE_API_BASE": stripeServer.baseURL,
      "STRIPE_WEBHOOK_SECRET": Self.webhookSecret, "MIRAKL_HOST_NAME": miraklServer.baseURL,
      "MIRAKL_API_KEY": "mirakl-key", "ENABLE_PRODUCT_PAYMENT_SPLIT": "true",
      "LISTEN_ADDRESS": "127.0.0.1:\(port)", "DATABASE_URL": "sqlite://\(folder.file("data.db"))",
      "START_DATE": "all", "STRIPE_REQUESTS_PER_SECOND": "1000",
      "MIRAKL_REQUESTS_PER_MINUTE": "6000", "ENABLE_SCHEDULER": "false", "LOG_FORMAT": "text",
      "WORKERS": "4", "HTTP_TIMEOUT_SECONDS": "5",
    ]
    for (name, value) in changes { environment[name] = value }
    return environment
  }

  /// Starts `stripe-mirakl serve`; returns when it is healthy, or has ended already.
  func serve(_ changes: [String: String?] = [:]) throws -> ChildProcess {
    let process = ChildProcess(
      Self.executable, ["serve"], environment: environment(changes),
      outputPath: folder.file("serve.log"))
    let isUp = Waiting.until(10_000) {
      get("/health")?.status == 200 || process.exitStatus(within: 0) != nil ? true : nil
    }
    #expect(isUp == true, "not healthy: \(process.output)")
    return process
  }

  func start(_ arguments: [String], _ changes: [String: String?] = [:]) -> ChildProcess {
    ChildProcess(
      Self.executable, arguments, environment: environment(changes),
      outputPath: folder.file(
        "run-\(arguments.joined(separator: "-").replacing("/", with: "_")).log"))
  }

  /// Runs the program to its end.
  func run(
    _ arguments: String..., changes: [String: String?] = [:], within milliseconds: Int64 = 60_000
  ) throws -> (status: Int32, output: String) {
    let process = start(arguments, changes)
    let status = try #require(process.exitStatus(within: milliseconds), "\(process.output)")
    return (status, process.output)
  }

  // MARK: - HTTP

  func get(_ path: String) -> IncomingResponse? { send("GET", path, [], nil) }

  func send(
    _ method: String, _ path: String, _ headers: [(name: String, value: String)], _ body: [UInt8]?
  ) -> IncomingResponse? {
    try? transport.send(
      OutgoingRequest(
        method: method, url: "http://127.0.0.1:\(port)\(path)",
        headers: [("X-AUTH-TOKEN", Self.password)] + headers, body: body, timeoutMs: 10_000))
  }

  /// A row of `GET /api/transfers`.
  struct Row: Decodable, Hashable, Sendable {
    var id: Int64
    var miraklId: String
    var status: String
    var statusReason: String?
    var amount: Int64?
    var currency: String?
    var transferId: String?
    var transactionId: String?
  }

  /// Every transfer that the operator sees, by the order.
  func rows() -> [String: Row] {
    var rows: [String: Row] = [:]
    for page in 1...100 {
      guard let answer = get("/api/transfers?page=\(page)"), answer.status == 200,
        let found = try? JSONDecoder().decode([Row].self, from: Data(answer.body)), !found.isEmpty
      else { break }
      for row in found { rows[row.miraklId] = row }
    }
    return rows
  }

  /// Posts what Stripe would send now.
  /// - Returns: how many were taken.
  @discardableResult
  func deliverWebhooks() -> Int {
    stripe.takeDeliveries().count { delivery in
      let path = delivery.url.replacing("http://127.0.0.1:\(port)", with: "")
      let headers = delivery.headers.fields.map { ($0.name, $0.value) }
      return send("POST", path, headers, delivery.body)?.status == 200
    }
  }

  // MARK: - The marketplace

  /// A shop, its account, and the mapping of both, made as an operator would.
  func openShop(_ id: Int64, map: Bool = true) throws -> String {
    mirakl.addShop(SandboxShop(id: id, name: "Shop \(id)"))
    let account = stripe.createAccount { $0.payoutInterval = "manual" }
    guard map else { return account }
    let body = "{\"miraklShopId\":\(id),\"stripeUserId\":\"\(account)\"}"
    let answer = send("POST", "/api/mappings", [], Array(body.utf8))
    #expect(answer?.status == 201)
    return account
  }

  /// Orders of one shop, ten to a basket; 100.00 EUR less 10.00 each, all debited.
  /// - Returns: the ids of the orders.
  func addOrders(_ count: Int, shop: Int64, charged: Bool = true) -> [String] {
    (0..<count).map { number in
      let basket = "B-\(number / 10)"
      if charged, number % 10 == 0 { charge(basket, 1_000_00) }
      let id = "\(basket)-\(number % 10)"
      mirakl.addOrder(
        SandboxOrder(
          id: id, commercialID: basket, shopID: shop,
          lines: [.init(price: "100.00", commissionFee: "10.00")],
          customerDebitedMs: SystemClock().nowMs))
      return id
    }
  }

  @discardableResult
  func charge(_ basket: String, _ amount: Int64) -> String {
    stripe.createCharge(
      NewCharge(
        amount: amount, currency: "eur", metadata: ["mirakl_commercial_order_id": basket])
    ).charge
  }

  /// Waits until so many transfers were made.
  func awaitTransfers(_ count: Int, within milliseconds: Int64 = 20_000) -> Bool {
    Waiting.until(milliseconds) { stripe.transfers.count >= count ? true : nil } ?? false
  }

  /// The orders that were not paid exactly once, 90.00 EUR.
  func wronglyPaid(_ orders: [String]) -> [String] {
    let made = Dictionary(grouping: stripe.transfers) { $0.metadata["miraklId"] ?? "?" }
    return orders.filter { made[$0]?.map(\.amount) != [90_00] }
      + made.keys.filter { !orders.contains($0) }
  }
}
