import Logging
import Store
import Threading

/// What fails over and over, told of once in a while and not each time.
final class Complaints: Sendable {
  /// The same words again only after this long.
  static let repeatMs: Int64 = 60_000

  private let last = Monitor<(text: String, atMs: Int64)?>(nil)

  /// Logs it, unless it was said lately. That the store takes no writes is told by the one who
  /// watches it (`WatchedDatabase`), for everybody.
  func report(_ error: any Error, _ what: String, _ context: EngineContext) {
    if let failure = error as? StoreError, failure.isPassing { return }
    let (text, nowMs) = ("\(what): \(error)", context.nowMs)
    let isNews = last.withLock { last in
      if let known = last, known.text == text, abs(nowMs - known.atMs) < Self.repeatMs {
        return false
      }
      last = (text, nowMs)
      return true
    }
    if isNews { context.log.error("\(text)") }
  }
}
