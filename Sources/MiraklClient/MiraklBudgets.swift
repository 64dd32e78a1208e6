import HTTPClient

/// The calls of Mirakl's API that this client makes.
public enum MiraklOperation: String, CaseIterable, Sendable {
  /// OR11
  case orders
  /// S20
  case shops
  /// S07
  case updateShops
  /// PA11
  case debits
  /// PA01
  case confirmDebit
  /// SPA11
  case serviceDebits
  /// SPA01
  case confirmServiceDebit
  /// IV01
  case invoices
  /// IV07
  case confirmInvoices
  /// SBC11
  case billingCycles
  /// SBC07
  case confirmBillingCycles
  /// PA12
  case refunds
  /// PA02
  case confirmRefund
  /// SPA12
  case serviceRefunds
  /// SPA02
  case confirmServiceRefund
  /// SOR11, for the refunds of its orders
  case refundsOfServiceOrders
  /// SOR11
  case serviceOrders
  /// AF01
  case additionalFields

  /// For a trace.
  var pattern: String {
    switch self {
    case .orders: "GET /api/orders"
    case .shops: "GET /api/shops"
    case .updateShops: "PUT /api/shops"
    case .debits: "GET /api/payment/debit"
    case .confirmDebit: "PUT /api/payment/debit"
    case .serviceDebits: "GET /api/mms/debits"
    case .confirmServiceDebit: "PUT /api/mms/debits"
    case .invoices: "GET /api/invoices"
    case .confirmInvoices: "PUT /api/invoices/confirm"
    case .billingCycles: "GET /api/seller-billing-cycles"
    case .confirmBillingCycles: "PUT /api/seller-billing-cycles"
    case .refunds: "GET /api/payment/refund"
    case .confirmRefund: "PUT /api/payment/refund"
    case .serviceRefunds: "GET /api/mms/refunds"
    case .confirmServiceRefund: "PUT /api/mms/refunds"
    case .refundsOfServiceOrders: "GET /api/mms/orders"
    case .serviceOrders: "GET /api/mms/orders"
    case .additionalFields: "GET /api/additional_fields"
    }
  }

  /// Requests a minute by default.
  ///
  /// Mirakl publishes how often a list may be *polled* (OR11 at most once a minute, which the
  /// schedule keeps), with as many calls as it has pages; for S20 it publishes nothing. Four
  /// pages a second is what one reader reaches at best, so this only holds back several at once.
  var requestsPerMinute: Int {
    switch self {
    case .orders, .shops, .serviceOrders: 240
    case .updateShops: 120
    // One debit a call, and nothing published.
    case .debits, .confirmDebit: 240
    // SPA11 answers 429 above 120 a minute, as seen in production.
    case .serviceDebits, .confirmServiceDebit: 100
    case .invoices, .confirmInvoices, .billingCycles, .confirmBillingCycles: 60
    case .refunds, .confirmRefund, .refundsOfServiceOrders: 240
    // As SPA11, which answers 429 above 120 a minute.
    case .serviceRefunds, .confirmServiceRefund: 100
    // Once a day is what Mirakl recommends; only a person asks for it.
    case .additionalFields: 60
    }
  }
}

/// One rate budget per operation, for Mirakl limits each by itself (B1).
public struct MiraklBudgets: Sendable {
  private let budgets: [MiraklOperation: RateBudget]

  /// Nothing waits: for the simulation.
  public static let unlimited = MiraklBudgets(budgets: [:])

  private init(budgets: [MiraklOperation: RateBudget]) { self.budgets = budgets }

  /// - Parameters:
  ///   - requestsPerMinute: For every operation, instead of the table.
  ///   - pause: How to wait; returns early when the program is stopping.
  public init(requestsPerMinute: Int? = nil, pause: @escaping RateBudget.Pause = RateBudget.sleep) {
    budgets = Dictionary(
      uniqueKeysWithValues: MiraklOperation.allCases.map { operation in
        let count = requestsPerMinute ?? operation.requestsPerMinute
        return (operation, RateBudget(perMinute: max(1, count), pause: pause))
      })
  }

  subscript(operation: MiraklOperation) -> RateBudget? { budgets[operation] }
}
