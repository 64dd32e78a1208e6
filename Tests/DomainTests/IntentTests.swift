import Domain
import Testing

@Test("an idempotency key is made of business facts and the attempt (Q1)")
func keyOfFacts() {
  let key = Intent.idempotencyKey(kind: .transfer, businessKey: "X/seller/O-1", attempt: 1)
  #expect(key == "mirakl/transfer/X/seller/O-1/1")
  #expect(key == Intent.idempotencyKey(kind: .transfer, businessKey: "X/seller/O-1", attempt: 1))
  #expect(key != Intent.idempotencyKey(kind: .transfer, businessKey: "X/seller/O-1", attempt: 2))
  #expect(key != Intent.idempotencyKey(kind: .transfer, businessKey: "X/tax/O-1", attempt: 1))
}

@Test("the longest id still makes a key that Stripe takes (Q1)")
func longestKey() {
  let id = String(repeating: "x", count: 200)
  let business = "\(TransferRecord.Kind.productOrder.rawValue)/\(TransferRecord.Part.seller)/\(id)"
  let key = Intent.idempotencyKey(kind: .transfer, businessKey: business, attempt: 999_999)
  #expect(key.utf8.count <= 255)
}

@Test(
  "a key is trusted for 23 hours, and not after the clock was set back (Q3)",
  arguments: [(0, true), (82_799_999, true), (82_800_000, false), (-1, false)] as [(Int64, Bool)])
func keyLife(ageMs: Int64, isKnown: Bool) {
  let intent = Intent(
    id: 1, kind: .transfer, businessKey: "k", attempt: 1, request: "{}", state: .unknown,
    firstSentMs: 1_764_000_000_000)
  #expect(intent.isKeyKnown(nowMs: 1_764_000_000_000 + ageMs) == isKnown)
}

@Test(
  "every state of an intent can be reached; only a success is final, for a late one corrects (Q2)")
func states() {
  let reachable = Intent.State.allCases.reduce(into: Set([Intent.State.planned])) {
    $0.formUnion($1.successors)
  }
  #expect(reachable == Set(Intent.State.allCases))
  #expect(Intent.State.allCases.filter(\.successors.isEmpty) == [.succeeded])
}

@Test("every state of a job can be reached")
func jobStates() {
  let reachable = Job.State.allCases.reduce(into: Set([Job.State.available])) {
    $0.formUnion($1.successors)
  }
  #expect(reachable == Set(Job.State.allCases))
  #expect(Job.State.allCases.filter { !$0.isOpen } == [.done, .dead])
}
