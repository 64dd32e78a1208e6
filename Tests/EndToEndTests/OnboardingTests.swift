import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing

@testable import App

@Suite struct OnboardingTests {
  @Test("from a new shop to an approved seller: account, link, click, event, status (O2, O3, Q11)")
  func wholeWay() throws {
    let world = try World()
    world.mirakl.addShop(SandboxShop(id: 7, name: "Atelier"))
    world.stripe.setEndpoints([
      WebhookEndpoint(
        url: "http://127.0.0.1:\(world.port)/api/public/webhook/sellers",
        secret: World.webhookSecret, connect: true)
    ])
    let server = try world.serve([
      "ENABLE_SCHEDULER": "true", "SCHEDULE_ONBOARDING": "1s", "SCHEDULE_SPLIT": "off",
      "LOG_LEVEL": "trace",
    ])
    let field = try #require(
      Waiting.until(20_000) { world.mirakl.shops.first?.fields["stripe-url"] }, "\(server.output)")
    let prefix = "http://localhost/api/public/onboarding/refresh?token="
    #expect(field.hasPrefix(prefix))
    let token = String(field.dropFirst(prefix.count))
    let path = "/api/public/onboarding/refresh?token="
    #expect(world.get(path + "wrong")?.status == 400)
    let first = try #require(world.get(path + token))
    #expect(first.status == 302)
    #expect(first.header("Location") == world.stripe.links.last)
    #expect(first.header("Location")?.contains("/setup/") == true)
    #expect(first.header("Cache-Control") == "no-store")

    let account = try #require(world.stripe.accounts.first?.id)
    world.stripe.completeOnboarding(account)
    let courier = WebhookCourier(
      world.stripe, transport: CurlTransport(CurlTransport.Options(userAgent: "tests")))
    defer { courier.stopAndJoin() }
    let status = Waiting.until(20_000) {
      world.mirakl.shops.first.flatMap { $0.kycStatus == "APPROVED" ? $0.kycStatus : nil }
    }
    #expect(status == "APPROVED", "\(server.output)")
    let second = try #require(world.get(path + token))
    #expect(second.header("Location")?.contains("/express/") == true)
    let mapping = try #require(world.get("/api/mappings/1"))
    #expect(String(decoding: mapping.body, as: UTF8.self).contains(#""payoutEnabled":true"#))

    server.signal(SIGTERM)
    _ = server.exitStatus(within: 10_000)
    #expect(world.stripe.accounts.count == 1)
    #expect(server.output.contains("onboarding pass done"))
    for secret in [token] + world.stripe.links {
      #expect(!server.output.contains(secret))
    }
  }

  @Test("the PHP console's names are the same jobs, and the kyc job lists what is open")
  func jobs() throws {
    let world = try World()
    world.mirakl.addShop(SandboxShop(id: 7, name: "Atelier"))
    let onboarding = try world.run("run", "connector:sync:onboarding")
    #expect(onboarding.status == 0)
    #expect(onboarding.output.contains("onboarding: 1 shops read"))
    let account = try #require(world.stripe.accounts.first?.id)
    let kyc = try world.run("run", "connector:dispatch:monitor-kyc-status", "--json")
    #expect(kyc.status == 0)
    #expect(
      kyc.output.contains(
        #""open":[{"mapping":1,"account":"\#(account)","shop":7,"status":"PENDING_SUBMISSION"}]"#))
    #expect(try world.run("run", "kyc").output.contains("1 with open requirements"))
  }
}
