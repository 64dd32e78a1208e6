import App
import ArgumentParser
import Foundation

/// The command line. Everything behind it is in `App`.
@main
struct StripeMirakl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stripe-mirakl",
    abstract: "Pays the sellers of a Mirakl marketplace through Stripe Connect.",
    version: Version.current,
    subcommands: [
      ServeCommand.self, RunCommand.self, CheckCommand.self, WebhooksCommand.self,
      MigrateCommand.self, DemoCommand.self, SandboxCommand.self, TokenCommand.self,
    ])
}

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the HTTP server, the workers and the scheduler until SIGTERM.")

  func run() throws {
    try Failure.explained { try Serve.run(try Configuration.parse(Environment.variables)) }
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Make one pass of a job, to its end.",
    discussion: "Jobs: \(RunJob.Name.allCases.map(\.rawValue).joined(separator: ", "))")

  @Argument(help: "The job, or its name in the PHP connector's console.")
  var job: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Option(help: "Only this Mirakl shop (settlement).")
  var shop: Int64?

  func run() throws {
    guard let name = RunJob.Name(argument: job) else {
      let names = RunJob.Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("Unknown job \"\(job)\". The jobs are: \(names).")
    }
    try Failure.explained {
      print(
        try RunJob.run(name, try Configuration.parse(Environment.variables), json: json, shop: shop)
      )
    }
  }
}

struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the database to this version's schema.")

  func run() throws {
    try Failure.explained {
      print(try Migrate.run(try Configuration.parse(Environment.variables)))
    }
  }
}

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run the whole product against built-in Stripe and Mirakl sandboxes.",
    discussion: """
      Starts both sandboxes and the real server over loopback HTTP and plays the life of a \
      marketplace: sellers are onboarded, goods and services sold, payments captured or disputed, \
      taxes split, customers refunded, billing documents settled and paid out. Exit status 0 only \
      if every charge equals its transfers, taxes, commissions and what stays with the operator, \
      less refunds; if every balance is what it must be; and if Mirakl and Stripe agree.
      """)

  @Option(help: "How many orders.")
  var orders = 200

  @Option(help: "Percentage of calls that fail: lost answers, 429, 500.")
  var faults = 0

  @Option(help: "Seed of everything random; the same seed plays the same marketplace.")
  var seed: UInt64 = 1

  @Flag(help: "Leave the server running afterwards, until Ctrl-C.")
  var stay = false

  func validate() throws {
    guard (1...20_000).contains(orders) else { throw ValidationError("--orders: 1 to 20000") }
    guard (0...50).contains(faults) else { throw ValidationError("--faults: 0 to 50") }
  }

  func run() throws {
    let isBalanced = try Failure.explained {
      try Demo.run(Demo.Options(orders: orders, faultsPercent: faults, seed: seed, stays: stay))
    }
    if !isBalanced { throw ExitCode(1) }
  }
}

struct SandboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Run only the Stripe and Mirakl simulators, on two loopback ports.",
    discussion: """
      Prints their addresses and, as shell commands, the environment variables of a server that \
      is to work with them. A made-up marketplace is in them; its sellers complete the accounts \
      that the server makes.
      """)

  @Option(help: "Port of the Stripe simulator; 0 takes a free one.")
  var stripePort: UInt16 = 12111

  @Option(help: "Port of the Mirakl simulator; 0 takes a free one.")
  var miraklPort: UInt16 = 12112

  @Option(help: "Base URL of the server that gets the webhooks.")
  var server = "http://127.0.0.1:8080"

  @Option(help: "How many orders the marketplace has.")
  var orders = 20

  @Option(help: "Percentage of calls that fail: lost answers, 429, 500.")
  var faults = 0

  @Option(help: "Seed of everything random; the same seed plays the same marketplace.")
  var seed: UInt64 = 1

  func validate() throws {
    guard (1...20_000).contains(orders) else { throw ValidationError("--orders: 1 to 20000") }
    guard (0...50).contains(faults) else { throw ValidationError("--faults: 0 to 50") }
    guard stripePort == 0 || stripePort != miraklPort else {
      throw ValidationError("--stripe-port and --mirakl-port must differ")
    }
    guard server.hasPrefix("http://") || server.hasPrefix("https://") else {
      throw ValidationError("--server: an http or https URL")
    }
  }

  func run() throws {
    try Failure.explained {
      try SandboxRun.run(
        SandboxRun.Options(
          stripePort: stripePort, miraklPort: miraklPort, server: server, orders: orders,
          faultsPercent: faults, seed: seed))
    }
  }
}

/// The process's variables.
enum Environment {
  static var variables: [String: String] { ProcessInfo.processInfo.environment }
}

/// Problems as sentences on standard error and exit status 1, never a stack trace.
enum Failure {
  static func explained<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let exit as ExitCode { throw exit } catch {
      FileHandle.standardError.write(Data("stripe-mirakl: \(error)\n".utf8))
      throw ExitCode(1)
    }
  }
}
