import App
import ArgumentParser

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Tokens of the operator's API.",
    subcommands: [Create.self, List.self, Revoke.self])

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a token and print it, this once.",
      discussion: "Example: stripe-mirakl token create nightly-report --scope read")

    @Argument(help: "A name for the audit.")
    var name: String

    @Option(help: "read, operate or admin.")
    var scope = "read"

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      try Failure.explained {
        let settings = try Configuration.parse(Environment.variables)
        print(try TokenCommands.create(name: name, scope: scope, settings, json: json))
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All tokens: number, name, scope, when it was used last or revoked.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      try Failure.explained {
        print(try TokenCommands.list(try Configuration.parse(Environment.variables), json: json))
      }
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a token at once.",
      discussion: "Example: stripe-mirakl token revoke nightly-report")

    @Argument(help: "Its name or its number.")
    var token: String

    func run() throws {
      try Failure.explained {
        print(try TokenCommands.revoke(token, try Configuration.parse(Environment.variables)))
      }
    }
  }
}
