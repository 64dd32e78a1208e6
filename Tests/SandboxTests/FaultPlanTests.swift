import HTTPFormat
import Sandbox
import Testing

/// What became of 200 reads, by status; 0 is a hang-up.
private func statuses(_ faults: FaultPlan) -> [Int] {
  let world = StripeWorld(faults: faults)
  return (0..<200).map { _ in world.call("GET", "/v1/account").status }
}

@Test("Faults follow from the seed")
func seeded() {
  let first = statuses(FaultPlan(seed: 3, percent: 30))
  #expect(first == statuses(FaultPlan(seed: 3, percent: 30)))
  #expect(first != statuses(FaultPlan(seed: 4, percent: 30)))
  #expect(Set(first) == [0, 200, 429, 500])
}

@Test("The share of faults is what was asked for", arguments: [0, 10, 50, 100])
func share(percent: Int) {
  let faults = FaultPlan(seed: 1, percent: percent, weights: [.errorBefore: 1])
  let failed = statuses(faults).filter { $0 == 500 }.count
  #expect(abs(failed - percent * 2) <= 20)
  #expect(faults.counts[.errorBefore] ?? 0 == failed)
  #expect(faults.requestCount == 200)
}

@Test("Only faults with a weight happen")
func weights() {
  let faults = FaultPlan(seed: 1, percent: 100, weights: [.throttled: 3, .hangUpAfter: 1])
  let all = statuses(faults)
  #expect(Set(all) == [0, 429])
  #expect(all.filter { $0 == 429 }.count > all.filter { $0 == 0 }.count)
}

@Test("Chance can be switched off and on, and does not shift what comes later")
func switching() {
  let faults = FaultPlan(seed: 9, percent: 50)
  let world = StripeWorld(faults: faults)
  let undisturbed = statuses(FaultPlan(seed: 9, percent: 50))
  faults.setEnabled(false)
  let calm = (0..<20).map { _ in world.call("GET", "/v1/account").status }
  #expect(calm == Array(repeating: 200, count: 20))
  faults.setEnabled(true)
  let after = (0..<20).map { _ in world.call("GET", "/v1/account").status }
  #expect(after == Array(undisturbed[20..<40]))
}

@Test("An injected fault meets the operation it is meant for, once")
func injected() {
  let faults = FaultPlan.none()
  let world = StripeWorld(faults: faults)
  faults.inject(.errorBefore, operation: "GET /v1/charges/{charge}")
  faults.inject(.throttledSilently, times: 2)
  let charge = world.stripe.createCharge(NewCharge(amount: 1, currency: "eur")).charge
  #expect(world.call("GET", "/v1/account").status == 429)
  #expect(world.call("GET", "/v1/charges/\(charge)").status == 500)
  let throttled = world.call("GET", "/v1/charges/\(charge)")
  #expect(throttled.status == 429)
  #expect(throttled.code == "rate_limit")
  #expect(throttled.headers["Retry-After"] == nil)
  #expect(throttled.headers["Stripe-Rate-Limited-Reason"] == "global-rate")
  #expect(world.call("GET", "/v1/charges/\(charge)").status == 200)
}
