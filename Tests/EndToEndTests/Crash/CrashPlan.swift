import Glibc
import TestSupport

/// How often and when the program is killed: from a seed, so that a plan can be made again.
///
/// `CRASH_KILLS` and `CRASH_SEED` change what CI does (`deploy/crash-test.sh` sets them). The plan
/// is replayed by its seed; the threads of the program are not.
struct CrashPlan: Sendable {
  enum Moment: Hashable, Sendable {
    /// So long after it was started, ready or not.
    case afterMs(Int64)
    /// At its so manieth write to Stripe or Mirakl, before it takes effect or after it.
    case atCall(Int, afterEffect: Bool)
  }

  let seed: UInt64
  let moments: [Moment]

  init(seed: UInt64, kills: Int) {
    self.seed = seed
    var generator = SeededGenerator(seed)
    moments = (0..<kills).map { _ in
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<6: .afterMs(Int64.random(in: 0...1_200, using: &generator))
      default:
        .atCall(
          Int.random(in: 1...12, using: &generator),
          afterEffect: Bool.random(using: &generator))
      }
    }
  }

  static func fromEnvironment(kills: Int) -> CrashPlan {
    func number(_ name: String) -> UInt64? {
      getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
    return CrashPlan(
      seed: number("CRASH_SEED") ?? 1, kills: number("CRASH_KILLS").map { Int($0) } ?? kills)
  }
}
