import FoundationEssentials

/// An exact amount in major units, as Mirakl writes it: `19.99`, `54.8`, `-0.005`.
///
/// Held as a whole number of 10⁻¹², so that sums and differences are exact and there is no
/// `Double` anywhere. Rounding to a currency's minor unit happens once, on the final figure
/// (`Money.init(rounding:_:)`).
public struct MajorAmount: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The amount times 10¹².
  public let picoUnits: Int128

  public static let zero = MajorAmount(picoUnits: 0)
  static let fractionDigitsMax = 12
  static let picoPerMajor: Int128 = 1_000_000_000_000
  /// Below one quadrillion major units: beyond any order, and far from overflow in any sum.
  static let magnitudeMax: Int128 = 1_000_000_000_000_000 * picoPerMajor

  init(picoUnits: Int128) { self.picoUnits = picoUnits }

  /// Reads a decimal such as `-12.345`, with an optional exponent (`1e-2`).
  /// - Throws: `AmountError` if it is no number, has more than 12 digits after the point, or is
  ///   too large to be an amount of money.
  public init(_ text: String) throws(AmountError) {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    var exponent = 0
    if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      guard let value = Int(rest[rest.index(after: mark)...]), value.magnitude < 100 else {
        throw .notANumber
      }
      exponent = value
      rest = rest[..<mark]
    }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = parts[0]
    let fraction = parts.count == 2 ? parts[1] : ""
    guard !whole.isEmpty, parts.count == 1 || !fraction.isEmpty else { throw .notANumber }
    var digits: Int128 = 0
    for character in [whole.utf8, fraction.utf8].joined() {
      guard (48...57).contains(character) else { throw .notANumber }
      digits = digits * 10 + Int128(character - 48)
      guard digits <= Self.magnitudeMax * 1_000 else { throw .outOfRange }
    }
    try self.init(digits: isNegative ? -digits : digits, powerOfTen: exponent - fraction.utf8.count)
  }

  /// - Throws: `AmountError` as `init(_:)`.
  public init(_ decimal: Decimal) throws(AmountError) {
    guard decimal.isFinite else { throw .notANumber }
    try self.init("\(decimal)")
  }

  private init(digits: Int128, powerOfTen: Int) throws(AmountError) {
    var value = digits
    var shift = powerOfTen + Self.fractionDigitsMax
    while shift < 0 {
      guard value % 10 == 0 else { throw .tooManyDigits }
      (value, shift) = (value / 10, value == 0 ? 0 : shift + 1)
    }
    while shift > 0, value != 0 {
      guard abs(value) <= Self.magnitudeMax else { throw .outOfRange }
      (value, shift) = (value * 10, shift - 1)
    }
    guard abs(value) <= Self.magnitudeMax else { throw .outOfRange }
    picoUnits = value
  }

  /// The amount as Stripe counts it, in major units.
  public init(_ money: Money) {
    var pico = Int128(money.minorUnits)
    for _ in money.currency.exponent..<Self.fractionDigitsMax { pico *= 10 }
    picoUnits = pico
  }

  // Each operand is below 10²⁷ and Int128 holds 10³⁸: a sum of a hundred billion terms fits.
  public static func + (left: MajorAmount, right: MajorAmount) -> MajorAmount {
    MajorAmount(picoUnits: left.picoUnits + right.picoUnits)
  }
  public static func - (left: MajorAmount, right: MajorAmount) -> MajorAmount {
    MajorAmount(picoUnits: left.picoUnits - right.picoUnits)
  }
  public static prefix func - (amount: MajorAmount) -> MajorAmount {
    MajorAmount(picoUnits: -amount.picoUnits)
  }
  public static func < (left: MajorAmount, right: MajorAmount) -> Bool {
    left.picoUnits < right.picoUnits
  }

  public var isZero: Bool { picoUnits == 0 }
  public var isNegative: Bool { picoUnits < 0 }
  public var magnitude: MajorAmount { MajorAmount(picoUnits: abs(picoUnits)) }

  /// Plain decimal notation without trailing zeros: `54.8`, `0`, `-0.005`.
  public var description: String {
    let magnitude = abs(picoUnits)
    var fraction = String(magnitude % Self.picoPerMajor)
    fraction = String(repeating: "0", count: Self.fractionDigitsMax - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let sign = picoUnits < 0 ? "-" : ""
    return sign + String(magnitude / Self.picoPerMajor) + (fraction.isEmpty ? "" : "." + fraction)
  }
}

extension Sequence where Element == MajorAmount {
  /// The exact sum; zero for an empty sequence.
  public func total() -> MajorAmount { reduce(.zero, +) }
}

/// Stored and logged as its decimal text. Amounts from Mirakl are JSON *numbers*; its client
/// decodes those through `Decimal`.
extension MajorAmount: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do { self = try MajorAmount(text) } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
    }
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// Why a number cannot be taken as an amount of money.
public enum AmountError: Error, Hashable, CustomStringConvertible {
  case notANumber
  case tooManyDigits
  case outOfRange

  public var description: String {
    switch self {
    case .notANumber: "not a number"
    case .tooManyDigits: "more than 12 digits after the decimal point"
    case .outOfRange: "too large to be an amount of money"
    }
  }
}
