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
    switch failure.kind {
    case .unauthorized:
      let isMirakl = failure.trace.operation.contains("/api/")
      try circuits.open(isMirakl ? .mirakl : .stripe, reason: "\(failure)")
      return .retry(afterMs: Circuits.probeMs, reason: "\(failure)")
    case .throttled(let retryAfterMs):
      return context.retry(job, afterMs: retryAfterMs, reason: "\(failure)")
    case .refused(let refusal) where refusal.isMissing:
      // Q8: an object that we were shown before is gone. If Stripe knows none of ours any more,
      // the fault is ours; if it knows others, this one waits for the next pass.
      if try StripeCanary(context: context).ask() == .unknown {
        try circuits.open(.stripe, reason: "Stripe knows none of our objects any more: \(failure)")
        return .retry(afterMs: Circuits.probeMs, reason: "\(failure)")
      }
      context.log.warning("not found at Stripe: \(failure)", metadata: job.labels)
      return .done
    case .notSent, .unknown, .refused, .unreadable:
      return context.retry(job, reason: "\(failure)")
    }
  }
}
