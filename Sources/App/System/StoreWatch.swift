import Domain
import Logging
import Store
import Threading

/// Notices that a store that took no writes takes them again, also while nobody asks for any.
final class StoreWatch: Sendable {
  /// Between two looks.
  static let pauseMs: Int64 = 1_000

  private let thread: WorkerThread

  /// - Parameter stop: Ends it.
  init(_ application: Application) {
    let (store, clock) = (application.store, application.clock)
    let (failure, stop) = (application.storeFailure, application.stop)
    thread = WorkerThread(name: "store-watch") {
      while !stop.wait(upToMs: Self.pauseMs) {
        guard failure() != nil else { continue }
        let nowMs = clock.nowMs
        // What it throws is in `failure` already.
        try? store.write { try $0.setCheckpoint("health", String(nowMs), nowMs: nowMs) }
      }
    }
  }

  func join() { thread.join() }

  /// One line for each change.
  static func report(_ change: Availability.Change, to log: Logger) {
    switch change {
    case .lost(let reason):
      log.error(
        "nothing can be stored: webhooks are answered 503, work waits, nothing is lost",
        metadata: ["reason": .string(reason)])
    case .regained(let afterMs, let refused):
      log.notice(
        "the store takes writes again",
        metadata: [
          "after_ms": .stringConvertible(afterMs), "refused": .stringConvertible(refused),
        ])
    }
  }
}
