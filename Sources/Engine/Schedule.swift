/// When a pass runs: `off`, an interval (`90s`, `5m`, `2h`, `1d`), or a five-field cron expression
/// in UTC (`1-59/5 * * * *`).
public enum Schedule: Hashable, Sendable {
  case off
  case every(ms: Int64)
  case cron(CronExpression)

  /// - Returns: nil if the text is none of the three.
  public init?(_ text: String) {
    let trimmed = text.split(separator: " ")
    if trimmed.count == 5 {
      guard let cron = CronExpression(trimmed) else { return nil }
      self = .cron(cron)
      return
    }
    guard trimmed.count == 1 else { return nil }
    if trimmed[0] == "off" {
      self = .off
      return
    }
    let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = trimmed[0].last.flatMap({ units[$0] }),
      let number = Int64(trimmed[0].dropLast()), (1...100_000).contains(number)
    else { return nil }
    self = .every(ms: number * unit)
  }

  /// The first moment after `lastMs` at which it is due; nil if never.
  ///
  /// A moment that passed while the program was down is due at once, and only once.
  public func next(afterMs lastMs: Int64) -> Int64? {
    switch self {
    case .off: nil
    case .every(let ms): lastMs + ms
    case .cron(let cron): cron.next(afterMs: lastMs)
    }
  }
}

/// A five-field cron expression: minute, hour, day of month, month, day of week (0 and 7: Sunday).
/// Lists, ranges, steps and `*`. As in cron, when both days are restricted either one matches.
public struct CronExpression: Hashable, Sendable {
  let minutes: Set<Int>
  let hours: Set<Int>
  let days: Set<Int>
  let months: Set<Int>
  let weekdays: Set<Int>
  let restrictsDays: Bool
  let restrictsWeekdays: Bool

  init?(_ fields: [Substring]) {
    guard fields.count == 5, let minutes = Self.set(fields[0], 0...59),
      let hours = Self.set(fields[1], 0...23), let days = Self.set(fields[2], 1...31),
      let months = Self.set(fields[3], 1...12), let weekdays = Self.set(fields[4], 0...7)
    else { return nil }
    (self.minutes, self.hours, self.days, self.months) = (minutes, hours, days, months)
    self.weekdays = Set(weekdays.map { $0 % 7 })
    restrictsDays = fields[2] != "*"
    restrictsWeekdays = fields[4] != "*"
  }

  private static func set(_ field: Substring, _ range: ClosedRange<Int>) -> Set<Int>? {
    var result: Set<Int> = []
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let step = pieces.count == 2 ? Int(pieces[1]) : 1
      guard let step, step > 0, let values = bounds(pieces[0], range, hasStep: pieces.count == 2)
      else { return nil }
      result.formUnion(stride(from: values.lowerBound, through: values.upperBound, by: step))
    }
    return result.isEmpty ? nil : result
  }

  private static func bounds(
    _ text: Substring, _ range: ClosedRange<Int>, hasStep: Bool
  ) -> ClosedRange<Int>? {
    if text == "*" { return range }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = Int(ends[0]), range.contains(first) else { return nil }
    if ends.count == 1 { return hasStep ? first...range.upperBound : first...first }
    guard let last = Int(ends[1]), range.contains(last), first <= last else { return nil }
    return first...last
  }

  /// The first minute after `lastMs` that matches; nil if none does within five years (31
  /// February).
  func next(afterMs lastMs: Int64) -> Int64? {
    var minute = lastMs / 60_000 + 1
    let lastMinute = minute + 5 * 366 * 1_440
    while minute < lastMinute {
      let day = minute / 1_440
      if !matchesDay(day) {
        minute = (day + 1) * 1_440
      } else if !hours.contains(Int(minute % 1_440) / 60) {
        minute = (minute / 60 + 1) * 60
      } else if !minutes.contains(Int(minute % 60)) {
        minute += 1
      } else {
        return minute * 60_000
      }
    }
    return nil
  }

  /// - Parameter day: Days since 1970-01-01, a Thursday.
  private func matchesDay(_ day: Int64) -> Bool {
    let (month, dayOfMonth) = Self.civil(day)
    guard months.contains(month) else { return false }
    let isDay = days.contains(dayOfMonth)
    let isWeekday = weekdays.contains(Int((day + 4) % 7))
    return restrictsDays && restrictsWeekdays ? isDay || isWeekday : isDay && isWeekday
  }

  /// Month and day of a day number: the days-from-civil algorithm, counted from 1 March 0000.
  private static func civil(_ day: Int64) -> (month: Int, day: Int) {
    let shifted = day + 719_468
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
  }
}
