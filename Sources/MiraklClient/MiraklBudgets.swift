import HTTPClient

/// The calls of Mirakl's API that this client makes.
public enum MiraklOperation: String, CaseIterable, Sendable {
  /// OR11
  case orders
  /// S20
  case shops
  /// SOR11
  case serviceOrders
  /// SPA11
  case serviceDebits

  /// For a trace.
  var pattern: String {
    switch self {
    case .orders: "GET /api/orders"
    case .shops: "GET /api/shops"
    case .serviceOrders: "GET /api/mms/orders"
    case .serviceDebits: "GET /api/mms/debits"
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
    // SPA11 answers 429 above 120 a minute, as seen in production.
    case .serviceDebits: 100
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
