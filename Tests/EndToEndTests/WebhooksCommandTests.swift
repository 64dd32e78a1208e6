import Engine
import FoundationEssentials
import Glibc
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@testable import App

@Suite struct WebhooksCommandTests {
  private let base = "http://pay.example.com"

  private struct Entry: Decodable {
    var endpoint: String?
    var action: String?
    var id: String
    var secret: String?
    var secretFile: String?
    var problems: [String]
    var enabledEvents: [String]?
  }

  /// The last line: the log of a command that ran before is in front.
  private func entries(_ output: String) throws -> [Entry] {
    let line = output.split(separator: "\n").last ?? ""
    return try JSONDecoder().decode([Entry].self, from: Data(line.utf8))
  }

  private func register(_ world: World, _ more: String...) throws -> [Entry] {
    let process = world.start(["webhooks", "register", "--url", base, "--json"] + more)
    let status = try #require(process.exitStatus(within: 30_000), "\(process.output)")
    #expect(status == 0, "\(process.output)")
    return try entries(process.output)
  }

  @Test("both endpoints get exactly the handled types, in the pinned version, a secret each (P6)")
  func registers() throws {
    let world = try World()
    let entries = try register(world)
    #expect(entries.map(\.endpoint) == ["operator", "sellers"])
    #expect(entries.map(\.action) == ["created", "created"])
    #expect(entries.map(\.problems) == [[], []])
    let made = world.stripe.webhookEndpoints
    #expect(made.map(\.url) == ["operator", "sellers"].map { "\(base)/api/public/webhook/\($0)" })
    #expect(made.map(\.connect) == [false, true])
    #expect(made.map(\.enabledEvents) == [HandledEvents.platform, HandledEvents.connected])
    #expect(made.map(\.apiVersion) == ["2026-08-26.dahlia", "2026-08-26.dahlia"])
    #expect(made.map(\.secret) == entries.map(\.secret))
  }

  @Test("registering again changes nothing, and shows no secret")
  func again() throws {
    let world = try World()
    _ = try register(world)
    let before = world.stripe.webhookEndpoints
    let entries = try register(world)
    #expect(entries.map(\.action) == ["unchanged", "unchanged"])
    #expect(entries.allSatisfy { $0.secret == nil })
    #expect(world.stripe.webhookEndpoints == before)
  }

  @Test("an endpoint that was switched off is switched on again, each time")
  func disabled() throws {
    let world = try World()
    let id = try #require(try register(world).first?.id)
    for _ in 1...2 {
      world.stripe.disableWebhookEndpoint(id)
      #expect(try register(world).map(\.action) == ["updated", "unchanged"])
      #expect(world.stripe.webhookEndpoints.allSatisfy { !$0.isDisabled })
    }
  }

  @Test("deleted and registered again: a new endpoint and its own secret, not the remembered one")
  func deletedAndAgain() throws {
    let world = try World()
    let first = try register(world)
    for id in first.map(\.id) {
      let result = try world.run("webhooks", "delete", id)
      #expect(result.status == 0 && result.output.contains("deleted"))
    }
    #expect(world.stripe.webhookEndpoints.isEmpty)
    let second = try register(world)
    #expect(second.map(\.action) == ["created", "created"])
    #expect(world.stripe.webhookEndpoints.map(\.secret) == second.map(\.secret))
    #expect(Set(second.map(\.secret)).isDisjoint(with: first.map(\.secret)))
  }

  @Test("the answer with the secret is lost: the same key brings it again, one endpoint each (Q1)")
  func lostAnswer() throws {
    let world = try World()
    let lost = Monitor<Set<String>>([])
    world.setFront { request, handle in
      guard request.method == "POST", request.path == "/v1/webhook_endpoints" else { return nil }
      let reply = handle(request)
      let isFirst = lost.withLock { $0.insert(request.headers["Idempotency-Key"] ?? "").inserted }
      return isFirst ? .hangUp : reply
    }
    let entries = try register(world)
    #expect(world.stripe.webhookEndpoints.map(\.secret) == entries.map(\.secret))
    #expect(entries.count == 2)
  }

  @Test("stored secrets: files for their owner alone, an older secret stays beside (W3, O3)")
  func stored() throws {
    let world = try World()
    let folder = world.folder.file("secrets")
    mkdir(folder, 0o700)
    let file = "\(folder)/stripe_operator_webhook_secret"
    try Data("whsec_older\n".utf8).write(to: URL(filePath: file))
    let entries = try register(world, "--store", folder)
    #expect(entries.allSatisfy { $0.secret == nil && $0.secretFile != nil })
    let secrets = world.stripe.webhookEndpoints.map(\.secret)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "\(secrets[0]),whsec_older\n")
    let sellers = "\(folder)/stripe_sellers_webhook_secret"
    #expect(try String(contentsOfFile: sellers, encoding: .utf8) == "\(secrets[1])\n")
    var status = stat()
    #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test(
    "bad input is refused before anything is made",
    arguments: [
      (["register", "--url", "pay.example.com"], "https://HOST"),
      (["register", "--url", "https://h/api/public/webhook/operator"], "leave out"),
      (["register", "--url", "https://h", "--store", "/proc/nowhere"], "--store"),
      (["delete", "1"], "we_"),
    ])
  func badInput(_ arguments: [String], _ words: String) throws {
    let world = try World()
    let process = world.start(["webhooks"] + arguments)
    #expect(process.exitStatus(within: 10_000) == 1)
    #expect(process.output.contains(words), "\(process.output)")
    #expect(world.stripe.webhookEndpoints.isEmpty)
  }

  @Test("the list says what is wrong with an endpoint, and leaves those of others alone")
  func list() throws {
    let world = try World()
    #expect(try world.run("webhooks", "list").output.contains("webhooks register"))
    let id = try #require(try register(world).first?.id)
    world.stripe.disableWebhookEndpoint(id)
    let result = try world.run("webhooks", "list", "--json")
    let entries = try entries(result.output)
    #expect(entries.first { $0.id == id }?.problems == ["is disabled"])
    #expect(entries.filter { $0.id != id }.map(\.problems) == [[]])
    let text = try world.run("webhooks", "list").output
    #expect(text.contains("problem: is disabled"))
    for secret in world.stripe.webhookEndpoints.map(\.secret) { #expect(!text.contains(secret)) }
  }
}
