import App
import ArgumentParser

struct WebhooksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhooks",
    abstract: "Register Stripe's two webhook endpoints, list them, delete one.",
    subcommands: [Register.self, List.self, Delete.self])

  struct Register: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make both endpoints, or bring them up to date.",
      discussion: """
        One endpoint for the events of the platform's own account and one for those of connected \
        accounts, each with exactly the event types that this program handles. Safe to repeat. \
        The signing secrets are printed once, or stored as files with --store.

        Example: stripe-mirakl webhooks register --url https://pay.example.com --store /etc/sm
        """)

    @Option(help: "Public base URL of this server, https://HOST.")
    var url: String

    @Option(help: "Folder for the signing secrets, instead of printing them.")
    var store: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      try Failure.explained {
        print(try webhooks().register(base: url, store: store, json: json))
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the endpoints and what is wrong with them.")

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws { try Failure.explained { print(try webhooks().list(json: json)) } }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete an endpoint.")

    @Argument(help: "Its id, we_…")
    var id: String

    func run() throws { try Failure.explained { print(try webhooks().delete(id)) } }
  }
}

private func webhooks() throws -> Webhooks {
  Webhooks(try Configuration.parse(Environment.variables))
}
