import Decisions
import Domain
import TestSupport
import Testing

@Test("the number that Mirakl was told wins over what we know of the basket")
func byNumber() {
  let known = [Payment.make(chargeID: "ch_9")]
  #expect(sourceQuestion(transactionNumber: "ch_1", payments: known) == .charge(.of("ch_1")))
  #expect(sourceQuestion(transactionNumber: "py_1", payments: known) == .charge(.of("py_1")))
  #expect(
    sourceQuestion(transactionNumber: "pi_1", payments: known) == .paymentIntent(.of("pi_1")))
}

@Test("a foreign number is foreign, whatever else is known of the basket (M1)")
func foreignNumber() {
  for payments in [[], [Payment.make()]] {
    #expect(
      sourceQuestion(transactionNumber: "TR_9", payments: payments)
        == .answered(.foreign("TR_9")))
  }
}

@Test("of several attempts the one that succeeded counts (P1)")
func attempts() {
  let payments: [Payment] = [
    .make(chargeID: "ch_1", status: .failed), .make(chargeID: "ch_2", status: .captured),
    .make(chargeID: "ch_3", status: .failed), .make(chargeID: "ch_4", status: .pending),
  ]
  for order in [payments, payments.reversed()] {
    #expect(sourceQuestion(transactionNumber: nil, payments: order) == .charge(.of("ch_2")))
  }
}

@Test("two that succeeded are paid twice, whatever else there is (P1)")
func paidTwice() {
  let payments: [Payment] = [
    .make(chargeID: "ch_2", status: .toCapture), .make(chargeID: "ch_3", status: .failed),
    .make(chargeID: "ch_1", status: .captured),
  ]
  #expect(
    sourceQuestion(transactionNumber: nil, payments: payments)
      == .answered(.ambiguous([.of("ch_1"), .of("ch_2")])))
}

@Test("no payment known is unknown, and a failed one is found (M1)")
func noPayment() {
  #expect(sourceQuestion(transactionNumber: nil, payments: []) == .answered(.unknown))
  #expect(
    sourceQuestion(transactionNumber: nil, payments: [.make(status: .failed)])
      == .charge(.of("ch_1")))
}
