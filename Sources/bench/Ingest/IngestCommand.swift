import ArgumentParser
import Glibc

struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Measure webhooks, health checks, start and memory against nginx and the disk.",
    discussion: """
      Runs the real server (the `stripe-mirakl` beside this program) on loopback. Needs nginx. The \
      targets are for a release build on a machine that does nothing else.
      """)

  /// What can be measured alone.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case load, health, start, memory, big
  }

  @Option(help: "Only these: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var part: [Part] = []

  @Option(help: "Connections of the load.")
  var connections: [Int] = [1, 16, 64, 256]

  @Option(help: "Milliseconds of each measurement.")
  var milliseconds = 1_500

  @Option(help: "Repetitions of each measurement; the median counts.")
  var repetitions = 5

  @Option(help: "Events in the store for the start with a history.")
  var history = 1_000_000

  @Option(help: "Events in the store for the rate with a history.")
  var bigHistory = 5_000_000

  @Option(help: "Bytes of each body of that history.")
  var historyBytes = 3_000

  @Option(help: "Events taken before the memory is read.")
  var memoryEvents = 200_000

  @Option(help: "Where databases and logs go; the disk that is measured.")
  var folder = "/tmp"

  @Option(help: "Where the results go: NAME.md and NAME.json.")
  var output = "bench-ingest"

  func validate() throws {
    guard connections.allSatisfy({ (1...1_000).contains($0) }) else {
      throw ValidationError("--connections: 1 to 1000")
    }
    guard milliseconds >= 50, repetitions >= 1, history >= 1, bigHistory >= 1, memoryEvents >= 1
    else { throw ValidationError("every size must be positive, --milliseconds at least 50") }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let parts = part.isEmpty ? Part.allCases : part
    let place = try WorkFolder(in: folder)
    var bench = try IngestBench(self, folder: place.path)
    for part in parts {
      switch part {
      case .load: try bench.measureLoad()
      case .health: try bench.measureHealth()
      case .start: try bench.measureStart()
      case .memory: try bench.measureMemory()
      case .big: try bench.measureBigStore()
      }
    }
    try bench.report.write(to: output)
  }
}
