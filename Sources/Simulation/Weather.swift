import HTTPClient
import Threading

/// What the network, the clock and Stripe's opinion of our key do to a call.
final class Weather: Sendable {
  /// What Stripe thinks of our key.
  enum Key: CaseIterable, Sendable { case right, refused, ofAnotherAccount }

  /// What befalls one call on its way there.
  struct Fortune: Sendable {
    /// Milliseconds that pass before it leaves.
    var slowMs: Int64 = 0
    var isLost = false
    /// The caller's time runs out, and the request arrives all the same, some day.
    var isLate = false
    /// The whole process stands still before the request leaves.
    var isFrozen = false
    /// The world changes meanwhile: lists shift, orders change their state.
    var shifts = false
    var key = Key.right
  }

  private struct State {
    var dice: SeededGenerator
    var isOn = true
    var key = Key.right
    var depth = 0
    /// Chances in a thousand per call.
    var lost: UInt64
    var slow: UInt64
    var late: UInt64
    var frozen: UInt64
    var shifts: UInt64
  }

  private let state: Monitor<State>

  init(seed: UInt64, _ dice: inout SeededGenerator) {
    func upTo(_ most: UInt64) -> UInt64 { UInt64.random(in: 0...most, using: &dice) }
    state = Monitor(
      State(
        dice: SeededGenerator(seed &* 31), lost: upTo(80), slow: upTo(150), late: upTo(40),
        frozen: upTo(12), shifts: upTo(60)))
  }

  func set(key: Key) { state.withLock { $0.key = key } }

  func calm() {
    state.withLock { state in
      state.isOn = false
      state.key = .right
    }
  }

  /// Whether nothing else is under way: one process at a time stands still for another.
  func enter() -> Bool {
    state.withLock { state in
      guard state.depth == 0 else { return false }
      state.depth = 1
      return true
    }
  }

  func leave() { state.withLock { $0.depth = 0 } }

  var isNested: Bool { state.withLock { $0.depth > 0 } }

  func fortune() -> Fortune {
    state.withLock { state in
      guard state.isOn else { return Fortune() }
      func hit(_ chance: UInt64) -> Bool { state.dice.next() % 1_000 < chance }
      var fortune = Fortune(key: state.key)
      fortune.isLost = hit(state.lost)
      fortune.isLate = hit(state.late)
      fortune.isFrozen = hit(state.frozen)
      fortune.shifts = hit(state.shifts)
      if hit(state.slow) {
        fortune.slowMs = Int64.random(in: 0...25_000, using: &state.dice)
      }
      return fortune
    }
  }

  /// Whether a process stands still right after a commit.
  func freezesCommit() -> Bool {
    state.withLock { state in
      guard state.isOn else { return false }
      return state.dice.next() % 4_000 < state.frozen
    }
  }

  /// How Stripe answers a call with a key that is not ours; nil if the call reaches it.
  static func answer(_ key: Key, _ call: String) -> SandboxTransport.Disposition? {
    guard call.contains(" /v1/") else { return nil }
    switch key {
    case .right: return nil
    case .refused:
      return .answer(status: 401, json: #"{"error":{"message":"Invalid API Key provided"}}"#)
    case .ofAnotherAccount:
      if call.hasSuffix("/v1/account") { return nil }
      if call == "GET /v1/transfers" || call == "GET /v1/refunds" || call == "GET /v1/payouts"
        || call == "GET /v1/accounts" || call == "GET /v1/events" || call.hasSuffix("/reversals")
      {
        if call.hasPrefix("GET") {
          return .answer(
            status: 200, json: #"{"object":"list","data":[],"has_more":false}"#)
        }
      }
      return .answer(
        status: call.hasPrefix("GET ") ? 404 : 400,
        json: #"{"error":{"code":"resource_missing","message":"No such object"}}"#)
    }
  }
}
