import HTTPClient
import Testing

@Suite("Redaction")
struct RedactionTests {
  @Test(
    "keys never reach an error (O3)",
    arguments: [
      ("Invalid API Key provided: sk_test_4eC39HqLy", "Invalid API Key provided: sk_***"),
      ("The provided key 'rk_live_***abc' lacks", "The provided key 'rk_***' lacks"),
      ("whsec_abc,sk_live_1.", "whsec_***,sk_***."),
      ("nothing to hide: task_1", "nothing to hide: task_1"),
      (
        "'https://connect.stripe.com/setup/e/acct_1/aB-3' is no URL",
        "'https://connect.stripe.com/***' is no URL"
      ),
      (
        "https://h/api/public/onboarding/refresh?token=0af3 bad",
        "https://h/api/public/onboarding/refresh?token=*** bad"
      ),
      ("", ""),
    ])
  func prefixes(text: String, expected: String) { #expect(Redaction.clean(text) == expected) }

  @Test("the secret itself is taken out wherever it stands (O3)")
  func secret() {
    #expect(Redaction.clean("key=0a-b!c; 0a-b!c", of: "0a-b!c") == "key=***; ***")
    #expect(Redaction.clean("a sk_live_1 b", of: "b") == "a sk_*** b")
  }
}
