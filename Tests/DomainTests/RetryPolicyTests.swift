import Domain
import Testing

@Test("pauses double up to the maximum and never overflow (Q9)")
func doubling() {
  let policy = RetryPolicy(firstDelayMs: 500, delayMsMax: 300_000)
  let delays = [1, 2, 3, 4, 10, 11, 60, 100_000].map { policy.delayMs(attempts: $0, jitter: 0.5) }
  #expect(delays == [500, 1_000, 2_000, 4_000, 256_000, 300_000, 300_000, 300_000])
}

@Test("jitter spreads by ten percent either way (Q9)")
func jitter() {
  let policy = RetryPolicy(firstDelayMs: 1_000, delayMsMax: 60_000)
  #expect(policy.delayMs(attempts: 1, jitter: 0) == 900)
  #expect(policy.delayMs(attempts: 1, jitter: 0.999_999) == 1_099)
}

@Test("the repeats within a pass stay below ten seconds in all (Q9)")
func withinAPass() {
  // Four repeats of queued work: interface.md asks for at least three, in less than ten seconds.
  let queued = (1...4).map { RetryPolicy.queuedWork.delayMs(attempts: $0, jitter: 0.999) }
  #expect(queued.reduce(0, +) < 10_000)
  let inside = (1...3).map { RetryPolicy.insidePass.delayMs(attempts: $0, jitter: 0.999) }
  #expect(inside.reduce(0, +) < 10_000)
}
