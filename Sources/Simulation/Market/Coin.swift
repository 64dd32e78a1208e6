/// A currency with its own rules written out: nothing of the product's says what is right here.
struct Coin: Hashable, Sendable {
  let code: String
  let decimals: Int
  /// Stripe wants the last digit of three-decimal amounts to be 0.
  let step: Int64

  static let all = [
    Coin(code: "EUR", decimals: 2, step: 1), Coin(code: "JPY", decimals: 0, step: 1),
    Coin(code: "KWD", decimals: 3, step: 10), Coin(code: "USD", decimals: 2, step: 1),
  ]

  /// As Stripe writes it.
  var lower: String { code.lowercased() }

  /// Major units, as Mirakl writes them: `1999` of EUR is `19.99`.
  func text(_ minor: Int64) -> String {
    guard decimals > 0 else { return String(minor) }
    let digits = String(minor.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (minor < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
