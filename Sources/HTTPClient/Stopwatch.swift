/// How long something takes, by a clock that nobody can set.
public struct Stopwatch: Sendable {
  private let start: Int64
  public init() { start = RateBudget.monotonicMs() }
  public var elapsedMs: Int64 { RateBudget.monotonicMs() - start }
}
