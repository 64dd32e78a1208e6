import Domain
import Logging

extension Circuits {
  /// What a failed read, or a write that may be repeated, means for its job.
  func verdict(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    switch failure.kind {
    case .unauthorized: return try pausing(failure, job)
    case .throttled(let retryAfterMs):
      return context.retry(job, afterMs: retryAfterMs, reason: "\(failure)")
    case .notSent, .unknown, .refused, .unreadable:
      return context.retry(job, reason: "\(failure)")
    }
  }

  /// Opens the circuit that the refusal is about. The job comes back when it is probed; later and
  /// later, if only its own operation is closed to us: nobody probes for all of them then.
  private func pausing(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    try open(failure)
    let delayMs = RetryPolicy.queuedWork.delayMs(
      attempts: max(1, job.attempts), jitter: context.randomness.unit())
    return .retry(afterMs: max(Self.probeMs, delayMs), reason: "\(failure)")
  }

  /// The same where "No such ..." about an object that an event named says nothing to repeat: what
  /// still matters is read again by the passes.
  func verdictOnEvent(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    guard case .refused = failure.kind else { return try verdict(failure, job) }
    context.log.warning("not readable at Stripe: \(failure)", metadata: job.labels)
    return .done
  }
}

extension CallFailure {
  /// Mirakl's paths begin with `/api/`, Stripe's with `/v1/`.
  var neighbour: Neighbour { trace.operation.contains("/api/") ? .mirakl : .stripe }
}
