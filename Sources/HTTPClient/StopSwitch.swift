import Synchronization

/// Ends the calls in flight of one transport.
final class StopSwitch: Sendable {
  private let state = Atomic(false)
  var isOff: Bool { state.load(ordering: .relaxed) }
  func turnOff() { state.store(true, ordering: .relaxed) }
}
