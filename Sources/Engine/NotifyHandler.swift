import Domain
import Logging
import Store

/// Sends one notification to the operator: four attempts in all (interface.md §5).
struct NotifyHandler {
  static let attemptsMax = 4

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  func handle(_ job: Job) throws -> Verdict {
    guard let id = Int64(job.key),
      let notification = try context.store.read({ try $0.notification(id: id) }),
      notification.state == .pending, let notifier = context.notifier
    else { return .done }
    do { try notifier.deliver(notification.body) } catch { return try failed(id, job, error) }
    try finish(id, .delivered, error: nil)
    return .done
  }

  private func failed(_ id: Int64, _ job: Job, _ failure: CallFailure) throws -> Verdict {
    guard job.attempts >= Self.attemptsMax else {
      var delayMs = context.settings.notificationRetryDelayMs
      for _ in 1..<max(1, job.attempts) { delayMs *= 5 }
      try finish(id, .pending, error: "\(failure)")
      return .retry(afterMs: delayMs, reason: "\(failure)")
    }
    context.log.error("notification \(id) given up: \(failure)")
    try finish(id, .failed, error: "\(failure)")
    return .done
  }

  private func finish(_ id: Int64, _ state: Notification.State, error: String?) throws {
    let nowMs = context.nowMs
    try context.store.write {
      try $0.finishNotification(id: id, state: state, nowMs: nowMs, error: error)
    }
  }
}
