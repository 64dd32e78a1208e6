import Decisions
import Domain
import Engine
import Testing

@testable import App

private func parse(_ changes: [String: String] = [:]) throws -> Configuration {
  try Configuration.parse(minimalEnvironment.merging(changes) { $1 })
}

@Suite struct OnboardingConfigurationTests {
  @Test("what an operator who sets nothing gets")
  func defaults() throws {
    let configuration = try parse()
    let onboarding = configuration.onboarding
    #expect(onboarding.policy == OnboardingPolicy())
    #expect(
      onboarding.links
        == OnboardingLinks(
          mode: .stable, publicURL: "https://connect.example.org",
          returnURL: "https://shop.mirakl.net/mmp/shop/account/shop", field: "stripe-url"))
    #expect(onboarding.isStrict && !onboarding.kycPassWrites)
    #expect(configuration.onboardingSchedule == Schedule("1m"))
    #expect(configuration.kycSchedule == .off)
    #expect(
      onboarding.links.refreshURL(token: "t")
        == "https://connect.example.org/api/public/onboarding/refresh?token=t")
  }

  @Test("every variable has its effect")
  func everything() throws {
    let configuration = try parse([
      "SCHEME": "http", "BASE_HOST": "localhost:8080", "ENABLE_SELLER_ONBOARDING": "off",
      "REDIRECT_ONBOARDING": "https://a.example/b/", "MIRAKL_CUSTOM_FIELD_CODE": "link",
      "MIRAKL_IGNORED_SHOP_FIELD_CODE": "skip", "STRIPE_PREFILL_ONBOARDING": "yes",
      "ONBOARDING_LINK": "direct", "KYC_STRICT": "no", "KYC_MIRAKL_SHOP_DISABLE_UPDATE": "1",
      "SCHEDULE_ONBOARDING": "off", "SCHEDULE_KYC": "0 3 * * *",
      "MIRAKL_HOST_NAME": "https://m.example/",
    ])
    let onboarding = configuration.onboarding
    #expect(
      onboarding.policy
        == OnboardingPolicy(
          isEnabled: false, linkField: "link", ignoreField: "skip", prefills: true))
    #expect(
      onboarding.links
        == OnboardingLinks(
          mode: .direct, publicURL: "http://localhost:8080", returnURL: "https://a.example/b/",
          field: "link"))
    #expect(!onboarding.isStrict && onboarding.kycPassWrites)
    #expect(configuration.onboardingSchedule == .off)
    #expect(configuration.kycSchedule == Schedule("0 3 * * *"))
  }

  @Test(
    "a value that cannot be meant is refused",
    arguments: [
      ("SCHEME", "ftp"), ("BASE_HOST", "https://connect.example.org"),
      ("BASE_HOST", "connect.example.org/x"), ("ONBOARDING_LINK", "stabel"),
      ("REDIRECT_ONBOARDING", "example.org"), ("SCHEDULE_KYC", "often"),
      ("KYC_STRICT", "perhaps"),
    ])
  func refused(name: String, value: String) throws {
    let problems = #expect(throws: ConfigurationProblems.self) { try parse([name: value]) }
    #expect(problems?.list.count == 1)
    #expect(problems?.list.first?.hasPrefix(name) == true)
  }
}
