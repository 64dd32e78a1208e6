import Decisions
import Domain
import Store

/// Reads what the decisions about debits and captures are made of: all debits, or the orders of
/// the baskets that changed.
struct ValidationReadingHandler {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    guard context.settings.validation.isOn else { return .done }
    if let waitMs = try circuits.waitMs(.mirakl) {
      return .retry(afterMs: waitMs, reason: "Mirakl is paused")
    }
    do {
      if job.kind == .readDebits {
        _ = try ValidationPass(context, circuits).run()
      } else {
        var report = PassReport()
        try BasketIntake(context, circuits).readStale(&report, retriesFailed: false)
      }
      return .done
    } catch let failure as PassFailure {
      return context.retry(job, reason: "\(failure)")
    }
  }
}
