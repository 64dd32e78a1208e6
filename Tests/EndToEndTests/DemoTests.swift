import TestSupport
import Testing

@Suite struct DemoTests {
  @Test("the demonstration balances, without faults and with them", arguments: ["0", "10"])
  func balances(_ faults: String) throws {
    let folder = TemporaryFolder()
    let process = ChildProcess(
      World.executable, ["demo", "--orders", "40", "--faults", faults], environment: [:],
      outputPath: folder.file("demo.log"))
    #expect(process.exitStatus(within: 90_000) == 0, "\(process.output)")
    #expect(process.output.contains("Balanced in "))
  }
}
