import Glibc
import Sandbox
import TestSupport
import Testing

@Suite struct SimulationTests {
  /// `SIMULATION_SEED=n` replays one seed, `SIMULATION_SEEDS=n` runs that many.
  @Test("every payable order is paid once, whatever goes wrong (Q1, Q2, Q3, Q4, Q5, Q8, A6, P3)")
  func everySeed() throws {
    let seeds: ClosedRange<UInt64>
    if let seed = Self.number("SIMULATION_SEED") {
      seeds = seed...seed
    } else {
      seeds = 1...max(1, Self.number("SIMULATION_SEEDS") ?? 200)
    }
    for seed in seeds {
      let problems: [String]
      do {
        let simulation = try Simulation(seed: seed)
        try simulation.run()
        problems = try simulation.problems()
      } catch {
        problems = ["ended early: \(error)"]
      }
      let text = problems.prefix(30).joined(separator: "\n  ")
      #expect(problems.isEmpty, "SIMULATION_SEED=\(seed):\n  \(text)")
    }
  }

  @Test("the same seed gives the same history")
  func isReproducible() throws {
    func history(_ seed: UInt64) throws -> [String] {
      let simulation = try Simulation(seed: seed)
      try simulation.run()
      return simulation.world.stripe.transfers.map { "\($0.id) \($0.createdMs) \($0.amount)" }
    }
    #expect(try history(7) == history(7))
    #expect(try history(7) != history(8))
  }

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
