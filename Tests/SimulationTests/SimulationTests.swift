import Simulation
import Testing

@Suite struct SimulationTests {
  /// Enough to notice in a debug build that something broke; CI runs a thousand with
  /// `bench simulate`, see `deploy/simulate.sh`.
  @Test("every movement is made once, whatever goes wrong (Q1, Q2, Q3, Q4, Q5, Q8, A6, P3)")
  func everySeed() {
    for seed in UInt64(1)...12 {
      let report = SeedRun.run(seed)
      let text = report.problems.prefix(30).joined(separator: "\n  ")
      #expect(report.problems.isEmpty, "bench simulate --seed \(seed) --trace:\n  \(text)")
    }
  }

  @Test("the same seed gives the same history")
  func isReproducible() throws {
    func history(_ seed: UInt64) throws -> [String] {
      let simulation = try Simulation(seed: seed)
      try simulation.run()
      return simulation.history
    }
    #expect(try history(7) == history(7))
    #expect(try history(7) != history(8))
  }
}
