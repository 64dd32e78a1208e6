import Domain
import Engine
import Store
import Threading

/// `stripe-mirakl run JOB`: what is due, then one pass, then the work it dispatched.
public enum RunJob {
  /// The jobs by name, with the PHP console names as aliases (interface.md §1).
  public enum Name: String, CaseIterable, Sendable {
    case split
    case settlement

    var alias: String {
      switch self {
      case .split: "connector:dispatch:process-transfer"
      case .settlement: "connector:dispatch:process-payout"
      }
    }

    public init?(argument: String) {
      guard let name = Self.allCases.first(where: { [$0.rawValue, $0.alias].contains(argument) })
      else { return nil }
      self = name
    }
  }

  /// Threads that work off a pass; a call to Stripe takes some hundred milliseconds.
  static let threadsMax = 16

  /// - Parameter shop: Only this shop, where the job can be narrowed so (`settlement`).
  /// - Returns: what the pass did, as a sentence or as JSON.
  /// - Throws: `PassFailure` if the pass could not be done; items that failed are no failure.
  public static func run(
    _ name: Name, _ configuration: Configuration, json: Bool, shop: Int64? = nil
  ) throws -> String {
    let application = try Application(configuration)
    defer { application.store.close() }
    try drain(application)
    let report =
      switch name {
      case .split: try SplitPass(application.engine).run()
      case .settlement:
        try SettlementPass(
          application.engine, shop: shop.map { ShopID($0) }
        ).run()
      }
    try drain(application)
    return json ? Self.json(name, report) : Self.sentence(name, report)
  }

  private static func sentence(_ name: Name, _ report: PassReport) -> String {
    let noun = name == .settlement ? "documents" : "orders"
    return "\(name.rawValue): \(report.read) \(noun) read in \(report.calls) calls, "
      + "\(report.queued) looked at, \(report.unreadable) unreadable, "
      + "\(report.tooOld) older than the start date, \(report.missing) no longer at Mirakl"
  }

  private static func json(_ name: Name, _ report: PassReport) -> String {
    """
    {"job":"\(name.rawValue)","read":\(report.read),"queued":\(report.queued),\
    "unreadable":\(report.unreadable),"tooOld":\(report.tooOld),\
    "missing":\(report.missing),"calls":\(report.calls)}
    """
  }

  private static func drain(_ application: Application) throws {
    let failure = Monitor<(any Error)?>(nil)
    let count = min(threadsMax, application.configuration.workers)
    let threads = (1...count).map { number in
      WorkerThread(name: "worker-\(number)") {
        do { try application.engine.drain() } catch { failure.withLock { $0 = error } }
      }
    }
    for thread in threads { thread.join() }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
