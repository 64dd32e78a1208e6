/// Moments as text: ISO 8601 as Mirakl writes it, RFC 3339 for our own API, and HTTP's own form.
///
/// All of them are milliseconds since 1970-01-01 UTC here; leap seconds do not exist.
public enum Timestamp {
  /// Reads `2019-04-02T14:58:22Z`, with or without a fraction, with `Z`, `+01:00`, `+0100` or
  /// `+01` as its zone.
  ///
  /// - Returns: nil if the text is anything else, has no zone, or is no date (31 June). Digits
  ///   past the milliseconds are cut off.
  public static func parse(_ text: String) -> Int64? {
    var scanner = Scanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
      scanner.skip("-"), let day = scanner.number(2), scanner.skip("T") || scanner.skip("t"),
      let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2),
      scanner.skip(":"), let second = scanner.number(2),
      let milliseconds = scanner.fraction(), let zoneMinutes = scanner.zone(), scanner.isAtEnd,
      let days = days(year: year, month: month, day: day), isTime(hour, minute, second)
    else { return nil }
    let minutes = Int64(hour * 60 + minute - zoneMinutes)
    return (days * 86_400 + minutes * 60 + Int64(second)) * 1_000 + Int64(milliseconds)
  }

  /// `2026-11-23T09:05:00Z`, with milliseconds only where there are any.
  public static func format(ms: Int64) -> String {
    let (days, msOfDay) = ms.flooredDivision(by: 86_400_000)
    let (year, month, day) = civil(days: days)
    let seconds = msOfDay / 1_000
    let fraction = msOfDay % 1_000
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
      + padded(seconds / 3_600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":"
      + padded(seconds % 60, 2) + (fraction == 0 ? "" : "." + padded(fraction, 3)) + "Z"
  }

  /// `2026-11-23T09:05:00Z`, rounded down to the second: the form that every neighbour accepts.
  public static func formatSeconds(ms: Int64) -> String {
    format(ms: ms.flooredDivision(by: 1_000).0 * 1_000)
  }

  /// Reads HTTP's preferred form, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
  /// - Returns: nil for anything else; the two obsolete forms are not sent by anybody we call.
  public static func parseHTTP(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    var scanner = Scanner(parts[1] + " " + parts[3] + " " + parts[4])
    guard let day = scanner.number(2), scanner.skip(" "), let year = scanner.number(4),
      scanner.skip(" "), let hour = scanner.number(2), scanner.skip(":"),
      let minute = scanner.number(2), scanner.skip(":"), let second = scanner.number(2),
      scanner.isAtEnd, let days = days(year: year, month: month + 1, day: day),
      isTime(hour, minute, second)
    else { return nil }
    return (days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)) * 1_000
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Second 60 is a leap second; it is taken as the first of the next minute.
  private static func isTime(_ hour: Int, _ minute: Int, _ second: Int) -> Bool {
    hour <= 23 && minute <= 59 && second <= 60
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in
  /// March, so that the leap day is the last of its year.
  private static func days(year: Int, month: Int, day: Int) -> Int64? {
    guard (1...12).contains(month), (1...daysIn(month, of: year)).contains(day) else { return nil }
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func daysIn(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Reads fixed-width fields from the front of a text.
private struct Scanner {
  private var rest: ArraySlice<UInt8>
  init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ width: Int) -> Int? {
    guard rest.count >= width, rest.prefix(width).allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    defer { rest.removeFirst(width) }
    return rest.prefix(width).reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// Milliseconds of `.460`; 0 if there is no fraction.
  mutating func fraction() -> Int? {
    guard skip(".") || skip(",") else { return 0 }
    let digits = rest.prefix { (48...57).contains($0) }
    guard !digits.isEmpty else { return nil }
    rest.removeFirst(digits.count)
    let thousandths = digits.map { Int($0 - 48) } + [0, 0]
    return thousandths[0] * 100 + thousandths[1] * 10 + thousandths[2]
  }

  /// Minutes east of Greenwich.
  mutating func zone() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip("+") || skip("-"), let hours = number(2) else { return nil }
    let hasColon = skip(":")
    guard let minutes = isAtEnd && !hasColon ? 0 : number(2), hours <= 23, minutes <= 59 else {
      return nil
    }
    return (hours * 60 + minutes) * (isWest ? -1 : 1)
  }
}

extension Int64 {
  /// Rounded towards minus infinity, so that moments before 1970 work; the rest is never negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
  }
}
