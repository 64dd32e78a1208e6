import Domain
import Testing

/// Stripe's table (https://docs.stripe.com/currencies), written down here a second time, by hand
/// and in another form, so that a slip in one of the two shows.
private let decimals: [String: Int] = {
  var table: [String: Int] = [:]
  for code in Currency.all { table[code] = 2 }
  for code in "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(separator: " ") {
    table[String(code)] = 0
  }
  for code in "BHD JOD KWD OMR TND".split(separator: " ") { table[String(code)] = 3 }
  return table
}()

@Test("every currency has Stripe's number of decimals, not ISO's (A2)")
func exponents() throws {
  #expect(Currency.all.count > 140)
  for (code, expected) in decimals {
    #expect(try Currency(code).exponent == expected, "\(code)")
  }
  #expect(try Currency("ISK").exponent == 2 && Currency("UGX").exponent == 2)
}

@Test(
  "steps: whole units for ISK and UGX, last digit 0 for three decimals (A2)",
  arguments: [
    ("ISK", 100, 100), ("UGX", 100, 100), ("KWD", 10, 10), ("HUF", 1, 100),
    ("TWD", 1, 100), ("EUR", 1, 1), ("JPY", 1, 1),
  ])
func steps(code: String, step: Int64, payoutStep: Int64) throws {
  let currency = try Currency(code)
  #expect(currency.step == step)
  #expect(currency.payoutStep == payoutStep)
}

@Test("codes are read whatever their case and shown as each side writes them")
func cases() throws {
  let currency = try Currency("eUr")
  #expect(currency.code == "EUR")
  #expect(currency.stripeCode == "eur")
}

@Test(
  "a code we do not know has no exponent, and is refused",
  arguments: ["", "EU", "EURO", "XXX", "XTS", "XAU", "ZZZ", "€", "E R"])
func unknownCodes(text: String) {
  #expect(throws: InvalidCurrency.self) { try Currency(text) }
}
