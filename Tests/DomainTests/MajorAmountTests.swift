import Domain
import FoundationEssentials
import TestSupport
import Testing

@Test(
  "decimals are read exactly and written back without loss (A1)",
  arguments: [
    ("19.99", "19.99"), ("54.80", "54.8"), ("0.0000", "0"), ("10", "10"), ("-0.005", "-0.005"),
    ("-0", "0"), ("1e-2", "0.01"), ("1E+2", "100"), ("12e2", "1200"), ("0.1", "0.1"),
    ("1234567890123.45", "1234567890123.45"), ("0.000000000001", "0.000000000001"),
    ("999999999999999.999999999999", "999999999999999.999999999999"),
    ("0.10000000000000000000", "0.1"), ("00.5", "0.5"), ("1.5e1", "15"), ("0e99", "0"),
  ])
func reads(text: String, expected: String) throws {
  #expect(try MajorAmount(text).description == expected)
}

@Test(
  "what is no amount is refused with its reason (A3)",
  arguments: [
    ("", AmountError.notANumber), ("-", .notANumber), ("abc", .notANumber), ("1,5", .notANumber),
    ("1.", .notANumber), (".5", .notANumber), ("+1", .notANumber), ("1.2.3", .notANumber),
    ("0x10", .notANumber), ("1e", .notANumber), ("1e2.5", .notANumber), ("٣", .notANumber),
    ("NaN", .notANumber), ("1 ", .notANumber), ("--1", .notANumber), ("1e400", .notANumber),
    ("0.0000000000001", .tooManyDigits), ("1e-13", .tooManyDigits),
    ("1000000000000001", .outOfRange), ("1e16", .outOfRange), ("-1e18", .outOfRange),
    ("99999999999999999999999999999999999999999999", .outOfRange),
  ])
func refuses(text: String, expected: AmountError) {
  #expect(throws: expected) { try MajorAmount(text) }
}

@Test("sums and differences agree with an independent decimal implementation (A1)")
func sumsAgree() throws {
  var generator = SeededGenerator(1)
  for round in 0..<20_000 {
    let left = randomText(&generator)
    let right = randomText(&generator)
    let (a, b) = (try MajorAmount(left), try MajorAmount(right))
    let reference = try #require(Decimal(string: left))
    let other = try #require(Decimal(string: right))
    #expect((a + b).description == "\(reference + other)", "\(left) + \(right), round \(round)")
    #expect((a - b).description == "\(reference - other)", "\(left) - \(right), round \(round)")
    #expect((a < b) == (reference < other), "\(left) < \(right)")
  }
}

@Test("a Decimal of a JSON number arrives exactly")
func fromDecimal() throws {
  for text in ["19.99", "-1234567.89", "0.000001", "900719925474099.3"] {
    #expect(try MajorAmount(try #require(Decimal(string: text))).description == text)
  }
  #expect(throws: AmountError.notANumber) { try MajorAmount(Decimal.nan) }
}

@Test("it is stored as text, so that no reader can go through a Double")
func codable() throws {
  let data = try JSONEncoder().encode([MajorAmount.of("19.99")])
  #expect(String(decoding: data, as: UTF8.self) == #"["19.99"]"#)
  #expect(try JSONDecoder().decode([MajorAmount].self, from: data) == [.of("19.99")])
}

/// Up to 12 digits before and 12 after the point, sign included.
func randomText(_ generator: inout SeededGenerator) -> String {
  let whole = Int64.random(in: 0..<1_000_000_000_000, using: &generator)
  let digits = Int.random(in: 0...12, using: &generator)
  let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }
  let sign = Bool.random(using: &generator) ? "-" : ""
  return "\(sign)\(whole)" + (digits == 0 ? "" : "." + fraction.joined())
}
