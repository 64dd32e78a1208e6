import Testing

@testable import Operations

@Suite struct FailureLimiterTests {
  @Test("ten wrong tries are free, then the pause doubles up to a minute (X1)")
  func pauses() {
    let limiter = FailureLimiter()
    var nowMs: Int64 = 1_000_000
    for _ in 1...FailureLimiter.freeTries {
      #expect(limiter.waitSeconds("192.0.2.1", nowMs: nowMs) == nil)
      limiter.failed("192.0.2.1", nowMs: nowMs)
    }
    for seconds: Int64 in [1, 2, 4, 8, 16, 32, 60, 60] {
      #expect(limiter.waitSeconds("192.0.2.1", nowMs: nowMs) == nil)
      limiter.failed("192.0.2.1", nowMs: nowMs)
      #expect(limiter.waitSeconds("192.0.2.1", nowMs: nowMs) == seconds)
      #expect(limiter.waitSeconds("192.0.2.2", nowMs: nowMs) == nil)
      nowMs += seconds * 1_000
    }
    limiter.succeeded("192.0.2.1")
    limiter.failed("192.0.2.1", nowMs: nowMs)
    #expect(limiter.waitSeconds("192.0.2.1", nowMs: nowMs) == nil)
  }

  @Test("a /64 of IPv6 is one address, and a clock that was set back locks nobody out (X1)")
  func addresses() {
    let limiter = FailureLimiter()
    for host in 1...20 { limiter.failed("2001:db8:1:2::\(host)", nowMs: 5_000_000) }
    #expect(limiter.waitSeconds("2001:db8:1:2::ffff", nowMs: 5_000_000) != nil)
    #expect(limiter.waitSeconds("2001:db8:1:3::1", nowMs: 5_000_000) == nil)
    #expect(limiter.waitSeconds("2001:db8:1:2::1", nowMs: 0) == nil)
  }

  @Test("memory is bounded: above the limit all new addresses share one entry (X1)")
  func bounded() {
    let limiter = FailureLimiter()
    for number in 0..<(FailureLimiter.addressesMax + 50) {
      limiter.failed("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)", nowMs: 1)
    }
    #expect(limiter.count <= FailureLimiter.addressesMax + 1)
    #expect(limiter.waitSeconds("203.0.113.9", nowMs: 1) != nil)
    // Once the old ones are forgotten there is room again.
    limiter.failed("203.0.113.9", nowMs: FailureLimiter.memoryMs + 2)
    #expect(limiter.waitSeconds("203.0.113.9", nowMs: FailureLimiter.memoryMs + 2) == nil)
    #expect(limiter.count == 1)
  }
}
