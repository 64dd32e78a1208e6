import Threading

/// Until when a neighbour has asked us to wait (`Retry-After`). A pass waits that long for the work
/// it dispatched, instead of leaving it to the next one.
final class NeighbourWishes: Sendable {
  private let untilMs = Monitor(Int64.min)

  func note(untilMs moment: Int64) { untilMs.withLock { $0 = max($0, moment) } }
  var latestMs: Int64 { untilMs.withLock { $0 } }
}
