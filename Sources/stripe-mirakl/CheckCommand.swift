import App
import ArgumentParser

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look at everything that must be right before money moves, and change nothing.",
    discussion: """
      Configuration, database, the keys and what they may do on both sides, mode, webhook \
      endpoints, Mirakl's custom fields and features, clocks, and whether BASE_HOST leads here. \
      One line per finding, with its remedy. Exit status 1 if one of them is an error.
      """)

  @Flag(help: "Print the findings as JSON.")
  var json = false

  func run() throws {
    let report = Preflight.run(Environment.variables)
    print(json ? report.json : report.text)
    if !report.isGood { throw ExitCode(1) }
  }
}
