/// Refunds of charges and reversals of transfers.
public protocol StripeRefundsPort: Sendable {
}
