import Domain
import TestSupport
import Testing

/// Rounds the way a person does on paper, on the decimal digits: an implementation that shares
/// nothing with the one under test.
private func roundedByHand(_ text: String, exponent: Int, step: Int64) -> Int64 {
  let isNegative = text.hasPrefix("-")
  let parts = text.drop { $0 == "-" }.split(separator: ".")
  let fraction = parts.count == 2 ? String(parts[1]) : ""
  // A step of 10 or 100 means that the last one or two digits are always zero.
  let keptDigits = exponent - (step == 100 ? 2 : step == 10 ? 1 : 0)
  let padded = fraction + String(repeating: "0", count: 20)
  let kept = padded.prefix(keptDigits)
  let next = padded.dropFirst(keptDigits).first ?? "0"
  var value = Int64(parts[0] + kept) ?? 0
  if next >= "5" { value += 1 }
  value *= step
  return isNegative ? -value : value
}

@Test("final figures are rounded half away from zero in every currency (A2, A3)")
func roundingInEveryCurrency() throws {
  var generator = SeededGenerator(2)
  for code in Currency.all.sorted() {
    let currency = try Currency(code)
    for _ in 0..<300 {
      let text = randomText(&generator)
      let expected = roundedByHand(text, exponent: currency.exponent, step: currency.step)
      let money = try Money(rounding: try MajorAmount(text), currency)
      #expect(money.minorUnits == expected, "\(text) \(code)")
      #expect(money.minorUnits % currency.step == 0, "\(text) \(code)")
    }
  }
}

@Test(
  "rounding by hand (A3)",
  arguments: [
    ("19.999", "EUR", 2000), ("19.994", "EUR", 1999), ("19.995", "EUR", 2000),
    ("-19.995", "EUR", -2000), ("0.005", "EUR", 1), ("0.0049999", "EUR", 0), ("500", "JPY", 500),
    ("500.5", "JPY", 501), ("5.124", "KWD", 5120), ("5.125", "KWD", 5130), ("5.4", "ISK", 500),
    ("5.5", "ISK", 600), ("100", "UGX", 10000), ("0.5", "MGA", 1),
  ] as [(String, String, Int64)])
func rounding(text: String, code: String, expected: Int64) throws {
  #expect(try Money(rounding: .of(text), Currency(code)).minorUnits == expected)
}

@Test("whether something was rounded can be told (A3)")
func exactness() throws {
  #expect(try Money(rounding: .of("19.99"), .eur).isExact(.of("19.990")))
  #expect(try !Money(rounding: .of("19.999"), .eur).isExact(.of("19.999")))
}

@Test("two currencies are never combined, and overflow is an error (A1)")
func combining() throws {
  #expect(throws: MoneyError.currencyMismatch(.eur, .usd)) {
    try Money.of(1).adding(Money.of(1, .usd))
  }
  #expect(throws: MoneyError.overflow) { try Money.of(.max).adding(Money.of(1)) }
  #expect(throws: MoneyError.overflow) { try Money.of(.min).subtracting(Money.of(1)) }
  #expect(try Money.of(250).subtracting(Money.of(300)) == Money.of(-50))
}

@Test(
  "amounts are shown with their currency and its decimals (A8)",
  arguments: [
    (8073, "EUR", "80.73 EUR"), (500, "JPY", "500 JPY"), (1230, "KWD", "1.230 KWD"),
    (5, "EUR", "0.05 EUR"), (-5, "EUR", "-0.05 EUR"), (0, "USD", "0.00 USD"),
    (-123456, "USD", "-1234.56 USD"), (Int64.min, "JPY", "-9223372036854775808 JPY"),
  ] as [(Int64, String, String)])
func shown(minorUnits: Int64, code: String, expected: String) throws {
  #expect(Money(minorUnits: minorUnits, currency: try Currency(code)).description == expected)
}

@Test("the way from minor units to major and back loses nothing (A4)")
func roundTrip() throws {
  var generator = SeededGenerator(3)
  for code in Currency.all {
    let currency = try Currency(code)
    for _ in 0..<50 {
      let units = Int64.random(in: -1_000_000_000...1_000_000_000, using: &generator)
      let money = Money(minorUnits: units * currency.step, currency: currency)
      #expect(try Money(rounding: MajorAmount(money), currency) == money)
    }
  }
}
