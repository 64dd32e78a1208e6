import Domain
import Engine
import Store
import Threading

/// `stripe-mirakl run JOB`: what is due, then one pass, then the work it dispatched.
public enum RunJob {
  /// The jobs by name, with the PHP console names as aliases (interface.md §1).
  public enum Name: String, CaseIterable, Sendable {
    case split
    case onboarding
    case kyc
    case validation
    case settlement
    case refund
    case events

    /// nil for a job that the PHP connector has not.
    var alias: String? {
      switch self {
      case .split: "connector:dispatch:process-transfer"
      case .onboarding: "connector:sync:onboarding"
      case .kyc: "connector:dispatch:monitor-kyc-status"
      case .validation: "connector:validate:pending-debit"
      case .settlement: "connector:dispatch:process-payout"
      case .refund: "connector:dispatch:process-refund"
      case .events: nil
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
    let report = try pass(name, application, shop: shop.map { ShopID($0) })
    try drain(application)
    return json ? report.json(name) : report.sentence(name)
  }

  /// Makes one pass; the work it found is queued.
  static func pass(
    _ name: Name, _ application: Application, shop: ShopID? = nil
  ) throws -> any PassOutcome {
    let engine = application.engine
    return switch name {
    case .split: try SplitPass(engine).run()
    case .onboarding: try OnboardingPass(engine).run()
    case .kyc: try KYCPass(engine).run()
    case .validation: try ValidationPass(engine).run()
    case .refund: try RefundPass(engine).run()
    case .events: try EventsPass(engine).run()
    case .settlement: try SettlementPass(engine, shop: shop).run()
    }
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
