import Decisions
import Domain
import Logging
import Store

/// The validation pass: the debits that Mirakl waits for, and the payments that wait to be
/// captured.
///
/// It only reads, and queues; what it queues is answered and captured by the workers. It may
/// overlap with another pass, in this process or another: all it queues is queued once.
public struct ValidationPass {
  static let batch = 500

  let context: EngineContext
  let circuits: Circuits

  public init(_ engine: Engine) { self.init(engine.context, engine.circuits) }

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  /// - Throws: `PassFailure` if Mirakl does not answer at all; `StoreError`.
  public func run() throws -> PassReport {
    var report = PassReport()
    guard context.settings.validation.isOn else { return report }
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
    let debits = DebitIntake(context, circuits)
    // Each list for itself: one that cannot be read does not keep the other waiting (Q7, Q8).
    var failure: PassFailure?
    for read in [debits.readProducts, debits.readServices] {
      do { try read(&report) } catch let problem as PassFailure { failure = failure ?? problem }
    }
    if context.settings.validation.captures { try wishForCaptures() }
    try BasketIntake(context, circuits).readStale(&report, retriesFailed: true)
    report.queued = try context.store.read { try $0.openJobCount() }
    context.log.info(
      "validation pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "calls": .stringConvertible(report.calls),
      ])
    if let failure { throw failure }
    return report
  }

  /// Every basket with an authorised payment is read again, and every capture that lost its
  /// payment to somebody else is looked at.
  private func wishForCaptures() throws {
    let nowMs = context.nowMs
    try eachBasket(
      { try $0.basketsToCapture(after: $1, limit: Self.batch) },
      { transaction, id in try transaction.markBasketStale(id) })
    try eachBasket(
      { try $0.basketsWithOpenCapture(after: $1, limit: Self.batch) },
      { transaction, id in
        try transaction.enqueue(.captureBasket, key: id.rawValue, runAtMs: nowMs, nowMs: nowMs)
      })
  }

  private func eachBasket(
    _ page: (Transaction, String?) throws -> [CommercialOrderID],
    _ body: @escaping @Sendable (Transaction, CommercialOrderID) throws -> Void
  ) throws {
    var last: String?
    while true {
      let ids = try context.store.read { [last] in try page($0, last) }
      guard let newest = ids.last else { return }
      last = newest.rawValue
      try context.store.write { transaction in
        for id in ids { try body(transaction, id) }
      }
    }
  }
}
