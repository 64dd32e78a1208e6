import HTTPFormat
import Synchronization

/// The promise of one answer. Given within the handler's call it stays on the event loop; given
/// later, from any thread, it travels through the mailbox. The first answer counts.
final class Exchange: Sendable {
  private enum State: Sendable {
    case handlerRuns
    case answeredAtOnce(Reply)
    case awaited
    case done
  }

  private let state: Mutex<State>
  private let mailbox: Mailbox
  private let connection: UInt64
  private let number: UInt32

  /// - Parameter isDetached: nobody will call `takeAnswer`, so each answer is posted.
  init(mailbox: Mailbox, connection: UInt64, number: UInt32, isDetached: Bool) {
    self.mailbox = mailbox
    self.connection = connection
    self.number = number
    state = Mutex(isDetached ? .awaited : .handlerRuns)
  }

  /// A handler that lets go of its closure without an answer must not leave the client waiting.
  deinit { reply(.response(Refusal(500, "internal error").response)) }

  func reply(_ reply: Reply) {
    let isToPost = state.withLock { state in
      switch state {
      case .handlerRuns:
        state = .answeredAtOnce(reply)
        return false
      case .awaited:
        state = .done
        return true
      case .answeredAtOnce, .done: return false
      }
    }
    guard isToPost else { return }
    mailbox.post(Mailbox.Answer(connection: connection, exchange: number, reply: reply))
  }

  /// The answer, if the handler gave it before it returned.
  func takeAnswer() -> Reply? {
    state.withLock { state in
      guard case .answeredAtOnce(let reply) = state else {
        state = .awaited
        return nil
      }
      state = .done
      return reply
    }
  }
}
