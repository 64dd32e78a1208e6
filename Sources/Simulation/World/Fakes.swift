import Domain
import Threading

/// A clock that moves only when it is told to.
public final class FakeClock: WallClock {
  private let now: Monitor<Int64>
  public init(_ startMs: Int64 = 1_764_000_000_000) { now = Monitor(startMs) }
  public var nowMs: Int64 { now.withLock { $0 } }
  public func advance(byMs milliseconds: Int64) { now.withLock { $0 += milliseconds } }
  public func set(toMs milliseconds: Int64) { now.withLock { $0 = milliseconds } }
}

/// A clock that is wrong by as much as it is told to.
public final class SkewedClock: WallClock {
  private let truth: FakeClock
  private let skew = Monitor(Int64(0))
  public init(_ truth: FakeClock) { self.truth = truth }
  public var nowMs: Int64 { truth.nowMs + skew.withLock { $0 } }
  public func set(skewMs milliseconds: Int64) { skew.withLock { $0 = milliseconds } }
}

/// A pause that costs no time: it moves the clock.
public struct FakePause: Pausing {
  let clock: FakeClock
  public init(_ clock: FakeClock) { self.clock = clock }
  public func pause(forMs milliseconds: Int64) { clock.advance(byMs: milliseconds) }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64
  public init(_ seed: UInt64) { state = seed }
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The engine's randomness, from a seed.
public final class SeededRandomness: Randomness {
  private let generator: Monitor<SeededGenerator>
  public init(_ seed: UInt64) { generator = Monitor(SeededGenerator(seed)) }
  public func unit() -> Double { generator.withLock { Double.random(in: 0..<1, using: &$0) } }
  public func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { generator in
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
  }
}
