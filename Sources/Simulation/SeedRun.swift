import Threading

/// What came of one seed.
public struct SeedReport: Sendable {
  public let seed: UInt64
  /// Each a sentence; empty for a good seed.
  public let problems: [String]
  /// How often a process of ours was killed.
  public let crashes: Int
  /// Transfers, reversals, refunds and payouts that Stripe made.
  public let movements: Int
}

/// What came of many.
public struct SeedSummary: Sendable {
  public internal(set) var seeds = 0
  public internal(set) var failures = 0
  public internal(set) var crashes = 0
  public internal(set) var movements = 0
}

/// Runs seeds.
public enum SeedRun {
  /// Runs one seed to its end.
  /// - Parameter trace: Gets a line for everything that happened, with the simulated time.
  public static func run(
    _ seed: UInt64, trace: (@Sendable (String) -> Void)? = nil
  ) -> SeedReport {
    var problems: [String]
    var (crashes, movements) = (0, 0)
    do {
      let simulation = try Simulation(seed: seed, trace: trace)
      defer { (crashes, movements) = (simulation.crashes, simulation.movements) }
      try simulation.run()
      problems = try simulation.problems()
    } catch {
      problems = ["ended early: \(error)"]
    }
    return SeedReport(seed: seed, problems: problems, crashes: crashes, movements: movements)
  }

  /// Runs many, on some threads; a seed's history does not depend on the others.
  /// - Parameter onFailure: Gets each seed that ended with problems, one at a time.
  public static func run(
    _ seeds: ClosedRange<UInt64>, threads: Int, stopsAtFailure: Bool = false,
    onFailure: @escaping @Sendable (SeedReport) -> Void = { _ in }
  ) -> SeedSummary {
    let next = Monitor(seeds.lowerBound)
    let summary = Monitor(SeedSummary())
    let workers = (1...max(1, threads)).map { number in
      WorkerThread(name: "seeds-\(number)") {
        while let seed = take(next, seeds) {
          if stopsAtFailure, summary.withLock({ $0.failures }) > 0 { return }
          let report = run(seed)
          summary.withLock { summary in
            summary.seeds += 1
            summary.crashes += report.crashes
            summary.movements += report.movements
            guard !report.problems.isEmpty else { return }
            summary.failures += 1
            onFailure(report)
          }
        }
      }
    }
    for worker in workers { worker.join() }
    return summary.withLock { $0 }
  }

  private static func take(
    _ next: Monitor<UInt64>, _ seeds: ClosedRange<UInt64>
  ) -> UInt64? {
    next.withLock { next in
      guard seeds.contains(next) else { return nil }
      defer { next += 1 }
      return next
    }
  }
}
