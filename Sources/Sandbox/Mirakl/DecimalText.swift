/// Exact sums of decimals as they stand in JSON, e.g. `54.80`.
enum DecimalText {
  /// The sum with as many decimals as the most exact of the texts; `0` for none.
  ///
  /// The texts come from scenarios: one that is no decimal stops the program.
  static func sum(_ texts: [String]) -> String {
    let parts = texts.map(split)
    let decimals = parts.map(\.decimals).max() ?? 0
    let total = parts.reduce(Int128(0)) { total, part in
      (0..<decimals - part.decimals).reduce(part.digits) { digits, _ in digits * 10 } + total
    }
    var digits = String(total.magnitude)
    digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let point = digits.index(digits.endIndex, offsetBy: -decimals)
    let fraction = decimals == 0 ? "" : ".\(digits[point...])"
    return "\(total < 0 ? "-" : "")\(digits[..<point])\(fraction)"
  }

  static func negated(_ text: String) -> String {
    text.hasPrefix("-") ? String(text.dropFirst()) : "-\(text)"
  }

  private static func split(_ text: String) -> (digits: Int128, decimals: Int) {
    let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = halves.count == 2 ? String(halves[1]) : ""
    guard let digits = Int128(halves[0] + fraction), fraction.utf8.count <= 12,
      text.utf8.count <= 24
    else {
      preconditionFailure("no decimal: \(text)")
    }
    return (digits, fraction.utf8.count)
  }
}
