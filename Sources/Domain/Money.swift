/// An exact amount in the currency's minor unit as Stripe counts it: cents for EUR, whole yen.
///
/// There is no `Double` initializer on purpose: 19.99 has no binary form, and rounding money is a
/// decision that belongs to the caller, in the open.
public struct Money: Hashable, Sendable, Codable, CustomStringConvertible {
  public let minorUnits: Int64
  public let currency: Currency

  public init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// Rounds half away from zero to what Stripe accepts in this currency (A3): cents for EUR, whole
  /// króna for ISK, ten-fils steps for KWD.
  ///
  /// To be applied once, to the final figure. Compare with the exact amount (`isExact(_:)`) to
  /// report that something was rounded.
  /// - Throws: `MoneyError.overflow` if it does not fit into 64 bits.
  public init(rounding amount: MajorAmount, _ currency: Currency) throws(MoneyError) {
    var divisor: Int128 = 1
    for _ in currency.exponent..<MajorAmount.fractionDigitsMax { divisor *= 10 }
    divisor *= Int128(currency.step)
    let magnitude = abs(amount.picoUnits)
    let steps = (magnitude + divisor / 2) / divisor
    guard let minor = Int64(exactly: steps * Int128(currency.step)) else { throw .overflow }
    self.init(minorUnits: amount.isNegative ? -minor : minor, currency: currency)
  }

  /// Whether the amount is this money without any rounding.
  public func isExact(_ amount: MajorAmount) -> Bool { MajorAmount(self) == amount }

  /// - Throws: `MoneyError.currencyMismatch` or `.overflow`. Both reach us from outside data, so
  ///   they are errors to handle and not preconditions.
  public func adding(_ other: Money) throws(MoneyError) -> Money {
    guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
    let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
    guard !overflow else { throw .overflow }
    return Money(minorUnits: sum, currency: currency)
  }

  /// - Throws: as `adding(_:)`.
  public func subtracting(_ other: Money) throws(MoneyError) -> Money {
    guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
    let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
    guard !overflow else { throw .overflow }
    return Money(minorUnits: difference, currency: currency)
  }

  public var isPositive: Bool { minorUnits > 0 }

  /// With the currency and its decimals (A8): `80.73 EUR`, `500 JPY`, `1.230 KWD`.
  public var description: String { "\(decimalText) \(currency)" }

  /// With the currency's decimals, without the currency: `80.73`, `500`, `-0.05`.
  public var decimalText: String {
    let digits = String(minorUnits.magnitude)
    let exponent = currency.exponent
    let sign = minorUnits < 0 ? "-" : ""
    guard exponent > 0 else { return sign + digits }
    let padding = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
    let padded = padding + digits
    let point = padded.index(padded.endIndex, offsetBy: -exponent)
    return sign + padded[..<point] + "." + padded[point...]
  }
}

/// Why two amounts could not be combined.
public enum MoneyError: Error, Hashable, CustomStringConvertible {
  case currencyMismatch(Currency, Currency)
  case overflow

  public var description: String {
    switch self {
    case .currencyMismatch(let left, let right): "\(left) and \(right) cannot be combined"
    case .overflow: "the amount is too large"
    }
  }
}
