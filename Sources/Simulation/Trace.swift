import Threading

/// One line per happening, with the simulated time since the start; silent unless somebody reads.
final class Trace: Sendable {
  private let clock: FakeClock
  private let startMs: Int64
  private let write: (@Sendable (String) -> Void)?

  init(_ clock: FakeClock, _ write: (@Sendable (String) -> Void)?) {
    (self.clock, self.write) = (clock, write)
    startMs = clock.nowMs
  }

  var isOn: Bool { write != nil }

  func say(_ text: @autoclosure () -> String) {
    guard let write else { return }
    write("\(Self.text(clock.nowMs - startMs))  \(text())")
  }

  /// `1d 03:04:05.678`
  private static func text(_ milliseconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3_600 % 24)
    let fraction = String(rest + 1_000).dropFirst()
    return "\(seconds / 86_400)d \(two(hours)):\(two(minutes)):\(two(seconds % 60)).\(fraction)"
  }
}
