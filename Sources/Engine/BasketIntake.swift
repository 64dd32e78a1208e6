import Decisions
import Domain
import Logging
import Store

/// Reads the orders of baskets together, a hundred commercial ids a call (B1), and lets their
/// debits and payments be decided anew.
struct BasketIntake {
  static let batch = 100
  /// How long a changed basket waits for others, so that one call answers for all of them.
  static let gatherMs: Int64 = 1_000

  let context: EngineContext
  private let pages: PageReader

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    pages = PageReader(context: context, circuits: circuits)
  }

  /// Reads every basket that was asked for.
  /// - Parameter retriesFailed: Whether what Mirakl or Stripe refused is tried again: once a pass.
  /// - Throws: `PassFailure` if Mirakl does not answer.
  func readStale(_ report: inout PassReport, retriesFailed: Bool) throws {
    var last: String?
    while true {
      let stale = try context.store.read { [last] in
        try $0.staleBaskets(after: last, limit: Self.batch)
      }
      guard let newest = stale.last else { return }
      last = newest.commercialID.rawValue
      try read(stale, &report, retriesFailed)
    }
  }

  private func read(
    _ baskets: [BasketReading], _ report: inout PassReport, _ retriesFailed: Bool
  ) throws {
    var problems: [CommercialOrderID: String] = [:]
    var isAttributed = true
    let ids = baskets.map(\.commercialID)
    let (isComplete, refusal) = try readOrders(ids, &report) { problem in
      guard let text = problem.commercialID, let id = try? CommercialOrderID(text) else {
        isAttributed = false
        return
      }
      problems[id] = Self.words(problem)
    }
    // An element that does not say which basket it belongs to, or an id that Mirakl does not like:
    // asked for one by one, each concerns its own basket only (Q7).
    if !isAttributed || refusal != nil, baskets.count > 1 {
      for basket in baskets { try read([basket], &report, retriesFailed) }
      return
    }
    for basket in baskets {
      let id = basket.commercialID
      var problem = problems[id] ?? refusal
      if !isAttributed { problem = problem ?? "an order without a commercial id was returned" }
      if !isComplete { problem = problem ?? "Mirakl's list of orders does not end" }
      try finish(basket, problem: problem, retriesFailed)
    }
  }

  private func readOrders(
    _ ids: [CommercialOrderID], _ report: inout PassReport,
    unreadable: (UnreadableElement) -> Void
  ) throws -> (isComplete: Bool, refusal: String?) {
    var (calls, read, failed) = (0, 0, 0)
    var refusal: String?
    defer {
      report.calls += calls
      report.read += read
      report.unreadable += failed
    }
    let isComplete = try pages.readPages("OR11") { next throws(CallFailure) in
      calls += 1
      do throws(CallFailure) {
        return try context.mirakl.orders(.commercialIDs(ids), next: next).value
      } catch {
        guard case .refused = error.kind else { throw error }
        refusal = "\(error)"
        return MiraklPage(elements: [], next: nil, serverTimeMs: nil)
      }
    } _: { page, readMs in
      var orders: [OrderSnapshot] = []
      for element in page.elements {
        switch element {
        case .readable(let order): orders.append(order)
        case .unreadable(let problem):
          failed += 1
          unreadable(problem)
        }
      }
      read += orders.count
      let found = orders
      try context.store.write { transaction in
        for order in found { _ = try transaction.saveOrder(order, readMs: readMs) }
      }
    }
    return (isComplete, refusal)
  }

  private static func words(_ problem: UnreadableElement) -> String {
    "order \(problem.id ?? "?"), field \(problem.field): \(problem.reason)"
  }

  private func finish(
    _ basket: BasketReading, problem: String?, _ retriesFailed: Bool
  ) throws {
    if let problem {
      context.log.warning(
        "basket not readable",
        metadata: ["basket": .string(basket.commercialID.rawValue), "reason": .string(problem)])
    }
    let (nowMs, captures) = (context.nowMs, context.settings.validation.captures)
    try context.store.write { transaction in
      try transaction.markBasketRead(
        basket.commercialID, wanted: basket.wanted, problem: problem, readMs: nowMs)
      try transaction.enqueueDecisions(
        basket.commercialID, captures: captures, retriesFailed: retriesFailed, nowMs: nowMs)
    }
  }
}
