import Decisions
import Domain
import Logging
import Store

/// The onboarding pass: shops changed since the checkpoint, then every shop that still lacks its
/// account or link.
///
/// It reads, follows the ignore fields, and queues; accounts and links are made by the queued work.
/// The checkpoint is Mirakl's own clock, and reading begins before every shop whose account or link
/// failed (O1), whatever the checkpoint says.
public struct OnboardingPass {
  static let checkpointName = "shops_updated_ms"
  /// Of passes that only follow the ignore field: when onboarding is switched on, the shops that
  /// were passed by must be seen again.
  static let flagsCheckpointName = "shops_flags_ms"
  static let batch = 500

  let context: EngineContext
  let circuits: Circuits

  public init(_ engine: Engine) {
    context = engine.context
    circuits = engine.circuits
  }

  /// - Throws: `PassFailure` if Mirakl does not answer at all; `StoreError`.
  public func run() throws -> PassReport {
    var report = PassReport()
    if try circuits.waitMs(.mirakl) != nil {
      throw PassFailure(description: "Mirakl refuses MIRAKL_API_KEY: paused until it is accepted")
    }
    try readChanged(&report)
    try queueOpen(&report)
    context.log.info(
      "onboarding pass done",
      metadata: [
        "read": .stringConvertible(report.read), "queued": .stringConvertible(report.queued),
        "unreadable": .stringConvertible(report.unreadable),
        "calls": .stringConvertible(report.calls),
      ])
    return report
  }

  private var checkpointName: String {
    context.settings.onboarding.policy.isEnabled ? Self.checkpointName : Self.flagsCheckpointName
  }

  private func readChanged(_ report: inout PassReport) throws {
    let name = checkpointName
    let (checkpoint, oldestOpenMs) = try context.store.read {
      (try $0.checkpoint(name).flatMap(Int64.init), try $0.oldestOpenShopMs())
    }
    let fromMs = checkpoint.map { min($0, oldestOpenMs ?? $0) }
    let sinceMs = fromMs.map { max(0, $0 - context.settings.onboarding.overlapMs) }
    var counts = PassReport()
    var newestMs: Int64?
    var serverMs: Int64?
    let isComplete = try PageReader(context: context, circuits: circuits).readPages(
      "S20",
      { link throws(CallFailure) in
        counts.calls += 1
        return try context.mirakl.shops(updatedSince: sinceMs, next: link).value
      },
      { page, readMs in
        serverMs = serverMs ?? page.serverTimeMs ?? readMs
        for case .readable(let shop) in page.elements {
          newestMs = max(newestMs ?? 0, shop.lastUpdatedMs ?? 0)
        }
        let taken = try ShopIntake(context).take(page, readMs: readMs)
        counts.read += taken.read
        counts.queued += taken.queued
        counts.unreadable += taken.unreadable
      })
    report = counts
    // Mirakl's clock on both sides, and never past the moment the pass began.
    if isComplete, let newestMs {
      let mark = max(checkpoint ?? 0, min(newestMs, serverMs ?? newestMs))
      let nowMs = context.nowMs
      try context.store.write { try $0.setCheckpoint(name, String(mark), nowMs: nowMs) }
    }
  }

  /// Those that Mirakl's list no longer shows, but that are not in order.
  private func queueOpen(_ report: inout PassReport) throws {
    let nowMs = context.nowMs
    var last: ShopID?
    while true {
      let shops = try context.store.write { [last] transaction in
        let shops = try transaction.openShops(after: last, limit: Self.batch)
        for shop in shops { try ShopIntake.enqueue(shop, transaction, nowMs: nowMs) }
        return shops
      }
      guard let newest = shops.last else { return }
      last = newest
    }
  }
}
