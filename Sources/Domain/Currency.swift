/// An ISO 4217 currency with the number of decimals that Stripe's API uses for it.
///
/// The exponent is Stripe's, not ISO's: ISK and UGX have two decimals in the API although ISO
/// says none, MGA has none although ISO says two.
/// - Source: https://docs.stripe.com/currencies (zero-decimal, three-decimal, special cases).
public struct Currency: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Three upper-case letters, e.g. `EUR`.
  public let code: String

  /// - Throws: `InvalidCurrency` if the text is not an active ISO 4217 code. A code we do not know
  ///   has no known exponent, so guessing "two" could be wrong by a factor of a hundred.
  public init(_ text: String) throws(InvalidCurrency) {
    let upper = text.uppercased()
    guard Self.known.contains(upper) else { throw InvalidCurrency(text: text) }
    code = upper
  }

  /// Decimals of the minor unit in Stripe's API: 0, 2 or 3.
  public var exponent: Int {
    if Self.zeroDecimal.contains(code) { return 0 }
    return Self.threeDecimal.contains(code) ? 3 : 2
  }

  /// The smallest step of an amount in Stripe's API, in minor units: 100 for ISK and UGX (whole
  /// units only), 10 for three-decimal currencies (the last digit must be 0), otherwise 1.
  public var step: Int64 {
    if Self.wholeUnitsOnly.contains(code) { return 100 }
    return exponent == 3 ? 10 : 1
  }

  /// The smallest step of a *payout*, in minor units: HUF and TWD are paid out in whole units.
  public var payoutStep: Int64 { Self.wholePayoutsOnly.contains(code) ? 100 : step }

  /// Lower case, as Stripe writes it.
  public var stripeCode: String { code.lowercased() }
  public var description: String { code }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do { self = try Currency(text) } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }

  /// Every code this program knows, upper case.
  public static var all: Set<String> { known }

  private static let zeroDecimal: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
  ]
  private static let threeDecimal: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]
  private static let wholeUnitsOnly: Set<String> = ["ISK", "UGX"]
  private static let wholePayoutsOnly: Set<String> = ["HUF", "TWD"]

  /// ISO 4217 codes of money in circulation (funds, metals and test codes left out). IQD and LYD,
  /// which have three decimals in ISO, are absent: Stripe does not process them, and treating them
  /// as two-decimal would be a guess.
  private static let known: Set<String> = Set(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ISK JMD JOD JPY KES KGS KHR KMF \
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR \
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split(separator: " ").map(String.init))
}

/// A currency code that is not in the table.
public struct InvalidCurrency: Error, Hashable, CustomStringConvertible {
  public let text: String
  public var description: String { "unknown currency \"\(text.prefix(12))\"" }
}
