/// A billing document (IV01), reduced to what decisions need.
public struct InvoiceSnapshot: Hashable, Sendable, Codable {
  /// The totals of a document that move money, in major units, taxes included.
  ///
  /// Mirakl counts from the seller's point of view: what the seller gets is positive. Its signs of
  /// single totals are not reliable, so directions follow from the field.
  public struct Summary: Hashable, Sendable, Codable {
    /// `amount_transferred`: what the seller is paid for the cycle, net.
    public var amountTransferred: MajorAmount
    /// `total_subscription_incl_tax`
    public var subscription: MajorAmount
    /// `total_other_credits_incl_tax`
    public var otherCredits: MajorAmount
    /// `total_other_invoices_incl_tax`
    public var otherInvoices: MajorAmount

    public init(
      amountTransferred: MajorAmount, subscription: MajorAmount, otherCredits: MajorAmount,
      otherInvoices: MajorAmount
    ) {
      self.amountTransferred = amountTransferred
      self.subscription = subscription
      self.otherCredits = otherCredits
      self.otherInvoices = otherInvoices
    }
  }

  /// `invoice_id`, the number that people see and IV07 takes.
  public var id: Int64
  /// `type`: `AUTO_INVOICE`, `MANUAL_INVOICE`, `MANUAL_CREDIT`; an open set.
  public var type: String
  /// `state`: `DRAFT`, `GENERATED`, `COMPLETE`; nil on instances that have none.
  public var state: String?
  /// `payment.state`: `PENDING`, `PAID`, `FAILED`; nil on instances that have none.
  public var paymentState: String?
  /// `pay_out_psp_code`: who pays the seller out; another provider's documents are not ours.
  public var payOutProvider: String?
  /// nil for a document without a shop.
  public var shopID: ShopID?
  public var currency: Currency
  /// Mirakl's clock, milliseconds since 1970.
  public var createdMs: Int64
  /// nil where the document has none (manual documents).
  public var summary: Summary?
  /// `seller_billing_cycle_id`, which SBC07 takes.
  public var billingCycleID: String?

  public init(
    id: Int64, type: String, state: String? = nil, paymentState: String? = nil,
    payOutProvider: String? = nil, shopID: ShopID?, currency: Currency, createdMs: Int64,
    summary: Summary?, billingCycleID: String? = nil
  ) {
    self.id = id
    self.type = type
    self.state = state
    self.paymentState = paymentState
    self.payOutProvider = payOutProvider
    self.shopID = shopID
    self.currency = currency
    self.createdMs = createdMs
    self.summary = summary
    self.billingCycleID = billingCycleID
  }

  /// Rolled into the shop's next document of the cycle: never paid by itself (S4).
  public var isManual: Bool { type.hasPrefix("MANUAL_") }
}

/// A seller's billing cycle (SBC11), reduced to what the confirmation of a payout needs.
public struct BillingCycleSnapshot: Hashable, Sendable {
  public var id: String
  /// `pay_out.state`: `TO_PAY`, `PAID`, `FAILED`; nil if Mirakl does not say.
  public var payOutState: String?
  public var reference: String?
  public var amountTransferred: MajorAmount
  public var currency: Currency
  public var shopID: ShopID?

  public init(
    id: String, payOutState: String?, reference: String? = nil, amountTransferred: MajorAmount,
    currency: Currency, shopID: ShopID? = nil
  ) {
    self.id = id
    self.payOutState = payOutState
    self.reference = reference
    self.amountTransferred = amountTransferred
    self.currency = currency
    self.shopID = shopID
  }
}

/// What Mirakl is told about a paid document: the parameters of IV07 or SBC07. Stored with the
/// intent.
public struct PayoutConfirmation: Hashable, Sendable, Codable {
  /// Which of the two calls. Use one of them per payout, never both.
  public enum Target: Hashable, Sendable, Codable {
    /// IV07, by `invoice_id`.
    case invoice(Int64)
    /// SBC07, by `seller_billing_cycle_id`.
    case billingCycle(String)
  }

  public var target: Target
  /// Mirakl's own figure, unchanged: Mirakl refuses any other (A4).
  public var amount: MajorAmount
  public var currency: Currency
  /// The payout's id, at most 100 characters.
  public var reference: String
  /// When the bank paid, milliseconds since 1970.
  public var transactionMs: Int64

  public init(
    target: Target, amount: MajorAmount, currency: Currency, reference: String,
    transactionMs: Int64
  ) {
    self.target = target
    self.amount = amount
    self.currency = currency
    self.reference = reference
    self.transactionMs = transactionMs
  }
}
