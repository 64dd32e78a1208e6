import ArgumentParser
import Testing

@testable import bench

@Suite struct SimulateCommandTests {
  @Test("a seed is replayed with its trace")
  func replay() throws {
    let command = try SimulateCommand.parse(["--seed", "7", "--trace"])
    #expect(command.seed == 7 && command.trace)
  }

  @Test(
    "what makes no sense is refused",
    arguments: [
      ["--seeds", "0"], ["--trace"], ["--threads", "0"], ["--first", "18446744073709551615"],
    ])
  func refusals(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try SimulateCommand.parse(arguments) }
  }
}
