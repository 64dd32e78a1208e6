import ArgumentParser

/// Measures and torments the product, by running it. Never shipped.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure stripe-mirakl against its targets.",
    subcommands: [IngestCommand.self, SimulateCommand.self])
}
