/// Everything that the Stripe sandbox remembers.
struct StripeState: Sendable {
  let livemode: Bool
  let apiVersion: String
  let platform: String
  var endpoints: [WebhookEndpoint]
  var generator: SeededGenerator

  var accounts = Table<SandboxAccount>()
  var charges = Table<SandboxCharge>()
  var intents = Table<SandboxPaymentIntent>()
  var transfers = Table<SandboxTransfer>()
  var refunds = Table<SandboxRefund>()
  var reversals = Table<SandboxReversal>()
  /// The statuses of the next refunds.
  var refundScript: [String] = []
  var transactions = Table<BalanceTransaction>()
  var payouts = Table<SandboxPayout>()
  var events = Table<StripeEvent>()
  /// Those that were registered through the API, beside `endpoints`.
  var webhookEndpoints = Table<SandboxWebhookEndpoint>()
  /// By account, then by currency.
  var balances: [String: [String: SandboxBalance]] = [:]

  /// Positions in the tables, ascending.
  var chargesByGroup: [String: [Int]] = [:]
  var chargesByIntent: [String: [Int]] = [:]
  var transfersByGroup: [String: [Int]] = [:]
  var transfersByDestination: [String: [Int]] = [:]
  /// Balance transactions that wait for a charge to settle, by charge.
  var unsettled: [String: [String]] = [:]

  /// Account and login links, in the order they were made.
  var links: [String] = []

  /// What the key may not do: the name of the missing permission, by operation.
  var denied: [String: String] = [:]

  var keys = IdempotencyStore()
  var deliveries: [PendingDelivery] = []
  var served: [String: Int] = [:]

  init(
    seed: UInt64, livemode: Bool, apiVersion: String, endpoints: [WebhookEndpoint], nowMs: Int64
  ) {
    self.livemode = livemode
    self.apiVersion = apiVersion
    self.endpoints = endpoints
    generator = SeededGenerator(seed: seed)
    platform = "acct_1" + generator.token(15)
    var account = SandboxAccount(id: platform, createdMs: nowMs)
    account.finishOnboarding()
    accounts[platform] = account
  }

  /// `tr_3S…`: the prefix and as many characters as Stripe's own have.
  mutating func newID(_ prefix: String, length: Int = 24) -> String {
    "\(prefix)_\(generator.token(length))"
  }
}
