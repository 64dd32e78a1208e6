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

    var alias: String {
      switch self {
      case .split: "connector:dispatch:process-transfer"
      case .onboarding: "connector:sync:onboarding"
      case .kyc: "connector:dispatch:monitor-kyc-status"
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

  /// - Returns: what the pass did, as a sentence or as JSON.
  /// - Throws: `PassFailure` if the pass could not be done; items that failed are no failure.
  public static func run(
    _ name: Name, _ configuration: Configuration, json: Bool
  ) throws -> String {
    let application = try Application(configuration)
    defer { application.store.close() }
    try drain(application)
    let words: String
    switch name {
    case .split:
      let report = try SplitPass(application.engine).run()
      words = json ? Self.json(name, report) : sentence(name, report)
    case .onboarding:
      let report = try OnboardingPass(application.engine).run()
      words = json ? Self.json(name, report) : shopSentence(name, report)
    case .kyc:
      let report = try KYCPass(application.engine).run()
      words = json ? Self.json(name, report) : sentence(name, report)
    }
    try drain(application)
    return words
  }

  private static func sentence(_ name: Name, _ report: PassReport) -> String {
    "\(name.rawValue): \(report.read) orders read in \(report.calls) calls, "
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

  private static func shopSentence(_ name: Name, _ report: PassReport) -> String {
    "\(name.rawValue): \(report.read) shops read in \(report.calls) calls, "
      + "\(report.queued) worked on, \(report.unreadable) unreadable"
  }

  private static func sentence(_ name: Name, _ report: KYCReport) -> String {
    let summary =
      "\(name.rawValue): \(report.read) accounts read in \(report.calls) calls, "
      + "\(report.open.count) with open requirements, \(report.released) in order again, "
      + "\(report.missing.count) not at Stripe"
    let rows = report.open.map { entry in
      "  mapping \(entry.mappingID), account \(entry.accountID), shop \(entry.shopID): "
        + entry.status.rawValue
    }
    return ([summary] + rows).joined(separator: "\n")
  }

  private static func json(_ name: Name, _ report: KYCReport) -> String {
    let rows = report.open.map { entry in
      """
      {"mapping":\(entry.mappingID),"account":"\(entry.accountID)",\
      "shop":\(entry.shopID),"status":"\(entry.status.rawValue)"}
      """
    }
    return """
      {"job":"\(name.rawValue)","read":\(report.read),"calls":\(report.calls),\
      "released":\(report.released),"missing":\(report.missing.count),\
      "open":[\(rows.joined(separator: ","))]}
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
