import Glibc
import HTTPFormat

/// A point in time as the connections need it: read once for many events.
struct Moment {
  /// Monotonic milliseconds, for deadlines: setting the wall clock moves none of them.
  var ms: Int64
  /// The value of the `Date` field.
  var date: String
}

/// Reads the system's clocks and formats the date once a second.
struct Clock {
  private var second: Int64 = -1
  private var date = ""

  mutating func read() -> Moment {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    if Int64(time.tv_sec) != second {
      second = Int64(time.tv_sec)
      date = HTTPDate.format(unixSeconds: second)
    }
    return Moment(ms: Self.monotonicMs(), date: date)
  }

  static func monotonicMs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
