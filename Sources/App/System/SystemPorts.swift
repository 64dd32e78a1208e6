public import Domain
import Glibc
import Threading

/// The machine's clock.
public struct SystemClock: WallClock {
  public init() {}
  public var nowMs: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }
}

/// The kernel's randomness.
public struct SystemRandomness: Randomness {
  public init() {}
  public func unit() -> Double { Double.random(in: 0..<1) }
  public func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

/// Waits, but not longer than the program lives.
public struct StoppablePause: Pausing {
  private let stop: StopFlag
  public init(_ stop: StopFlag) { self.stop = stop }
  public func pause(forMs milliseconds: Int64) { _ = stop.wait(upToMs: milliseconds) }
}
