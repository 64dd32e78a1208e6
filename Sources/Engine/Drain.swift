import Domain

extension Engine {
  /// Works off what is due, and waits for what becomes due soon: the retries of a passing failure
  /// belong to the pass that met it (interface.md §11).
  ///
  /// Ends when nothing is open, or nothing becomes due within `patienceMs`; what is left is taken
  /// up by `serve` or the next pass.
  /// - Parameter patienceMs: The longest pause of one job, ten seconds by the contract.
  public func drain(patienceMs: Int64 = 10_000) throws {
    while true {
      switch try step() {
      case .worked: continue
      case .idle(nil): return
      case .idle(.some(let nextMs)):
        let waitMs = nextMs - context.nowMs
        guard waitMs <= patienceMs else { return }
        context.pausing.pause(forMs: max(1, waitMs))
      }
    }
  }
}
