/// Dates of the APIs, as milliseconds since 1970-01-01 UTC.
enum Timestamp {
  /// `2026-01-15T10:04:31Z`, with `.512` before the `Z` unless the milliseconds are 0: Mirakl
  /// writes both forms.
  static func iso8601(_ ms: Int64) -> String {
    let (days, rest) = ms.quotientAndRemainder(flooring: 86_400_000)
    let (year, month, day) = civil(days)
    let fraction = rest % 1_000
    return "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(rest / 3_600_000))"
      + ":\(pad(rest / 60_000 % 60)):\(pad(rest / 1_000 % 60))"
      + (fraction == 0 ? "Z" : ".\(pad(fraction, 3))Z")
  }

  /// Reads `2026-01-15T10:04:31[.512]` followed by `Z`, `+01:00` or `+0100`; nil for anything else.
  static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == dash, bytes[7] == dash, bytes[10] == UInt8(ascii: "T"),
      bytes[13] == colon, bytes[16] == colon,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
      let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var rest = bytes[19...]
    var milliseconds: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (48...57).contains($0) }
      guard !digits.isEmpty, digits.count <= 9 else { return nil }
      milliseconds = number((Array(digits) + [48, 48])[0..<3]) ?? 0
      rest = rest.dropFirst(digits.count + 1)
    }
    guard let offsetMinutes = offset(Array(rest)) else { return nil }
    let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    return (seconds - offsetMinutes * 60) * 1_000 + milliseconds
  }

  /// `Tue, 15 Nov 1994 08:12:31 GMT` (RFC 9110 5.6.7).
  static func http(_ ms: Int64) -> String {
    let (days, rest) = ms.quotientAndRemainder(flooring: 86_400_000)
    let (year, month, day) = civil(days)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return "\(weekdays[Int((days % 7 + 7) % 7)]), \(pad(day)) \(months[Int(month - 1)]) "
      + "\(pad(year, 4)) \(pad(rest / 3_600_000)):\(pad(rest / 60_000 % 60))"
      + ":\(pad(rest / 1_000 % 60)) GMT"
  }

  private static let dash = UInt8(ascii: "-")
  private static let colon = UInt8(ascii: ":")

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  private static func offset(_ bytes: [UInt8]) -> Int64? {
    if bytes == [UInt8(ascii: "Z")] { return 0 }
    let digits = bytes.dropFirst().filter { $0 != colon }
    guard digits.count == 4, bytes.count == 5 || (bytes.count == 6 && bytes[3] == colon),
      let hours = number(digits[0..<2]), let minutes = number(digits[2..<4])
    else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "+"): return hours * 60 + minutes
    case UInt8(ascii: "-"): return -(hours * 60 + minutes)
    default: return nil
    }
  }

  private static func pad(_ value: Int64, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  /// Howard Hinnant's algorithm of the proleptic Gregorian calendar.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientAndRemainder(flooring: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.quotientAndRemainder(flooring: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Int64 {
  fileprivate func quotientAndRemainder(flooring divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
