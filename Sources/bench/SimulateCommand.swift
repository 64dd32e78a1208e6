import ArgumentParser
import Glibc
import Simulation

/// `bench simulate`: random histories, each from its seed, judged by an independent ledger.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run the engine through random faults and crashes; each seed is one history.",
    discussion: "Exit status 1 if any seed ends with a problem; each is printed with its replay.")

  @Option(help: "How many seeds.")
  var seeds: UInt64 = 1_000

  @Option(help: "The first of them.")
  var first: UInt64 = 1

  @Option(help: "Only this seed.")
  var seed: UInt64?

  @Option(help: "How many at once.")
  var threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  @Flag(help: "Stop at the first seed that fails.")
  var untilFailure = false

  @Flag(help: "Print what happened, one line each, with the simulated time (with --seed).")
  var trace = false

  func validate() throws {
    guard seeds > 0, first.addingReportingOverflow(seeds).overflow == false else {
      throw ValidationError("--seeds must be at least 1, and --first + --seeds fit 64 bits")
    }
    guard (1...256).contains(threads) else {
      throw ValidationError("--threads must be 1 to 256")
    }
    guard !trace || seed != nil else {
      throw ValidationError("--trace needs --seed: it prints thousands of lines for each")
    }
  }

  func run() throws {
    if let seed {
      let report = SeedRun.run(seed) { line in
        if trace { print(line) }
      }
      tell(report)
      if !report.problems.isEmpty { throw ExitCode(1) }
      return
    }
    let began = Self.monotonicSeconds
    let summary = SeedRun.run(
      first...(first + seeds - 1), threads: threads, stopsAtFailure: untilFailure, onFailure: tell)
    let seconds = Self.monotonicSeconds - began
    let rate = seconds > 0 ? Double(summary.seeds) / seconds : 0
    print(
      "\(summary.seeds) seeds, \(summary.failures) failed; \(summary.crashes) crashes, "
        + "\(summary.movements) movements of money; \(Int(seconds)) s, \(Int(rate)) seeds/s")
    if summary.failures > 0 { throw ExitCode(1) }
  }

  private func tell(_ report: SeedReport) {
    guard !report.problems.isEmpty else { return }
    print("seed \(report.seed) failed: bench simulate --seed \(report.seed) --trace")
    for problem in report.problems.prefix(20) { print("  \(problem)") }
    if report.problems.count > 20 { print("  and \(report.problems.count - 20) more") }
  }

  private static var monotonicSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
  }
}
