import Domain

extension Circuits {
  /// What a failed read, or a write that may be repeated, means for its job.
  func verdict(
    _ failure: CallFailure, _ neighbour: Neighbour, _ job: Job
  ) throws -> Verdict {
    switch failure.kind {
    case .unauthorized:
      try open(neighbour, reason: "\(failure)")
      return .retry(afterMs: Self.probeMs, reason: "\(failure)")
    case .throttled(let retryAfterMs):
      return context.retry(job, afterMs: retryAfterMs, reason: "\(failure)")
    case .notSent, .unknown, .refused, .unreadable:
      return context.retry(job, reason: "\(failure)")
    }
  }
}
