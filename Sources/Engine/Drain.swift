import Domain

extension Engine {
  /// Works off what is due, and waits for what becomes due soon: the retries of a passing failure
  /// belong to the pass that met it (interface.md §11).
  ///
  /// Ends when nothing is open, or nothing becomes due within `patienceMs`; what is left is taken
  /// up by `serve` or the next pass.
  /// - Parameters:
  ///   - patienceMs: The longest pause that is waited for. With the pauses of
  ///     `RetryPolicy.queuedWork` (0.5, 1, 2, 4 s) that is four repeats within ten seconds.
  ///   - wishMsMax: The longest `Retry-After` that is waited for.
  public func drain(patienceMs: Int64 = 5_000, wishMsMax: Int64 = 120_000) throws {
    while true {
      switch try step() {
      case .worked: continue
      case .idle(nil): return
      case .idle(.some(let nextMs)):
        let waitMs = nextMs - context.nowMs
        let isWish = nextMs <= context.wishes.latestMs + 1_000 && waitMs <= wishMsMax
        guard waitMs <= patienceMs || isWish else { return }
        context.pausing.pause(forMs: max(1, waitMs))
      }
    }
  }
}
