/// What one measurement under load gave.
struct Round {
  /// Nanoseconds from a request's first byte to its answer's last, in order of the answers.
  var latenciesNs: [UInt32] = []
  var elapsedNs: Int64 = 0
  /// Answers with another status than 200.
  var failures = 0

  var perSecond: Double { Double(latenciesNs.count) * 1e9 / Double(max(1, elapsedNs)) }

  /// Microseconds below which this share of the requests was answered.
  func latencyUs(_ share: Double) -> Double {
    Double(latenciesNs.map(Int64.init).percentile(share)) / 1_000
  }
}

extension [Int64] {
  /// The nearest-rank percentile; 0 of nothing.
  func percentile(_ share: Double) -> Int64 {
    guard !isEmpty else { return 0 }
    let rank = Int((share * Double(count)).rounded(.up))
    return sorted()[Swift.min(count, Swift.max(1, rank)) - 1]
  }
}

extension [Double] {
  /// The middle one, or the mean of the two in the middle; 0 of nothing.
  var median: Double {
    guard !isEmpty else { return 0 }
    let sorted = sorted()
    let middle = count / 2
    return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
