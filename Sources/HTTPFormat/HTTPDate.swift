/// IMF-fixdate of RFC 9110 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// - Parameter unixSeconds: seconds since 1970-01-01 UTC, not negative.
  public static func format(unixSeconds: Int64) -> String {
    let seconds = Int(max(0, unixSeconds))
    let (day, second) = (seconds / 86_400, seconds % 86_400)
    let date = civil(day: day)
    let time = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits)
    return "\(days[day % 7]), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) "
      + "\(time[0]):\(time[1]):\(time[2]) GMT"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  /// Days since 1970-01-01 to a Gregorian date, in years that begin in March so that the leap day
  /// is the last of its year (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * march + 2) / 5 + 1)
  }
}
