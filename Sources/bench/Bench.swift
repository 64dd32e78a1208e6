import ArgumentParser

/// Measures the product, by running it.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure stripe-mirakl against its targets.",
    subcommands: [IngestCommand.self])
}
