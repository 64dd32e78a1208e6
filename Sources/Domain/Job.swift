/// A piece of queued work. One per `kind` and `key` is open at any time, so work on one order,
/// charge or account is serial, and across them parallel.
public struct Job: Hashable, Sendable {
  /// What is done. Stored; never rename one.
  public enum Kind: String, CaseIterable, Sendable {
    /// Decide and pay one product order; key: the order id.
    case splitOrder = "split_order"
    /// Decide and pay one service order; key: the order id.
    case splitServiceOrder = "split_service_order"
    /// Read the orders, documents and shops that Mirakl's callbacks named; key: `callbacks`.
    case readOrders = "read_orders"
    /// Read a charge again and record it; key: the charge id.
    case readCharge = "read_charge"
    /// Read a payment intent and record its charge; key: the payment intent id.
    case readPaymentIntent = "read_payment_intent"
    /// Account, mapping and link of one shop; key: the shop's number.
    case onboardShop = "onboard_shop"
    /// Read a connected account again and act upon it; key: the account id.
    case readAccount = "read_account"
    /// A seller has disconnected the platform; key: the account id.
    case deauthorizeAccount = "deauthorize_account"
    /// Write the links and KYC states that wait to Mirakl (S07); one key for all.
    case writeShops = "write_shops"
    /// Answer one debit of a product order (PA01); key: `Debit.subject`.
    case confirmDebit = "confirm_debit"
    /// Answer one debit of a service order (SPA01); key: the debit id.
    case confirmServiceDebit = "confirm_service_debit"
    /// Read the debits that Mirakl waits for, all of them; key: `all`.
    case readDebits = "read_debits"
    /// Read the orders of the baskets that are to be looked at again; key: `all`.
    case readBaskets = "read_baskets"
    /// Decide about the authorised payment of one basket; key: the commercial id.
    case captureBasket = "capture_basket"
    /// Decide and settle one billing document; key: the invoice id.
    case settleDocument = "settle_document"
    /// Read a payout again and record it; key: account/payout.
    case readPayout = "read_payout"
    /// Tell Mirakl that a payout was paid; key: the invoice id.
    case confirmPayout = "confirm_payout"
    /// Look at the waiting payouts of an account again; key: what changed/account.
    case wakePayouts = "wake_payouts"
    /// Give one refund back, confirm it, reverse its transfers; key: kind and refund id.
    case refund
    /// Read a refund again from Stripe; key: Stripe's refund id.
    case readRefund = "read_refund"
    /// Read a transfer again from Stripe: some of it was taken back; key: the transfer id.
    case readTransfer = "read_transfer"
    /// Send one notification to the operator; key: its number.
    case notify
  }

  /// Where it stands. Stored; never rename one.
  public enum State: String, CaseIterable, Sendable {
    case available, running, waiting, held, done, dead

    /// Every move that exists. A test compares the names with the SQL.
    public var successors: Set<State> {
      switch self {
      case .available, .waiting: [.running]  // its time came
      case .running: [.done, .waiting, .available, .held, .dead, .running]  // again: lease expired
      case .held: [.available, .dead]  // the world changed, or an operator decided
      case .done, .dead: []
      }
    }

    public var isOpen: Bool { self != .done && self != .dead }
  }

  public var id: Int64
  public var kind: Kind
  public var key: String
  /// Claims so far, this one included.
  public var attempts: Int
  /// How often it was asked for; compared when it is finished, so that a signal which arrived
  /// while it ran is not lost.
  public var signals: Int64
  /// Names this claim. Only its holder may finish the job.
  public var lease: Int64

  public init(id: Int64, kind: Kind, key: String, attempts: Int, signals: Int64, lease: Int64) {
    self.id = id
    self.kind = kind
    self.key = key
    self.attempts = attempts
    self.signals = signals
    self.lease = lease
  }
}
