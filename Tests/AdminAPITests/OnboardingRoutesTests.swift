import Domain
import HTTPFormat
import Store
import TestSupport
import Testing
import Threading

@testable import AdminAPI

/// Shop 1 is mapped to acct_1 with the token `secret-token`.
private final class RefreshFixture: Sendable {
  let admin: AdminFixture
  let router: Router
  let failures = Monitor<[String]>([])

  init(_ mode: OnboardingLinks.Mode = .stable, isSubmitted: Bool = false) throws {
    let admin = try AdminFixture()
    self.admin = admin
    router = Router(
      OnboardingRoutes(
        store: admin.store, stripe: admin.stripe, mirakl: admin.mirakl, clock: admin.clock,
        links: OnboardingLinks(
          mode: mode, publicURL: "https://pay.test", returnURL: "https://mirakl.test/home"),
        onFailure: { [failures] failure in failures.withLock { $0.append(failure) } }
      ).routes)
    var mapping = try admin.addMapping(shop: 1, account: "acct_1")
    mapping.onboardingToken = "secret-token"
    let (changed, nowMs) = (mapping, admin.clock.nowMs)
    try admin.store.write { _ = try $0.updateMapping(changed, nowMs: nowMs) }
    admin.stripe.add(.make("acct_1", detailsSubmitted: isSubmitted))
  }

  func get(_ query: String?, from address: String = "192.0.2.1") -> Response {
    router.response(
      Request(
        method: "GET", path: "/api/public/onboarding/refresh", query: query,
        remoteAddress: address))
  }
}

@Suite struct OnboardingRoutesTests {
  @Test(
    "a token that is missing or unknown is 400, and nobody is asked",
    arguments: [nil, "", "token=", "token=other", "token=secret-toke", "Token=secret-token"])
  func unknownToken(_ query: String?) throws {
    let fixture = try RefreshFixture()
    let response = fixture.get(query)
    #expect(response.status == 400)
    #expect(response.text == "Incorrect token")
    #expect(response.headers["Cache-Control"] == "no-store")
    #expect(fixture.admin.stripe.calls.isEmpty)
  }

  @Test("each click gets a fresh link: an account link before the details, then a login link (O2)")
  func freshLinks() throws {
    let fixture = try RefreshFixture()
    for _ in 1...2 {
      let response = fixture.get("token=secret-token")
      #expect(response.status == 302)
      #expect(response.headers["Location"] == "https://connect.stripe.com/setup/acct_1")
      #expect(response.headers["Cache-Control"] == "no-store")
      #expect(response.headers["Referrer-Policy"] == "no-referrer")
      #expect(response.body.isEmpty)
    }
    #expect(fixture.admin.stripe.calls == ["link acct_1", "link acct_1"])
    #expect(fixture.admin.stripe.keys.count == 2)  // an old key would bring the used link
    fixture.admin.stripe.add(.make("acct_1", detailsSubmitted: true))
    let response = fixture.get("token=secret-token")
    #expect(response.headers["Location"] == "https://connect.stripe.com/express/acct_1")
    #expect(fixture.admin.mirakl.updates.isEmpty)  // the stable link needs no change
    #expect(
      try fixture.admin.store.read { try $0.mapping(id: 1)?.onboardingToken } == "secret-token")
  }

  @Test("an account without a dashboard gets to the onboarding instead")
  func noDashboard() throws {
    let fixture = try RefreshFixture(isSubmitted: true)
    fixture.admin.stripe.refuse("login acct_1")
    let response = fixture.get("token=secret-token")
    #expect(response.headers["Location"] == "https://connect.stripe.com/setup/acct_1")
  }

  @Test("with direct links the shop's field gets the new link, now or later (O2)")
  func direct() throws {
    let fixture = try RefreshFixture(.direct)
    #expect(fixture.get("token=secret-token").status == 302)
    #expect(
      fixture.admin.mirakl.updates == [
        ShopUpdate(
          shopID: ShopID(1), fields: ["stripe-url": "https://connect.stripe.com/setup/acct_1"])
      ])
    #expect(try fixture.admin.store.read { try $0.shopWrite(shop: ShopID(1)) } == nil)
    fixture.admin.mirakl.fail(with: .unknown(reason: "time-out"))
    #expect(fixture.get("token=secret-token").status == 302)
    let write = try fixture.admin.store.read { try $0.shopWrite(shop: ShopID(1)) }
    #expect(write?.linkWanted == .onboarding)
  }

  @Test("a link refused by Mirakl is told without the link (O3, K2)")
  func directRefused() throws {
    let fixture = try RefreshFixture(.direct)
    fixture.admin.mirakl.refuse(shop: 1, "not a field")
    #expect(fixture.get("token=secret-token").status == 302)
    #expect(
      fixture.failures.withLock { $0 } == ["the link of shop 1 was refused: not a field"])
  }

  @Test("when Stripe gives no link it is 503 with a sentence, and no token is told (O3)")
  func stripeDown() throws {
    let fixture = try RefreshFixture()
    fixture.admin.stripe.fail(with: .unknown(reason: "time-out"))
    let response = fixture.get("token=secret-token")
    #expect(response.status == 503)
    #expect(response.headers["Retry-After"] == "30")
    #expect(!response.text.contains("time-out"))
    let failures = fixture.failures.withLock { $0 }
    #expect(failures.count == 1)
    #expect(!failures.joined().contains("secret-token"))
  }

  @Test("a redirect loop is stopped: ten links a minute for one token (X1)")
  func perToken() throws {
    let fixture = try RefreshFixture()
    for number in 1...10 {
      #expect(fixture.get("token=secret-token", from: "192.0.2.\(number)").status == 302)
    }
    let response = fixture.get("token=secret-token", from: "192.0.2.99")
    #expect(response.status == 429)
    #expect(response.headers["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
    #expect(fixture.admin.stripe.calls.count == 10)
    fixture.admin.clock.advance(byMs: 60_000)
    #expect(fixture.get("token=secret-token").status == 302)
  }

  @Test("guessing is slowed per address, and costs a right token nothing (X1)")
  func perAddress() throws {
    let fixture = try RefreshFixture()
    for number in 1...30 { #expect(fixture.get("token=guess-\(number)").status == 400) }
    #expect(fixture.get("token=guess").status == 429)
    #expect(fixture.get("token=guess", from: "192.0.2.2").status == 400)
    #expect(fixture.get("token=secret-token").status == 302)
  }
}
