import Testing

@testable import bench

@Suite struct ReportTests {
  @Test("a target is met on its own side only, and at its edge")
  func targets() {
    #expect(Target.atLeast(0.33).isMet(by: 0.33))
    #expect(!Target.atLeast(0.33).isMet(by: 0.329))
    #expect(Target.atMost(5).isMet(by: 5))
    #expect(!Target.atMost(5).isMet(by: 5.01))
  }

  @Test(
    "figures show what counts",
    arguments: [
      (0.334, "0.33"), (0.005, "0.01"), (4.067, "4.07"), (23.96, "24.0"), (99.96, "100"),
      (1_234.5, "1,235"), (45_678, "45,678"), (1_000_000, "1,000,000"), (0, "0.00"),
    ])
  func format(_ value: Double, _ text: String) { #expect(Report.format(value) == text) }

  @Test("a line says the target and whether it is met")
  func row() {
    let finding = Finding(
      name: "p99", value: 6, unit: "ms", basis: "checkpoints included", target: .atMost(5))
    #expect(
      Report.row(finding) == "| p99 | 6.00 ms | ≤ 5.00 ms | **not met** | checkpoints included |")
  }
}
