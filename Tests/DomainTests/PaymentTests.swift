import Domain
import TestSupport
import Testing

@Test("paid means captured: an authorisation has the status succeeded too (P2)")
func statusOfACharge() {
  #expect(Payment.Status(.make()) == .captured)
  #expect(Payment.Status(.make(isCaptured: false)) == .toCapture)
  #expect(Payment.Status(.make(status: .pending)) == .pending)
  #expect(Payment.Status(.make(status: .failed)) == .failed)
  #expect(Payment.Status(.make(status: .other("new"))) == .pending)
  #expect(Payment.Status(.make(amountRefunded: 99_99)) == .captured)
  #expect(Payment.Status(.make(amountRefunded: 100_00)) == .refunded)
  #expect(Payment.Status(.make(isRefunded: true)) == .refunded)
}
