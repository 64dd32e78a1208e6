import HTTPFormat
import Sandbox
import Threading

/// Requests that nobody waits for any more, held up somewhere in the network. They have their
/// effect when they arrive.
public final class LateRequests: Sendable {
  private struct Entry {
    let request: Request
    let isStripe: Bool
    let sentMs: Int64
  }

  private let entries = Monitor([Entry]())

  public init() {}

  func add(_ request: Request, isStripe: Bool, nowMs: Int64) {
    entries.withLock {
      $0.append(Entry(request: request, isStripe: isStripe, sentMs: nowMs))
    }
  }

  /// Lets them arrive, oldest first.
  /// - Parameter olderThanMs: Only those sent longer ago.
  public func arrive(_ world: World, olderThanMs: Int64 = -1) {
    let nowMs = world.clock.nowMs
    let due = entries.withLock { entries in
      let due = entries.filter { nowMs - $0.sentMs > olderThanMs }
      entries.removeAll { nowMs - $0.sentMs > olderThanMs }
      return due
    }
    for entry in due {
      _ = entry.isStripe ? world.stripe.handle(entry.request) : world.mirakl.handle(entry.request)
    }
  }
}
