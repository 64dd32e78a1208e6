import Threading

/// How often fresh links are asked for. In memory: a restart forgives.
///
/// A token that is asked for again and again is a browser in a redirect loop, or somebody who
/// spends our requests to Stripe; an address with many wrong tokens is guessing. Sellers behind one
/// proxy share an address, so wrong tokens of others never cost a right one its link.
final class RefreshLimiter: Sendable {
  /// What is counted, with its limit within `windowMs`.
  enum Subject {
    /// Fresh links for one mapping.
    case token(mappingID: Int64)
    /// All requests of an address.
    case address(String)
    /// Requests of an address with a token that does not exist.
    case guesses(String)

    fileprivate var key: String {
      switch self {
      case .token(let mappingID): "token/\(mappingID)"
      case .address(let address): "address/\(address)"
      case .guesses(let address): "guesses/\(address)"
      }
    }

    fileprivate var limit: Int {
      switch self {
      case .token: 10
      case .address: 600
      case .guesses: 30
      }
    }
  }

  static let windowMs: Int64 = 60_000
  /// Subjects remembered at once; new ones are refused above it until the minute has passed.
  static let subjectsMax = 20_000

  private struct State {
    var windowStartMs: Int64 = .min / 2
    var counts: [String: Int] = [:]
  }

  private let state = Monitor(State())

  /// Counts one request.
  /// - Returns: nil if it may go on, else how many seconds to wait.
  func waitSeconds(_ subject: Subject, nowMs: Int64) -> Int64? {
    state.withLock { state in
      // A clock that was set back begins a new window too.
      if !(0..<Self.windowMs).contains(nowMs - state.windowStartMs) {
        state = State(windowStartMs: nowMs)
      }
      let count = state.counts[subject.key] ?? 0
      if count < subject.limit, count > 0 || state.counts.count < Self.subjectsMax {
        state.counts[subject.key] = count + 1
        return nil
      }
      return max(1, (state.windowStartMs + Self.windowMs - nowMs + 999) / 1_000)
    }
  }
}
