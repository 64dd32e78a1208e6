import Domain
import Store
import Threading

/// Jobs in hand when the store stopped taking writes.
///
/// Their outcome could not be recorded, so nobody but this process knows that they are not being
/// worked on any more. Given back as soon as the store takes writes again, they are settled at
/// once, not only when their leases expire. A process that dies meanwhile forgets them: then the
/// leases do it.
final class InterruptedJobs: Sendable {
  private let jobs = Monitor<[Job]>([])

  /// At most one per worker: a worker gives back before it claims again.
  func add(_ job: Job) { jobs.withLock { $0.append(job) } }

  /// - Throws: what the store throws; they are kept then.
  func giveBack(_ context: EngineContext) throws {
    let taken = jobs.withLock { jobs in
      defer { jobs = [] }
      return jobs
    }
    guard !taken.isEmpty else { return }
    let nowMs = context.nowMs
    // The pauses grow with the attempts: what fails for itself alone must not be tried in a loop.
    let verdicts = taken.map { context.retry($0, reason: "the store took no writes meanwhile") }
    do {
      try context.store.write { transaction in
        for (job, verdict) in zip(taken, verdicts) {
          _ = try transaction.finishJob(job, verdict, nowMs: nowMs)
        }
      }
    } catch {
      jobs.withLock { $0 += taken }
      throw error
    }
  }
}
