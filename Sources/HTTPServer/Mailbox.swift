import HTTPFormat
import Sockets
import Threading

/// How other threads reach an event loop: they leave an answer and wake it, once for many.
final class Mailbox: Sendable {
  struct Answer: Sendable {
    let connection: UInt64
    let exchange: UInt32
    let reply: Reply
  }

  private struct State {
    var answers: [Answer] = []
    var stopByMs: Int64?
    var isSignaled = false
  }

  private let state = Monitor(State())
  let wakeUp: WakeUp

  init() throws(SocketError) { wakeUp = try WakeUp() }

  func post(_ answer: Answer) {
    let isFirst = state.withLock { state in
      state.answers.append(answer)
      defer { state.isSignaled = true }
      return !state.isSignaled
    }
    if isFirst { wakeUp.signal() }
  }

  /// Tells the loop to end by a moment of the monotonic clock.
  func stop(byMs: Int64) {
    state.withLock { $0.stopByMs = byMs }
    wakeUp.signal()
  }

  /// Exchanges the answers that wait for the empty array given, whose memory is used again.
  ///
  /// - Returns: when the loop has to have ended, if it was told to.
  func collect(into answers: inout [Answer]) -> Int64? {
    wakeUp.clear()
    return state.withLock { state in
      swap(&state.answers, &answers)
      state.isSignaled = false
      return state.stopByMs
    }
  }
}
