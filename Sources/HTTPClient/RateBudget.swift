import Glibc
import Synchronization

/// A token bucket: at most `burst` calls at once, and `count` per period on average (B1).
///
/// Each caller reserves the next free slot and waits for it, so callers are served in order and
/// none spins. Waiting happens outside the lock.
public final class RateBudget: Sendable {
  /// Milliseconds of a monotonic clock; a test passes its own.
  public typealias Clock = @Sendable () -> Int64
  /// Returns after the milliseconds have passed, or early when the program is stopping.
  public typealias Pause = @Sendable (Int64) -> Void

  /// Nothing waits: for the simulation.
  public static let unlimited = RateBudget(count: 0, perMs: 0, burst: 0)

  private let nanosPerCall: Int64
  private let burstNanos: Int64
  private let clock: Clock
  private let pause: Pause
  /// When the bucket will be full again, on the clock's scale in nanoseconds.
  private let fullAtNanos = Mutex<Int64>(.min)

  private init(
    count: Int, perMs: Int64, burst: Int, clock: @escaping Clock = RateBudget.monotonicMs,
    pause: @escaping Pause = RateBudget.sleep
  ) {
    nanosPerCall = count > 0 ? max(1, perMs * 1_000_000 / Int64(count)) : 0
    burstNanos = nanosPerCall * Int64(max(1, burst))
    self.clock = clock
    self.pause = pause
  }

  /// - Parameter burst: Calls that an idle budget lets through at once; by default a second's.
  public convenience init(
    perSecond count: Int, burst: Int? = nil, clock: @escaping Clock = RateBudget.monotonicMs,
    pause: @escaping Pause = RateBudget.sleep
  ) {
    precondition(count > 0)
    self.init(count: count, perMs: 1_000, burst: burst ?? count, clock: clock, pause: pause)
  }

  /// - Parameter burst: Calls that an idle budget lets through at once; by default half a minute's.
  public convenience init(
    perMinute count: Int, burst: Int? = nil, clock: @escaping Clock = RateBudget.monotonicMs,
    pause: @escaping Pause = RateBudget.sleep
  ) {
    precondition(count > 0)
    self.init(
      count: count, perMs: 60_000, burst: burst ?? max(1, count / 2), clock: clock, pause: pause)
  }

  /// Blocks until one more call fits.
  public func take() {
    guard nanosPerCall > 0 else { return }
    let now = clock() * 1_000_000
    let wait = fullAtNanos.withLock { fullAt in
      fullAt = max(fullAt, now) + nanosPerCall
      return fullAt - burstNanos - now
    }
    if wait > 0 { pause((wait + 999_999) / 1_000_000) }
  }

  /// `CLOCK_MONOTONIC`: setting the wall clock neither frees nor freezes a caller.
  public static let monotonicMs: Clock = {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Sleeps on, whatever signals come.
  public static let sleep: Pause = { milliseconds in
    var rest = timespec(
      tv_sec: Int(milliseconds / 1_000), tv_nsec: Int(milliseconds % 1_000) * 1_000_000)
    var left = timespec()
    while nanosleep(&rest, &left) == -1, errno == EINTR { rest = left }
  }
}
