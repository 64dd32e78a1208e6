/// Amounts as Stripe writes them in messages, and the steps it demands.
///
/// - Source: https://docs.stripe.com/currencies
enum AmountText {
  /// `€70.00`, `¥500`, `BHD 1.230`.
  static func symbol(_ minorUnits: Int64, _ currency: String) -> String {
    let symbols = ["eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"]
    let decimals = decimals(currency)
    var digits = String(minorUnits.magnitude)
    digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let point = digits.index(digits.endIndex, offsetBy: -decimals)
    let fraction = decimals == 0 ? "" : ".\(digits[point...])"
    let prefix = symbols[currency] ?? currency.uppercased() + " "
    return "\(minorUnits < 0 ? "-" : "")\(prefix)\(digits[..<point])\(fraction)"
  }

  /// The smallest step of an amount in minor units.
  static func step(_ currency: String) -> Int64 {
    if currency == "isk" || currency == "ugx" { return 100 }
    return decimals(currency) == 3 ? 10 : 1
  }

  static func decimals(_ currency: String) -> Int {
    if zeroDecimal.contains(currency) { return 0 }
    return threeDecimal.contains(currency) ? 3 : 2
  }

  private static let zeroDecimal: Set<String> = [
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
  ]
  private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]
}
