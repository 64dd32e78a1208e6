import Glibc
import HTTPClient
import Sandbox
import TestSupport
import Testing

@testable import App

/// An operator of Stripe's PHP connector starts this program with the file that the connector had:
/// names of today, deprecated ones, and those of its framework.
@Suite struct SwitchFromPHPTests {
  private var environment: [String: String?] {
    [
      // Its framework's.
      "APP_ENV": "prod", "APP_SECRET": "4cf7f5b4d5e6", "APP_DEBUG": "0",
      "MESSENGER_TRANSPORT_DSN": "doctrine://default?auto_setup=0",
      "CORS_ALLOW_ORIGIN": "^https?://localhost(:[0-9]+)?$",
      // Deprecated there already.
      "STRIPE_WEBHOOK_SECRET": World.webhookSecret,
      "MIRAKL_METADATA_ORDER_ID": "the_order", "ENABLES_AUTOMATIC_TRANSFER_CREATION": "true",
      "ENABLES_AUTOMATIC_REFUND_CREATION": "true",
      // Its own.
      "MIRAKL_CUSTOM_FIELD_CODE": "stripe-url", "MIRAKL_IGNORED_SHOP_FIELD_CODE": "stripe-ignored",
      "REDIRECT_ONBOARDING": "", "STRIPE_PREFILL_ONBOARDING": "false",
      "ENABLE_SELLER_ONBOARDING": "true", "ENABLE_PAYMENT_TAX_SPLIT": "false",
      "STRIPE_TAX_ACCOUNT": "", "KYC_MIRAKL_SHOP_DISABLE_UPDATE": "false",
      "OPERATOR_NOTIFICATION_URL": "", "MAIL_ON_NOTIFICATION_ENDPOINT_DOWN": "true",
      "MAIL_ON_NOTIFICATION_ENDPOINT_DOWN_COOLDOWN": "10", "MAILER_DSN": "smtp://null",
      "TECHNICAL_ALERT_EMAIL": "ops@example.org",
      "TECHNICAL_ALERT_EMAIL_FROM": "connector@example.org",
      // Not in a PHP file.
      "ENABLE_PRODUCT_PAYMENT_SPLIT": nil, "START_DATE": nil, "WORKERS": nil, "LOG_FORMAT": nil,
    ]
  }

  @Test(
    "the PHP connector's variables and console names: split, refund, payout, each once (Q1, M2)")
  func wholeFile() throws {
    let world = try World()
    let changes = environment
    let server = try world.serve(changes)
    for (old, new) in [
      ("MIRAKL_METADATA_ORDER_ID", "PAYMENT_METADATA_COMMERCIAL_ORDER_ID"),
      ("ENABLES_AUTOMATIC_TRANSFER_CREATION", "ENABLE_PRODUCT_PAYMENT_SPLIT"),
      ("ENABLES_AUTOMATIC_REFUND_CREATION", "ENABLE_PRODUCT_PAYMENT_REFUND"),
    ] {
      #expect(server.output.contains("\(old) is deprecated: use \(new)"), "\(server.output)")
    }
    let account = try world.openShop(1)
    var charge = NewCharge(amount: 100_00, currency: "eur", metadata: ["the_order": "B-1"])
    charge.isSettled = true
    world.stripe.createCharge(charge)
    #expect(world.deliverWebhooks() > 0)
    world.mirakl.addOrder(
      SandboxOrder(
        id: "B-1-A", commercialID: "B-1", shopID: 1,
        lines: [.init(price: "100.00", commissionFee: "10.00")],
        customerDebitedMs: SystemClock().nowMs))

    func job(_ name: String) throws {
      let result = try world.run("run", name, changes: changes)
      #expect(result.status == 0, "\(name): \(result.output)")
    }
    for _ in 1...2 { try job("connector:dispatch:process-transfer") }
    #expect(world.wronglyPaid(["B-1-A"]).isEmpty)
    #expect(world.stripe.transfers.first?.destination == account)

    world.mirakl.addRefund("R-1", order: "B-1-A", amount: "30.00", commission: "3.00")
    for _ in 1...2 { try job("connector:dispatch:process-refund") }
    #expect(world.stripe.refunds.map(\.amount) == [30_00])
    #expect(world.stripe.reversals.map(\.amount) == [27_00])
    #expect(world.mirakl.orderRefunds.map(\.state) == ["REFUNDED"])

    world.mirakl.addInvoice(SandboxInvoice(id: 1, shopID: 1, amountTransferred: "63.00"))
    for _ in 1...2 { try job("connector:dispatch:process-payout") }
    #expect(world.stripe.payouts.map(\.amount) == [63_00])
    #expect(world.stripe.balances[account]?["eur"]?.total == 0)
    withExtendedLifetime(server) {}
  }
}
