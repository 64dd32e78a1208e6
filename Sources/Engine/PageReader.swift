import Domain
import Logging

/// Reads lists of Mirakl page by page within a pass.
struct PageReader {
  static let pagesMax = 100_000

  let context: EngineContext
  let circuits: Circuits

  /// - Parameters:
  ///   - name: Of the operation, for the log.
  ///   - read: One page; nil asks for the first.
  ///   - use: Gets each page with the moment at which it was asked for.
  /// - Returns: whether the list was read to its end. A `next` link that leads back ends it early:
  ///   what was read counts, and the checkpoint stays where it is.
  func readPages<Element>(
    _ name: String, _ read: (PageLink?) throws(CallFailure) -> MiraklPage<Element>,
    _ use: (MiraklPage<Element>, _ askedMs: Int64) throws -> Void
  ) throws -> Bool {
    var next: PageLink?
    var visited: Set<PageLink> = []
    for _ in 0..<Self.pagesMax {
      let link = next
      var askedMs = context.nowMs
      let page = try retrying { () throws(CallFailure) in
        askedMs = context.nowMs
        return try read(link)
      }
      try use(page, askedMs)
      guard let following = page.next else { return true }
      guard visited.insert(following).inserted else {
        context.log.error("\(name): the next link leads back to a page already read; stopped there")
        return false
      }
      next = following
    }
    return false
  }

  /// Interface.md §11: passing errors are repeated within the pass, three times.
  /// - Throws: `PassFailure` when the neighbour cannot be asked.
  func retrying<Value>(
    _ call: () throws(CallFailure) -> Value
  ) throws -> Value {
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try call()
      } catch {
        let jitter = context.randomness.unit()
        var delayMs = RetryPolicy.insidePass.delayMs(attempts: attempts, jitter: jitter)
        switch error.kind {
        case .unauthorized:
          try circuits.open(error)
          throw PassFailure(description: "\(error)")
        case .refused, .unreadable: throw PassFailure(description: "\(error)")
        case .throttled(let retryAfterMs):
          delayMs = max(delayMs, retryAfterMs ?? 0)
        case .notSent, .unknown: break
        }
        guard attempts <= 3 else { throw PassFailure(description: "\(error)") }
        context.pausing.pause(forMs: delayMs)
      }
    }
  }
}
