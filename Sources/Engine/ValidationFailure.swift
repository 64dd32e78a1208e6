import Domain
import Logging

/// What a failed reading means for a job of the validation.
struct ValidationFailure {
  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func verdict(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    guard case .refused(let refusal) = failure.kind, refusal.isMissing else {
      return try circuits.verdict(failure, job)
    }
    // Q8: an object that we were shown before is gone. If Stripe knows none of ours any more, the
    // fault is ours; if it knows others, this one waits for the next pass.
    if try StripeCanary(context: context).ask() == .unknown {
      try circuits.open(.stripe, reason: "Stripe knows none of our objects any more: \(failure)")
      return .retry(afterMs: Circuits.probeMs, reason: "\(failure)")
    }
    context.log.warning("not found at Stripe: \(failure)", metadata: job.labels)
    return .done
  }
}
