import HTTPClient
import Sandbox

/// Both simulators on loopback HTTP with the courier that carries their webhooks, and a made-up
/// marketplace in them: everything around the product that is not the product.
final class DemoStage {
  static let stripeKey = "sk_test_demo"
  static let miraklKey = "demo-mirakl-key"
  static let webhookSecret = "whsec_demo"
  static let callbackAuthorization = "Bearer demo-callbacks"
  static let basketKey = "mirakl_commercial_order_id"

  let stripe: StripeSandbox
  let mirakl: MiraklSandbox
  let marketplace: DemoMarketplace
  /// Where taxes go.
  let taxAccount: String
  let stripeURL: String
  let miraklURL: String
  private(set) var chargeOfBasket: [String: String] = [:]
  private(set) var accountOfShop: [Int64: String] = [:]
  private let stripeServer: SandboxServer
  private let miraklServer: SandboxServer
  private let courier: WebhookCourier

  /// - Parameter server: The product's base URL, which gets the webhooks.
  /// - Throws: if a simulator cannot be started.
  init(
    server: String, orders: Int, faultsPercent: Int, seed: UInt64, stripePort: UInt16 = 0,
    miraklPort: UInt16 = 0
  ) throws {
    let clock: @Sendable () -> Int64 = { SystemClock().nowMs }
    let stripe = StripeSandbox(
      secretKey: Self.stripeKey, seed: seed,
      endpoints: [
        WebhookEndpoint(
          url: server + "/api/public/webhook/operator", secret: Self.webhookSecret, connect: false),
        WebhookEndpoint(
          url: server + "/api/public/webhook/sellers", secret: Self.webhookSecret, connect: true),
      ],
      faults: FaultPlan(seed: seed, percent: faultsPercent), nowMs: clock)
    let mirakl = MiraklSandbox(
      apiKey: Self.miraklKey, faults: FaultPlan(seed: seed &+ 1, percent: faultsPercent),
      nowMs: clock)
    mirakl.setCallbacks(
      MiraklCallback.Endpoint(
        url: server + "/api/public/webhook/mirakl", authorization: Self.callbackAuthorization))
    taxAccount = stripe.createAccount { $0.payoutInterval = "manual" }
    stripeServer = try SandboxServer(port: stripePort) { stripe.handle($0) }
    do {
      miraklServer = try SandboxServer(port: miraklPort) { mirakl.handle($0) }
    } catch {
      stripeServer.stop()
      throw error
    }
    (stripeURL, miraklURL) = (stripeServer.baseURL, miraklServer.baseURL)
    marketplace = DemoMarketplace(orders: orders, seed: seed)
    (self.stripe, self.mirakl) = (stripe, mirakl)
    courier = WebhookCourier(
      stripe, mirakl,
      transport: CurlTransport(CurlTransport.Options(userAgent: "stripe-mirakl-sandbox")))
  }

  /// Ends webhooks and simulators.
  func stop() {
    courier.stopAndJoin()
    stripeServer.stop()
    miraklServer.stop()
  }

  /// What the product must be told to work with this.
  var environment: [(name: String, value: String)] {
    [
      ("STRIPE_CLIENT_SECRET", Self.stripeKey), ("STRIPE_API_BASE", stripeURL),
      ("STRIPE_WEBHOOK_SECRET", Self.webhookSecret), ("MIRAKL_HOST_NAME", miraklURL),
      ("MIRAKL_API_KEY", Self.miraklKey),
      ("MIRAKL_WEBHOOK_AUTHORIZATION", Self.callbackAuthorization),
      ("STRIPE_TAX_ACCOUNT", taxAccount), ("ENABLE_PAYMENT_TAX_SPLIT", "true"),
      ("ENABLE_PRODUCT_PAYMENT_SPLIT", "true"), ("ENABLE_SERVICE_PAYMENT_SPLIT", "true"),
      ("ENABLE_PRODUCT_PAYMENT_REFUND", "true"), ("ENABLE_SERVICE_PAYMENT_REFUND", "true"),
      ("CONFIRM_PAYOUTS_IN_MIRAKL", "invoice"), ("START_DATE", "all"),
    ]
  }

  // MARK: - What people do

  /// Sellers open their shops.
  func openShops() {
    for shop in marketplace.shops { mirakl.addShop(SandboxShop(id: shop, name: "Shop \(shop)")) }
  }

  /// Sellers give Stripe everything that it wants, wherever an account was made for them.
  func completeAccounts() {
    for account in stripe.accounts {
      guard let shop = account.metadata["miraklShopId"].flatMap({ Int64($0) }) else { continue }
      accountOfShop[shop] = account.id
    }
    Self.completeAccounts(stripe)
  }

  static func completeAccounts(_ stripe: StripeSandbox) {
    for account in stripe.accounts
    where !account.detailsSubmitted && account.metadata["miraklShopId"] != nil {
      stripe.completeOnboarding(account.id)
    }
  }

  /// Customers buy every basket: its charge at Stripe, its orders at Mirakl. Some orders are
  /// accepted and some payments captured only later.
  func sell() {
    let nowMs = SystemClock().nowMs
    for basket in marketplace.baskets {
      var charge = NewCharge(
        amount: basket.total, currency: basket.currency.code.lowercased(),
        outcome: basket.payment == .lateCapture
          ? .authorized : basket.payment == .failed ? .failed : .captured,
        metadata: [Self.basketKey: basket.id])
      charge.fee = 0
      // With an intent the customer could try again: its orders would wait for that.
      charge.hasPaymentIntent = basket.payment != .failed
      let id = stripe.createCharge(charge).charge
      chargeOfBasket[basket.id] = id
      if basket.payment == .disputed { stripe.disputeCharge(id) }
      for order in basket.orders {
        if order.isService { sellService(order, basket) } else { sellGoods(order, basket, nowMs) }
      }
    }
  }

  private func sellGoods(_ order: DemoOrder, _ basket: DemoMarketplace.Basket, _ nowMs: Int64) {
    let (state, isDebited): (String, Bool) =
      switch order.fate {
      case .refused: ("REFUSED", false)
      case .lateAcceptance: ("WAITING_ACCEPTANCE", false)
      case .plain where basket.payment == .lateCapture: ("WAITING_DEBIT_PAYMENT", false)
      case .plain: ("SHIPPING", true)
      }
    mirakl.addOrder(
      order.product(
        basket: basket.id, currency: basket.currency, state: state,
        debitedMs: isDebited ? nowMs : nil))
  }

  private func sellService(_ order: DemoOrder, _ basket: DemoMarketplace.Basket) {
    mirakl.addServiceOrder(
      order.service(basket: basket.id, currency: basket.currency, state: "ORDER_PENDING"))
    mirakl.addServiceDebit(
      SandboxServiceDebit(
        id: "debit-\(order.id)", orderID: order.id, amount: basket.currency.text(order.gross),
        currency: basket.currency.code))
  }

  /// The sellers accept what waited for them. Mirakl then waits for the debit, unless it is told of
  /// the payment from elsewhere: where the payment is not good, nobody will confirm it.
  func acceptLateOrders() {
    let nowMs = SystemClock().nowMs
    for basket in marketplace.baskets {
      let isGood = basket.payment == .captured || basket.payment == .lateCapture
      for order in basket.orders where order.fate == .lateAcceptance {
        mirakl.updateOrder(order.id) {
          $0.state = isGood ? "WAITING_DEBIT_PAYMENT" : "SHIPPING"
          $0.customerDebitedMs = isGood ? nil : nowMs
        }
      }
    }
  }

  /// Customers want money back: of every third product order and every second service order a part,
  /// everything, or the shipping.
  func askForRefunds() -> [DemoRefund] {
    var refunds: [DemoRefund] = []
    var number = 0
    for basket in marketplace.baskets {
      for order in basket.payable {
        number += 1
        guard number.isMultiple(of: order.isService ? 2 : 3) else { continue }
        let kinds: [DemoOrder.RefundKind] = [.part, .whole, .shipping]
        refunds += order.ask(
          mirakl, kinds[number / (order.isService ? 2 : 3) % 3], id: 9_000 + number * 10,
          basket.currency)
      }
    }
    return refunds
  }
}
